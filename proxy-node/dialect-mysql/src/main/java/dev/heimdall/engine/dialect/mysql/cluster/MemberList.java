package dev.heimdall.engine.dialect.mysql.cluster;

import dev.heimdall.engine.cluster.NodeReport;
import dev.heimdall.engine.topology.TopologyNode;
import dev.heimdall.engine.wire.Position;
import dev.heimdall.model.ServerAddress;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Source of the names by which a server knows the other members of its cluster. */
interface MemberList {
  /** Rights that are missing: 1142, 1227 and 1044. */
  Set<Integer> DENIED = Set.of(1044, 1142, 1227);

  List<NodeReport.Member> of(Statement statement, Flavour flavour, List<ReplicaStatus> sources)
      throws SQLException;

  /**
   * Those that replicate from it, as far as they say where they are ({@code report_host}), and
   * those that it replicates from itself.
   *
   * @param port where one names none
   */
  static MemberList ofReplication(int port) {
    return (statement, flavour, sources) -> {
      List<NodeReport.Member> found = new ArrayList<>();
      for (ReplicaStatus source : sources) {
        add(source.host(), source.port(), port, source.source(), found);
      }
      try (ResultSet rows = statement.executeQuery(flavour.replicas())) {
        while (rows.next()) {
          add(rows.getString("Host"), rows.getInt("Port"), port, rows.getString(1), found);
        }
      } catch (SQLException e) {
        if (!DENIED.contains(e.getErrorCode())) {
          throw e;
        }
      }
      return found;
    };
  }

  /** Those of an RDS Multi-AZ DB cluster. */
  static MemberList ofRds(int port) {
    return (statement, flavour, sources) -> {
      List<NodeReport.Member> found = new ArrayList<>();
      try (ResultSet rows =
          statement.executeQuery("SELECT id, endpoint, port FROM mysql.rds_topology")) {
        while (rows.next()) {
          add(rows.getString(2), rows.getInt(3), port, rows.getString(1), found);
        }
      }
      return found;
    };
  }

  /** An address that leads back to its own host says nothing to others. */
  private static void add(
      String host, int given, int usual, String name, List<NodeReport.Member> into) {
    boolean local =
        host == null
            || host.isBlank()
            || host.equals("localhost")
            || host.startsWith("127.")
            || host.equals("::1");
    if (!local) {
      into.add(
          new NodeReport.Member(
              new ServerAddress(host, given > 0 ? given : usual),
              name,
              Position.NONE,
              TopologyNode.UNKNOWN));
    }
  }
}
