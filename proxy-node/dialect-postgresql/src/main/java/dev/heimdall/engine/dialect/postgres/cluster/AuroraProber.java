package dev.heimdall.engine.dialect.postgres.cluster;

import dev.heimdall.engine.cluster.AuroraStatus;
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
 * Asks the servers of an Aurora PostgreSQL cluster. They share one storage: there are no timelines,
 * and positions are those of the storage's log. Each server knows all of them by name, but not
 * where they are.
 */
final class AuroraProber implements JdbcServer.Questions {
  private static final String SELF =
      """
      SELECT pg_catalog.aurora_db_instance_identifier() AS name,
        pg_catalog.pg_is_in_recovery() AS replica,
        pg_catalog.concat(pg_catalog.aurora_db_instance_identifier(), ' ',
          pg_catalog.date_part('epoch', pg_catalog.pg_postmaster_start_time())) AS identity,
        """
          + PostgresProber.READ_ONLY
          + " AS read_only";

  /**
   * Rows of servers that are gone stay for a while; the writer's counts however old it is, and so
   * does the own one: who answers is not gone. The own one may have no date. What a row says of the
   * lag was so when it was written.
   */
  private static final String MEMBERS =
      """
      SELECT s.server_id, s.session_id, s.durable_lsn::pg_catalog.int8 AS durable,
        s.current_read_lsn::pg_catalog.int8 AS readable,
        pg_catalog.ceil(s.replica_lag_in_msec::pg_catalog.float8
          OPERATOR(pg_catalog.+) a.millis)::pg_catalog.int8 AS lag,
        pg_catalog.ceil(a.millis)::pg_catalog.int8 AS age,
        (pg_catalog.date_part('epoch', s.last_update_timestamp)
          OPERATOR(pg_catalog.*) 1000)::pg_catalog.int8 AS updated
      FROM pg_catalog.aurora_replica_status() s,
        LATERAL (SELECT GREATEST(0, COALESCE(pg_catalog.date_part('epoch',
          pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-) s.last_update_timestamp), 0)
          OPERATOR(pg_catalog.*) 1000) AS millis) a
      WHERE s.session_id OPERATOR(pg_catalog.=) 'MASTER_SESSION_ID'
        OR s.server_id OPERATOR(pg_catalog.=) pg_catalog.aurora_db_instance_identifier()
        OR a.millis OPERATOR(pg_catalog.<=) 300000
      """;

  private static final String WRITTEN =
      """
      SELECT pg_catalog.max(s.durable_lsn)::pg_catalog.int8
      FROM pg_catalog.aurora_replica_status() s
      WHERE s.server_id OPERATOR(pg_catalog.=) pg_catalog.aurora_db_instance_identifier()
      """;

  /**
   * A reader shows at least what is up to the oldest place that it still reads at. Times are of the
   * kind that a version has, and 1970 stands for none.
   */
  private static final String GLOBAL =
      """
      SELECT i.server_id::pg_catalog.text AS server, i.session_id::pg_catalog.text AS session,
        i.aws_region::pg_catalog.text AS region, i.durable_lsn::pg_catalog.int8 AS durable,
        i.oldest_read_view_lsn::pg_catalog.int8 AS readable,
        pg_catalog.ceil(i.visibility_lag_in_msec::pg_catalog.float8)::pg_catalog.int8 AS lag,
        NULL::pg_catalog.int8 AS rpo, NULL::pg_catalog.int8 AS ago
      FROM pg_catalog.aurora_global_db_instance_status() i
      UNION ALL
      SELECT NULL, NULL, r.aws_region::pg_catalog.text, NULL, NULL,
        pg_catalog.ceil(r.durability_lag_in_msec::pg_catalog.float8)::pg_catalog.int8,
        pg_catalog.ceil(r.rpo_lag_in_msec::pg_catalog.float8)::pg_catalog.int8,
        CASE WHEN pg_catalog.date_part('epoch', r.last_lag_calculation_time)
            OPERATOR(pg_catalog.>) 0
          THEN GREATEST(0, (pg_catalog.date_part('epoch', pg_catalog.clock_timestamp())
            OPERATOR(pg_catalog.-) pg_catalog.date_part('epoch', r.last_lag_calculation_time))
            OPERATOR(pg_catalog.*) 1000)::pg_catalog.int8 END
      FROM pg_catalog.aurora_global_db_status() r
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
            PostgresProber::position,
            server);
  }

  @Override
  public NodeReport ask(Connection connection, boolean members, ProbedServer.Progress progress)
      throws SQLException {
    try (Statement statement = connection.createStatement()) {
      String name;
      boolean replica;
      String identity;
      boolean readOnly;
      try (ResultSet row = statement.executeQuery(SELF)) {
        row.next();
        name = row.getString("name");
        replica = row.getBoolean("replica");
        identity = row.getString("identity");
        readOnly = row.getBoolean("read_only");
      }
      return status.ask(statement, name, replica, progress).report(identity, identity, readOnly);
    }
  }

  @Override
  public Position written(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(WRITTEN)) {
      row.next();
      return PostgresProber.position(row, "max");
    }
  }
}
