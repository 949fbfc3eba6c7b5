package dev.heimdall.engine.dialect.sqlserver.cluster;

import dev.heimdall.engine.cluster.AuroraStatus;
import dev.heimdall.engine.cluster.JdbcServer;
import dev.heimdall.engine.cluster.NodeReport;
import dev.heimdall.engine.cluster.ProbedServer;
import dev.heimdall.engine.topology.TopologyNode;
import dev.heimdall.engine.wire.Lsn;
import dev.heimdall.engine.wire.Position;
import dev.heimdall.engine.wire.sqlserver.BabelfishLsn;
import dev.heimdall.model.DataSource;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;

/**
 * Asks a Babelfish server for its role and position by the functions of its PostgreSQL, which T-SQL
 * reaches. By SQL Server's own properties all its servers have one name.
 */
final class BabelfishProber implements JdbcServer.Questions {
  /** Digits of a timeline at the start of the name of a file of the log. */
  private static final int TIMELINE_DIGITS = 8;

  private static final int HEX = 16;

  /**
   * Size of the log's pages. Up to the end of a whole page, what is on disk may be half a record.
   */
  private static final long PAGE = 8192;

  private static final String STARTED =
      "CAST(pg_catalog.pg_postmaster_start_time() AS varchar(50)) AS started";

  static final String WHO =
      "SELECT CAST(pg_catalog.pg_is_in_recovery() AS int) AS replica,"
          + " CONCAT(CAST(pg_catalog.inet_server_addr() AS varchar(50)), ' ',"
          + " pg_catalog.inet_server_port()) AS address, "
          + STARTED
          + ", (SELECT COUNT(*) FROM pg_catalog.pg_proc p"
          + " WHERE p.proname = 'aurora_replica_status') AS aurora";

  /**
   * A replica's timeline is the one that its receiver has something of, where the user may see
   * that, or one that it has certainly reached: never a newer one than it follows.
   */
  static final String PLACE =
      """
      SELECT CAST(pg_catalog.pg_is_in_recovery() AS int) AS replica,
        (SELECT CAST(s.system_identifier AS varchar(30)) FROM pg_catalog.pg_control_system() s)
          AS system,
        CASE WHEN pg_catalog.pg_is_in_recovery() = 1
          THEN CAST(pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_last_wal_replay_lsn(), '0/0')
            AS bigint)
          ELSE CAST(pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_insert_lsn(), '0/0')
            AS bigint)
        END AS position,
        CASE WHEN pg_catalog.pg_is_in_recovery() = 1
          THEN CAST(pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_last_wal_receive_lsn(), '0/0')
            AS bigint)
          ELSE CAST(pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_flush_lsn(), '0/0')
            AS bigint)
        END AS kept,
        CASE WHEN pg_catalog.pg_is_in_recovery() = 0
          THEN pg_catalog.pg_walfile_name(pg_catalog.pg_current_wal_insert_lsn())
        END AS wal,
        (SELECT COUNT(*) FROM pg_catalog.pg_stat_wal_receiver) AS receivers,
        (SELECT MAX(r.received_tli) FROM pg_catalog.pg_stat_wal_receiver r) AS received,
        (SELECT c.min_recovery_end_timeline FROM pg_catalog.pg_control_recovery() c) AS reached,
        CASE WHEN pg_catalog.pg_is_in_recovery() = 1
          THEN CAST(pg_catalog.pg_is_wal_replay_paused() AS int) ELSE 0 END AS paused,
        CAST((pg_catalog.date_part('epoch', pg_catalog.clock_timestamp())
          - pg_catalog.date_part('epoch', pg_catalog.pg_last_xact_replay_timestamp())) * 1000
          AS bigint) AS age
      """;

  /** Servers of an Aurora cluster, as {@link AuroraStatus} has them. */
  static final String MEMBERS =
      """
      SELECT s.server_id AS server_id, s.session_id AS session_id,
        CAST(s.durable_lsn AS bigint) AS durable, CAST(s.current_read_lsn AS bigint) AS readable,
        CAST(CEILING(s.replica_lag_in_msec + s.millis) AS bigint) AS lag,
        CAST(CEILING(s.millis) AS bigint) AS age,
        CAST(pg_catalog.date_part('epoch', s.last_update_timestamp) * 1000 AS bigint) AS updated
      FROM (SELECT a.*, CASE
          WHEN pg_catalog.date_part('epoch', pg_catalog.clock_timestamp())
            > pg_catalog.date_part('epoch', a.last_update_timestamp)
          THEN (pg_catalog.date_part('epoch', pg_catalog.clock_timestamp())
            - pg_catalog.date_part('epoch', a.last_update_timestamp)) * 1000
          ELSE 0 END AS millis FROM pg_catalog.aurora_replica_status() a) s
      WHERE s.session_id = 'MASTER_SESSION_ID' OR s.millis <= 300000
        OR s.server_id = pg_catalog.aurora_db_instance_identifier()
      """;

  private static final String NAME =
      "SELECT CAST(pg_catalog.aurora_db_instance_identifier() AS varchar(200)) AS name";

  private final AuroraStatus aurora;
  private final JdbcServer.Questions others;
  private volatile Kind kind = Kind.UNKNOWN;

  private enum Kind {
    UNKNOWN,
    BABELFISH,
    SQL_SERVER
  }

