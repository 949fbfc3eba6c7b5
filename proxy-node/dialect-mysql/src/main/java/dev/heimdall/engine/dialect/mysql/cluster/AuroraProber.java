package dev.heimdall.engine.dialect.mysql.cluster;

import dev.heimdall.engine.cluster.AuroraStatus;
import dev.heimdall.engine.cluster.AuroraView;
import dev.heimdall.engine.cluster.GlobalView;
import dev.heimdall.engine.cluster.JdbcServer;
import dev.heimdall.engine.cluster.NodeReport;
import dev.heimdall.engine.cluster.ProbedServer;
import dev.heimdall.engine.wire.Position;
import dev.heimdall.model.DataSource;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;

/**
 * Asks the servers of an Aurora MySQL cluster. They have one storage and no GTIDs for it: how far a
 * replica is, is the time that it is behind.
 */
final class AuroraProber implements JdbcServer.Questions {
  private static final String SELF =
      """
      SELECT @@aurora_server_id AS name, @@innodb_read_only AS replica,
        @@global.read_only AS read_only
      """;

  /**
   * Rows of servers that are gone stay for a while; the writer's counts however old it is, and so
   * does the own one: who answers is not gone. What a row says of the lag was so when it was
   * written: its age is added. Unquoted, LAG is a function since 8.0.
   */
  private static final String MEMBERS =
      """
      SELECT s.server_id, s.session_id,
        CEIL(s.replica_lag_in_milliseconds + s.age) AS `lag`, CEIL(s.age) AS age,
        FLOOR(TIMESTAMPDIFF(MICROSECOND, '1970-01-01', s.last_update_timestamp) / 1000) AS updated
      FROM (
        SELECT r.*,
          GREATEST(0, TIMESTAMPDIFF(MICROSECOND, r.last_update_timestamp, NOW(6))) / 1000 AS age
        FROM information_schema.replica_host_status r) s
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

  private final AuroraStatus status;

  /**
   * @param server the one that is asked
   */
  AuroraProber(DataSource server, boolean global) {
    status =
        new AuroraStatus(
            MEMBERS,
            global ? Optional.of(GLOBAL) : Optional.empty(),
            (row, column) -> Position.NONE,
            server);
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
      AuroraView view = status.ask(statement, name, replica, progress);
      progress.next();
      long start = ReplicationProber.start(statement, Flavour.of(connection));
      return view.report(identity(name, view.global()), name + ' ' + start, readOnly);
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

  /** Returns no position, as none can be determined; the time of the write counts. */
  @Override
  public Position written(Connection connection) {
    return Position.NONE;
  }
}
