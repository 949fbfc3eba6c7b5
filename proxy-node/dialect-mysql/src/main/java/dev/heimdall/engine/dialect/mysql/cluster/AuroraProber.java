package dev.heimdall.engine.dialect.mysql.cluster;

import dev.heimdall.engine.cluster.GlobalStatus;
import dev.heimdall.engine.cluster.GlobalView;
import dev.heimdall.engine.cluster.JdbcServer;
import dev.heimdall.engine.cluster.NodeReport;
import dev.heimdall.engine.cluster.ProbedServer;
import dev.heimdall.engine.topology.TopologyNode;
import dev.heimdall.engine.wire.Position;
import dev.heimdall.model.DataSource;
import dev.heimdall.model.RdsHost;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

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
   * Rows of servers that are gone stay for a while; the writer's counts however old it is, and so
   * does the own one: who answers is not gone. What a row says of the lag was so when it was
   * written. Unquoted, LAG is a function since 8.0.
   */
  private static final String MEMBERS =
      """
      SELECT s.server_id, s.session_id,
        CEIL(s.replica_lag_in_milliseconds
          + GREATEST(0, TIMESTAMPDIFF(MICROSECOND, s.last_update_timestamp, NOW(6))) / 1000) AS `lag`,
        FLOOR(TIMESTAMPDIFF(MICROSECOND, '1970-01-01', s.last_update_timestamp) / 1000) AS updated
      FROM information_schema.replica_host_status s
      WHERE s.session_id = 'MASTER_SESSION_ID'
        OR s.server_id = @@aurora_server_id
        OR TIME_TO_SEC(TIMEDIFF(NOW(), s.last_update_timestamp)) <= 300
      """;

  /**
   * Versions before 3.04 have no such tables. A reader of a region that follows is so far behind
   * the storage of its own region. There are log positions, but none that a server tells of itself.
   */
  private static final String GLOBAL =
      """
      SELECT i.SERVER_ID AS server, i.SESSION_ID AS session, i.AWS_REGION AS region,
        CEIL(i.VISIBILITY_LAG_IN_MSEC) AS `lag`, NULL AS rpo, NULL AS ago
      FROM information_schema.aurora_global_db_instance_status i
      UNION ALL
      SELECT NULL, NULL, r.AWS_REGION, CEIL(r.DURABILITY_LAG_IN_MILLISECONDS),
        CEIL(r.RPO_LAG_IN_MILLISECONDS),
        CASE WHEN r.LAST_LAG_CALCULATION_TIMESTAMP > '1971-01-01' THEN GREATEST(0, FLOOR(
          TIMESTAMPDIFF(MICROSECOND, r.LAST_LAG_CALCULATION_TIMESTAMP, NOW(6)) / 1000)) END
      FROM information_schema.aurora_global_db_status r
      """;

  private final Optional<GlobalStatus> status;

  /**
   * @param server the one that is asked
   */
  AuroraProber(DataSource server, boolean global) {
    status =
        global
            ? Optional.of(
                new GlobalStatus(
                    GLOBAL,
                    (row, column) -> Position.NONE,
                    server.url(),
                    RdsHost.region(server.host())))
            : Optional.empty();
  }

  @Override
  public NodeReport ask(Connection connection, boolean members) throws SQLException {
    return ask(connection, members, JdbcServer.UNHEARD);
  }

  @Override
  public NodeReport ask(Connection connection, boolean members, ProbedServer.Progress progress)
      throws SQLException {
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
      progress.next();
      List<Row> rows = rows(statement);
      Optional<Row> mine = rows.stream().filter(row -> row.name().equals(name)).findFirst();
      Optional<GlobalView> view = Optional.empty();
      if (status.isPresent()) {
        progress.next();
        view = status.get().ask(statement, name, mine.map(Row::session).orElse(""));
      }
      Optional<String> region = view.flatMap(GlobalView::region);
      boolean writer = mine.filter(Row::master).isPresent() && !replica;
      boolean follows = replica && view.filter(GlobalView::follows).isPresent();
      Map<String, Long> confirmed = new HashMap<>();
      List<NodeReport.Member> found = new ArrayList<>();
      for (Row row : rows) {
        if (row.master() && row.updated().isPresent()) {
          confirmed.put(row.name(), row.updated().getAsLong());
        }
        // What its own cluster says of lag is no lag behind another region.
        found.add(
            NodeReport.Member.named(
                row.name(), region, Position.NONE, follows ? TopologyNode.UNKNOWN : row.lag()));
      }
      long lag =
          follows
              ? view.get().lagMillis(region.get(), name)
              : mine.map(Row::lag).orElse(TopologyNode.UNKNOWN);
      progress.next();
      return new NodeReport(
              identity(name, view),
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
          .confirming(confirmed)
          .showing(view);
    }
  }

  /** A name, unless servers of several regions have it. */
  private static String identity(String name, Optional<GlobalView> view) {
    long times =
        view.stream()
            .flatMap(one -> one.instances().stream())
            .filter(one -> one.name().equals(name))
            .count();
    return times > 1 ? view.get().region().orElse("") + ' ' + name : name;
  }

  /** A server as the status of its own cluster has it. */
  private record Row(String name, String session, long lag, OptionalLong updated) {
    boolean master() {
      return WRITER.equals(session);
    }
  }

  private static List<Row> rows(Statement statement) throws SQLException {
    List<Row> found = new ArrayList<>();
    try (ResultSet rows = statement.executeQuery(MEMBERS)) {
      while (rows.next()) {
        long behind = rows.getLong("lag");
        long lag = rows.wasNull() ? TopologyNode.UNKNOWN : behind;
        long updated = rows.getLong("updated");
        OptionalLong told = rows.wasNull() ? OptionalLong.empty() : OptionalLong.of(updated);
        found.add(
            new Row(
                rows.getString("server_id"),
                String.valueOf(rows.getString("session_id")),
                lag,
                told));
      }
    }
    return found;
  }

  /** Nobody can say; the time of the write counts. */
  @Override
  public Position written(Connection connection) {
    return Position.NONE;
  }
}
