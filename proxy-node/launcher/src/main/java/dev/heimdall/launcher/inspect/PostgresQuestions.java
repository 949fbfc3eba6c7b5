package dev.heimdall.launcher.inspect;

import dev.heimdall.engine.jdbc.SourceConnections;
import dev.heimdall.manager.inspect.Finding;
import dev.heimdall.model.DataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.function.Consumer;

/** What PostgreSQL is asked. */
final class PostgresQuestions extends EngineQuestions {
  private static final String MONITOR =
      """
      SELECT pg_catalog.pg_has_role(current_user, 'pg_monitor', 'member')
        OR (SELECT r.rolsuper FROM pg_catalog.pg_roles r
          WHERE r.rolname OPERATOR(pg_catalog.=) current_user)
      """;

  private static final String ENCRYPTION =
      """
      SELECT pg_catalog.concat(s.version, ', ', s.cipher) FROM pg_catalog.pg_stat_ssl s
      WHERE s.pid OPERATOR(pg_catalog.=) pg_catalog.pg_backend_pid() AND s.ssl
      """;

  PostgresQuestions(DataSource source) {
    super(source);
  }

  @Override
  Connection connect(SourceConnections connections) throws SQLException {
    return connections.single(source().database().orElse(source().user().orElse("postgres")));
  }

  @Override
  void about(String subject, Connection connection, boolean first, Consumer<Finding> found)
      throws SQLException {
    found.accept(
        Finding.good(subject, VERSION, "PostgreSQL " + text(connection, "SHOW server_version", 1)));
    found.accept(tls(subject, text(connection, ENCRYPTION, 1)));
    if (first && isCluster()) {
      found.accept(
          text(connection, MONITOR, 1).startsWith("t")
              ? Finding.good(subject, RIGHTS, "The user has pg_monitor")
              : Finding.note(
                  subject,
                  RIGHTS,
                  "The user lacks pg_monitor: it does not see which replicas there are.",
                  run(grant())));
    }
  }

  @Override
  String grant() {
    return "GRANT pg_monitor TO \"%s\";".formatted(source().user().orElse("USER"));
  }
}