  /**
   * @param replica whether it is in recovery
   * @param identity where and since when it runs
   */
  private record Who(boolean replica, String identity, boolean aurora) {}

  /**
   * @param server the one that is asked
   * @param others for a server that is no Babelfish
   */
  BabelfishProber(DataSource server, JdbcServer.Questions others) {
    aurora =
        new AuroraStatus(MEMBERS, Optional.empty(), BabelfishProber::positionOfStorage, server);
    this.others = others;
  }

  @Override
  public NodeReport ask(Connection connection, boolean members, ProbedServer.Progress progress)
      throws SQLException {
    if (!isBabelfish(connection, progress)) {
      return others.ask(connection, members, progress);
    }
    try (Statement statement = connection.createStatement()) {
      Who who = who(statement);
      progress.next();
      try {
        return who.aurora() ? ofAurora(statement, who, progress) : place(statement, who.identity());
      } catch (SQLException e) {
        if (connection.isClosed() || e.getErrorCode() == 0) { // not the server's word
          throw e;
        }
        return untold(who, e);
      }
    }
  }

  private boolean isBabelfish(Connection connection, ProbedServer.Progress progress)
      throws SQLException {
    if (kind == Kind.UNKNOWN) {
      try (Statement statement = connection.createStatement();
          ResultSet row =
              statement.executeQuery("SELECT CAST(SERVERPROPERTY('Babelfish') AS int)")) {
        row.next();
        kind = row.getInt(1) == 1 ? Kind.BABELFISH : Kind.SQL_SERVER;
      }
      progress.next();
    }
    return kind == Kind.BABELFISH;
  }

  private static Who who(Statement statement) throws SQLException {
    try (ResultSet row = statement.executeQuery(WHO)) {
      row.next();
      return new Who(
          row.getInt("replica") == 1,
          row.getString("address") + ' ' + row.getString("started"),
          row.getInt("aurora") > 0);
    }
  }

  private static NodeReport place(Statement statement, String identity) throws SQLException {
    try (ResultSet row = statement.executeQuery(PLACE)) {
      row.next();
      boolean replica = row.getInt("replica") == 1;
      String wal = row.getString("wal");
      long timeline =
          replica
              ? Math.max(row.getLong("received"), row.getLong("reached"))
              : Long.parseLong(wal.substring(0, TIMELINE_DIGITS), HEX);
      long bytes = row.getLong("position");
      Position position = row.wasNull() ? Position.NONE : new BabelfishLsn(timeline, bytes);
      long kept = row.getLong("kept");
      return new NodeReport(
          identity,
          identity,
          "",
          row.getString("system"),
          !replica,
          false,
          timeline,
          position,
          replica || kept % PAGE == 0 ? Position.NONE : new BabelfishLsn(timeline, kept),
          replica ? lag(row, bytes, kept) : 0,
          replica ? halt(row) : "",
          List.of(),
          true,
          List.of());
    }
  }

  private static long lag(ResultSet row, long replayed, long received) throws SQLException {
    if (row.getInt("receivers") > 0 && replayed == received) {
      return 0;
    }
    long age = row.getLong("age");
    return row.wasNull() ? TopologyNode.UNKNOWN : Math.max(1, age);
  }

  private static String halt(ResultSet row) throws SQLException {
    if (row.getInt("paused") == 1) {
      return "its replay is paused";
    }
    return row.getInt("receivers") > 0 ? "" : "it gets nothing: its WAL receiver does not run";
  }

  private NodeReport ofAurora(Statement statement, Who who, ProbedServer.Progress progress)
      throws SQLException {
    String name;
    try (ResultSet row = statement.executeQuery(NAME)) {
      row.next();
      name = row.getString("name");
    }
    NodeReport report =
        aurora
            .ask(statement, name, who.replica(), progress)
            .report(who.identity(), who.identity(), false);
    // What a reader of one storage shows need never be all that is durable there.
    return new NodeReport(
        report.identity(),
        report.run(),
        report.name(),
        report.system(),
        report.writer(),
        false,
        0,
        report.position(),
        Position.NONE,
        report.lagMillis(),
        "",
        List.of(),
        true,
        List.of());
  }

  private static Position positionOfStorage(ResultSet row, String column) throws SQLException {
    long bytes = row.getLong(column);
    return row.wasNull() ? Position.NONE : new Lsn(bytes);
  }

  /** One that says what it is, but not how far: no replica has what such a writer wrote. */
  private static NodeReport untold(Who who, SQLException why) {
    return new NodeReport(
        who.identity(),
        who.identity(),
        "",
        "",
        !who.replica(),
        false,
        0,
        who.replica() ? Position.NONE : Position.BEYOND,
        Position.NONE,
        who.replica() ? TopologyNode.UNKNOWN : 0,
        who.replica() ? "it does not say how far it is: " + why.getMessage() : "",
        List.of(),
        true,
        List.of());
  }

  @Override
  public Position written(Connection connection) throws SQLException {
    if (kind == Kind.SQL_SERVER) {
      return others.written(connection);
    }
    NodeReport now = ask(connection, false, JdbcServer.UNHEARD);
    if (!now.writer()) {
      throw new SQLException("it is not the writer any more");
    }
    if (now.position() == Position.NONE || now.position() == Position.BEYOND) {
      throw new SQLException("it does not say how far it is");
    }
    return now.position();
  }
}
