package dev.heimdall.launcher.inspect;

import dev.heimdall.engine.cluster.ProbedServer;
import dev.heimdall.engine.cluster.ServerInterview;
import dev.heimdall.engine.dialect.DialectProvider;
import dev.heimdall.engine.dialect.DialectProviders;
import dev.heimdall.engine.jdbc.SourceConnections;
import dev.heimdall.manager.inspect.CheckResult;
import dev.heimdall.model.ClusterKind;
import dev.heimdall.model.DataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import java.util.function.Consumer;

/** Queries to the servers of a data source before a node is sent there. */
final class EngineQuestions {
  private static final String TLS = "TLS";
  private static final String RIGHTS = "Rights";

  private final DataSource source;
  private final DialectProvider dialect;
  private String version = "";

  EngineQuestions(DataSource source) {
    this.source = source;
    dialect = DialectProviders.found().of(source.engine());
  }

  private boolean isCluster() {
    return source.cluster().kind() != ClusterKind.NONE;
  }

  /** One connection, which its caller closes. */
  Connection connect(SourceConnections connections) throws SQLException {
    return connections.single(
        source
            .engine()
            .firstDatabase()
            .map(first -> source.database().or(source::user).orElse(first))
            .orElse(""));
  }

  /**
   * Version, TLS and rights.
   *
   * @param first whether it is the server that should be the writer
   */
  void about(String subject, Connection connection, boolean first, Consumer<CheckResult> found)
      throws SQLException {
    ServerInterview asks = dialect.interview().orElseThrow();
    version = asks.version(connection);
    found.accept(CheckResult.good(subject, "Version", version));
    found.accept(tls(subject, asks.tls(connection)));
    Optional<ServerInterview.Right> right =
        first && isCluster() ? asks.right(connection) : Optional.empty();
    right.ifPresent(
        one ->
            found.accept(
                one.held()
                    ? CheckResult.good(subject, RIGHTS, "The user has " + one.name())
                    : CheckResult.note(
                        subject,
                        RIGHTS,
                        "The user lacks %s: it does not see which replicas there are."
                            .formatted(one.name()),
                        run(grant()))));
    if (source.engine().firstDatabase().isEmpty() && source.database().isPresent()) {
      connection.setCatalog(source.database().get());
    }
  }

  /** Statement that gives the user the rights that probes need. */
  String grant() {
    return dialect.interview().orElseThrow().grant(version, source.user().orElse("USER"));
  }

  /** As advice. */
  static String run(String statement) {
    return "Run as an administrator of the server: " + statement;
  }

  /**
   * Further obstacle that may keep servers from reporting what they are; begins with a blank, or is
   * empty.
   */
  String missing() {
    return source.cluster().kind() == ClusterKind.RDS_MULTI_AZ
        ? " A Multi-AZ cluster of PostgreSQL needs CREATE EXTENSION rds_tools in this database."
        : "";
  }

  /** Role of a server, probed just as nodes probe it. */
  ServerRole role(DataSource one, SourceConnections connections) throws SQLException {
    if (!isCluster()) {
      try (Connection connection = connect(connections)) {
        return ServerRole.alone(!connections.isReplica(connection));
      }
    }
    try (ProbedServer server =
        dialect.clusters().orElseThrow().prober(source).open(one, source.database(), connections)) {
      return ServerRole.of(server.ask(true));
    }
  }

  private CheckResult tls(String subject, String protocol) {
    return protocol.isEmpty() || protocol.equals("null")
        ? CheckResult.note(
            subject,
            TLS,
            "Not encrypted.",
            "Passwords and rows can be read on the way. Choose a stricter TLS setting if the server"
                + " offers TLS.")
        : CheckResult.good(
            subject, TLS, protocol + (source.tls().verifies() ? ", certificate checked" : ""));
  }
}
