package dev.heimdall.engine.dialect.mysql.cluster;

import dev.heimdall.engine.cluster.JdbcServer;
import dev.heimdall.engine.cluster.NodeReport;
import dev.heimdall.engine.topology.TopologyNode;
import dev.heimdall.engine.wire.Position;
import dev.heimdall.model.ServerAddress;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Asks the servers of an Aurora MySQL cluster. They have one storage and no GTIDs for it: how far a
 * replica is, is the time that it is behind.
 */
final class AuroraProber implements JdbcServer.Questions {
  private static final String WRITER = "MASTER_SESSION_ID";

  private static final String SELF =
      """
      SELECT @@aurora_server_id AS name, @@innodb_read_only AS replica,
        @@global.read_only AS read_only
      """;

  /**
   * Rows of servers that are gone stay for a while; the writer's counts however old it is. What a
   * row says of the lag was so when it was written.
   */
  private static final String MEMBERS =
      """
      SELECT s.server_id, s.session_id,
        CEIL(s.replica_lag_in_milliseconds
          + GREATEST(0, TIMESTAMPDIFF(MICROSECOND, s.last_update_timestamp, NOW(6))) / 1000) AS lag,
        FLOOR(TIMESTAMPDIFF(MICROSECOND, '1970-01-01', s.last_update_timestamp) / 1000) AS updated
      FROM information_schema.replica_host_status s
      WHERE s.session_id = 'MASTER_SESSION_ID'
        OR TIME_TO_SEC(TIMEDIFF(NOW(), s.last_update_timestamp)) <= 300
      """;

  private final Function<String, Optional<ServerAddress>> addresses;

  /**
   * @param addresses where a server is, by its name
   */
  AuroraProber(Function<String, Optional<ServerAddress>> addresses) {
    this.addresses = addresses;
  }

  @Override
  public NodeReport ask(Connection connection, boolean members) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      String name;
      boolean replica;
      boolean readOnly;
      try (ResultSet row = statement.executeQuery(SELF)) {
        row.next();
        name = row.getString("name");
        replica = row.getBoolean("replica");
        readOnly = row.getBoolean("read_only");
      }
      boolean writer = false;
      long lag = TopologyNode.UNKNOWN;
      List<NodeReport.Member> found = new ArrayList<>();
      Map<String, Long> confirmed = new HashMap<>();
      try (ResultSet rows = statement.executeQuery(MEMBERS)) {
        while (rows.next()) {
          String member = rows.getString("server_id");
          long behind = rows.getLong("lag");
          long known = rows.wasNull() ? TopologyNode.UNKNOWN : behind;
          long updated = rows.getLong("updated");
          if (!rows.wasNull() && WRITER.equals(rows.getString("session_id"))) {
            confirmed.put(member, updated);
          }
          if (member.equals(name)) {
            writer = WRITER.equals(rows.getString("session_id")) && !replica;
            lag = known;
          }
          addresses
              .apply(member)
              .ifPresent(at -> found.add(new NodeReport.Member(at, member, Position.NONE, known)));
        }
      }
      return new NodeReport(
              name,
              name + ' ' + ReplicationProber.start(statement, Flavour.of(connection)),
              name,
              "",
              writer,
              writer && readOnly,
              0,
              Position.NONE,
              writer ? 0 : lag,
              true,
              found,
              true,
              List.of())
          .confirming(confirmed);
    }
  }

  /** Nobody can say; the time of the write counts. */
  @Override
  public Position written(Connection connection) {
    return Position.NONE;
  }
}
