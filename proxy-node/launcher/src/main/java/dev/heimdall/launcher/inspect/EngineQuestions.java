package dev.heimdall.launcher.inspect;

import dev.heimdall.engine.cluster.ProbedServer;
import dev.heimdall.engine.dialect.DialectProviders;
import dev.heimdall.engine.jdbc.SourceConnections;
import dev.heimdall.manager.inspect.Finding;
import dev.heimdall.model.ClusterKind;
import dev.heimdall.model.DataSource;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.function.Consumer;

/** What servers of one engine are asked before a node is sent there. */
abstract class EngineQuestions {
  static final String VERSION = "Version";
  static final String TLS = "TLS";
  static final String RIGHTS = "Rights";

  private final DataSource source;

  EngineQuestions(DataSource source) {
    this.source = source;
  }

  final DataSource source() {
    return source;
  }

  final boolean isCluster() {
    return source.cluster().kind() != ClusterKind.NONE;
  }

  /** One connection, which is closed by whoever has asked for it. */
  abstract Connection connect(SourceConnections connections) throws SQLException;

  /**
   * Version, TLS and rights.
   *
   * @param first whether it is the server that should be the writer
   */
  abstract void about(String subject, Connection connection, boolean first, Consumer<Finding> found)
      throws SQLException;

  /** What gives the user the rights that probes need. */
  abstract String grant();

  /** As advice. */
  static String run(String statement) {
    return "Run as an administrator of the server: " + statement;
  }

  /** What else may keep servers from saying what they are; begins with a blank, or is empty. */
  String missing() {
    return source.cluster().kind() == ClusterKind.RDS_MULTI_AZ
        ? " A Multi-AZ cluster of PostgreSQL needs CREATE EXTENSION rds_tools in this database."
        : "";
  }

  /** What a server is, asked just as nodes ask it. */
  final ServerRole role(DataSource one, SourceConnections connections) throws SQLException {
    if (!isCluster()) {
      try (Connection connection = connect(connections)) {
        return ServerRole.alone(!connections.isReplica(connection));
      }
    }
    try (ProbedServer server =
        DialectProviders.found()
            .of(source.engine())
            .clusters()
            .prober(source)
            .open(one, source.database(), connections)) {
      return ServerRole.of(server.ask(true));
    }
  }

  static String text(Connection connection, String question, int column) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(question)) {
      return row.next() ? String.valueOf(row.getString(column)) : "";
    }
  }

  final Finding tls(String subject, String protocol) {
    return protocol.isEmpty() || protocol.equals("null")
        ? Finding.note(
            subject,
            TLS,
            "Not encrypted.",
            "Passwords and rows can be read on the way. Choose a stricter TLS setting if the server"
                + " offers TLS.")
        : Finding.good(
            subject, TLS, protocol + (source.tls().verifies() ? ", certificate checked" : ""));
  }
}
