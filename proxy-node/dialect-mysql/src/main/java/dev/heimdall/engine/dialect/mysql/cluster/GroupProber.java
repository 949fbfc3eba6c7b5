package dev.heimdall.engine.dialect.mysql.cluster;

import dev.heimdall.engine.cluster.JdbcServer;
import dev.heimdall.engine.cluster.NodeReport;
import dev.heimdall.engine.cluster.ProbedServer;
import dev.heimdall.engine.topology.TopologyNode;
import dev.heimdall.engine.wire.Position;
import dev.heimdall.engine.wire.mysql.GtidSet;
import dev.heimdall.model.ServerAddress;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * Asks the members of a MySQL group. The writer is the primary of the greater part of it; where
 * every member is a primary, the one with the least UUID.
 */
final class GroupProber implements JdbcServer.Questions {
  private static final String SELF =
      """
      SELECT @@global.server_uuid AS id, @@global.hostname AS host, @@global.port AS port,
        @@global.super_read_only AS read_only, @@global.gtid_executed AS executed,
        @@global.group_replication_group_name AS name
      """;

  private static final String MEMBERS =
      """
      SELECT member_id, member_host, member_port, member_state, member_role
      FROM performance_schema.replication_group_members ORDER BY member_id
      """;

  /**
   * Query for the lag: the age of the oldest transaction that waits to be applied; none waits at a
   * count of 0.
   */
  private static final String LAG =
      """
      SELECT s.count_transactions_remote_in_applier_queue AS waiting,
        (SELECT CEIL(TIMESTAMPDIFF(MICROSECOND,
            MAX(w.last_applied_transaction_original_commit_timestamp), NOW(6)) / 1000)
          FROM performance_schema.replication_applier_status_by_worker w
          WHERE w.channel_name = 'group_replication_applier') AS age
      FROM performance_schema.replication_group_member_stats s
      WHERE s.member_id = @@global.server_uuid
      """;

  @Override
  public NodeReport ask(Connection connection, boolean members, ProbedServer.Progress progress)
      throws SQLException {
    try (Statement statement = connection.createStatement()) {
      String id;
      String identity;
      boolean readOnly;
      Position executed;
      String group;
      try (ResultSet row = statement.executeQuery(SELF)) {
        row.next();
        id = row.getString("id");
        identity = id + ' ' + row.getString("host") + ' ' + row.getInt("port");
        readOnly = row.getBoolean("read_only");
        executed = GtidSet.parse(row.getString("executed"));
        group = row.getString("name");
      }
      List<NodeReport.Member> found = new ArrayList<>();
      String primary = "";
      boolean online = false;
      int reached = 0;
      int all = 0;
      try (ResultSet rows = statement.executeQuery(MEMBERS)) {
        while (rows.next()) {
          String member = rows.getString("member_id");
          String state = rows.getString("member_state");
          boolean up = "ONLINE".equals(state);
          all++;
          reached += up || "RECOVERING".equals(state) ? 1 : 0;
          online |= up && member.equals(id);
          if (up && primary.isEmpty() && "PRIMARY".equals(rows.getString("member_role"))) {
            primary = member;
          }
          if (rows.getInt("member_port") > 0) {
            found.add(
                new NodeReport.Member(
                    new ServerAddress(rows.getString("member_host"), rows.getInt("member_port")),
                    member,
                    Position.NONE,
                    TopologyNode.UNKNOWN));
          }
        }
      }
      boolean writer = online && primary.equals(id) && 2 * reached > all;
      return new NodeReport(
          identity,
          identity + ' ' + ReplicationProber.start(statement, Flavour.of(connection)),
          id,
          group,
          writer,
          writer && readOnly,
          0,
          executed,
          writer ? 0 : online ? lag(statement) : TopologyNode.UNKNOWN,
          online ? "" : "its group does not count it as online",
          members ? found : List.of(),
          members,
          List.of());
    }
  }

  private static long lag(Statement statement) throws SQLException {
    try (ResultSet row = statement.executeQuery(LAG)) {
      if (!row.next()) {
        return TopologyNode.UNKNOWN;
      }
      if (row.getLong("waiting") == 0) {
        return 0;
      }
      long age = row.getLong("age");
      return row.wasNull() ? TopologyNode.UNKNOWN : age;
    }
  }

  @Override
  public Position written(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT @@global.gtid_executed")) {
      row.next();
      return GtidSet.parse(row.getString(1));
    }
  }
}
