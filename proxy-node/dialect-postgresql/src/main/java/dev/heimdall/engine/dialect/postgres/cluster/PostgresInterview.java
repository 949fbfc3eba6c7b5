package dev.heimdall.engine.dialect.postgres.cluster;

import dev.heimdall.engine.cluster.LiveServer;
import dev.heimdall.engine.cluster.ServerInterview;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import java.util.function.Consumer;

/** Queries to PostgreSQL. */
public final class PostgresInterview implements ServerInterview {
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

  @Override
  public String version(Connection connection) throws SQLException {
    return "PostgreSQL " + ServerInterview.texts(connection, "SHOW server_version").get(0);
  }

  @Override
  public String tls(Connection connection) throws SQLException {
    return String.join("", ServerInterview.texts(connection, ENCRYPTION));
  }

  @Override
  public Optional<Right> right(Connection connection) throws SQLException {
    boolean held = ServerInterview.texts(connection, MONITOR).contains("t");
    return Optional.of(new Right("pg_monitor", held));
  }

  @Override
  public String grant(String version, String user) {
    return "GRANT pg_monitor TO \"%s\";".formatted(user);
  }

  @Override
  public LiveServer all(Place place, Connection connection, Consumer<String> notes)
      throws SQLException {
    return new LivePostgres(place, connection, notes).ask();
  }
}
