package dev.heimdall.engine.dialect.postgres.cluster;

import dev.heimdall.engine.cluster.JdbcServer;
import dev.heimdall.engine.cluster.NodeReport;
import dev.heimdall.engine.cluster.ProbedServer;
import dev.heimdall.engine.topology.TopologyNode;
import dev.heimdall.engine.wire.Position;
import dev.heimdall.model.ServerAddress;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * Asks the servers of an RDS Multi-AZ DB cluster. Needs the extension {@code rds_tools} in the
 * database that is asked; beyond what it says of roles, the servers are those of PostgreSQL.
 */
final class MultiAzProber implements JdbcServer.Questions {
  private static final String SELF =
      """
      SELECT rds_tools.dbi_resource_id() AS id,
        rds_tools.multi_az_db_cluster_source_dbi_resource_id() AS source
      """;

  private static final String MEMBERS =
      "SELECT t.id, t.endpoint, t.port FROM rds_tools.show_topology('heimdall') t";

  private final PostgresProber postgres;
  private final int port;

  /**
   * @param port where the cluster names none
   */
  MultiAzProber(int port) {
    this.port = port;
    postgres = new PostgresProber(port);
  }

  @Override
  public NodeReport ask(Connection connection, boolean members, ProbedServer.Progress progress)
      throws SQLException {
    NodeReport self = postgres.ask(connection, false, progress);
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(SELF)) {
      row.next();
      String id = row.getString("id");
      return new NodeReport(
          self.identity(),
          self.run(),
          String.valueOf(id),
          self.system(),
          self.writer() && id != null && id.equals(row.getString("source")),
          self.readOnly(),
          self.timeline(),
          self.position(),
          self.kept(),
          self.lagMillis(),
          self.halt(),
          members ? members(connection) : List.of(),
          members,
          List.of());
    }
  }

  private List<NodeReport.Member> members(Connection connection) throws SQLException {
    List<NodeReport.Member> found = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(MEMBERS)) {
      while (rows.next()) {
        int given = rows.getInt("port");
        found.add(
            new NodeReport.Member(
                new ServerAddress(rows.getString("endpoint"), given > 0 ? given : port),
                rows.getString("id"),
                Position.NONE,
                TopologyNode.UNKNOWN));
      }
    }
    return found;
  }

  @Override
  public Position written(Connection connection) throws SQLException {
    return postgres.written(connection);
  }
}
