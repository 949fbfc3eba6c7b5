package dev.heimdall.engine.dialect.postgres.cluster;

import dev.heimdall.engine.cluster.JdbcServer;
import dev.heimdall.engine.cluster.NodeReport;
import dev.heimdall.engine.cluster.ProbedServer;
import dev.heimdall.engine.topology.TopologyNode;
import dev.heimdall.engine.wire.Lsn;
import dev.heimdall.engine.wire.Position;
import dev.heimdall.model.ServerAddress;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Asks a PostgreSQL primary and its streaming replicas, RDS instances included. */
final class PostgresProber implements JdbcServer.Questions {
  /**
   * Condition that the whole server is set to allow no writes, as RDS does with one that is about
   * to be replaced. What is set for a database or a user says nothing about others.
   */
  static final String READ_ONLY =
      """
      CASE WHEN pg_catalog.current_setting('default_transaction_read_only')::pg_catalog.bool
        THEN EXISTS (SELECT 1 FROM pg_catalog.pg_settings s
          WHERE s.name OPERATOR(pg_catalog.=) 'default_transaction_read_only'
            AND s.source OPERATOR(pg_catalog.=) ANY (ARRAY['configuration file', 'command line']))
        ELSE false END""";

  /**
   * A replica's timeline is the one its receiver has something of, or, while nothing is received,
   * one that it has certainly reached. It never says a newer one than it follows. One that was
   * started anew has received nothing as long as nothing is written: there the end of the log
   * counts that the writer has named.
   */
  static final String SELF =
      """
      SELECT pg_catalog.pg_is_in_recovery() AS replica,
        CASE WHEN pg_catalog.pg_is_in_recovery()
          THEN pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_last_wal_replay_lsn(), '0/0')
          ELSE pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_insert_lsn(), '0/0')
        END::pg_catalog.int8 AS position,
        CASE WHEN NOT pg_catalog.pg_is_in_recovery()
          THEN pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_flush_lsn(), '0/0')
        END::pg_catalog.int8 AS flushed,
        CASE WHEN pg_catalog.pg_is_in_recovery()
          THEN GREATEST(
            (SELECT pg_catalog.max(r.received_tli) FROM pg_catalog.pg_stat_wal_receiver r),
            (SELECT c.min_recovery_end_timeline FROM pg_catalog.pg_control_recovery() c))
          ELSE ('x' OPERATOR(pg_catalog.||) pg_catalog.substr(
              pg_catalog.pg_walfile_name(pg_catalog.pg_current_wal_insert_lsn()), 1, 8)
            )::pg_catalog.bit(32)::pg_catalog.int8
        END::pg_catalog.int8 AS timeline,
        CASE
          WHEN NOT pg_catalog.pg_is_in_recovery() THEN 0
          WHEN EXISTS (SELECT 1 FROM pg_catalog.pg_stat_wal_receiver)
            AND pg_catalog.pg_last_wal_receive_lsn() OPERATOR(pg_catalog.=)
              pg_catalog.pg_last_wal_replay_lsn() THEN 0
          WHEN EXISTS (SELECT 1 FROM pg_catalog.pg_stat_wal_receiver r
            WHERE r.latest_end_lsn OPERATOR(pg_catalog.<=) pg_catalog.pg_last_wal_replay_lsn()
              AND r.latest_end_lsn OPERATOR(pg_catalog.>) '0/0') THEN 0
          ELSE (pg_catalog.date_part('epoch', pg_catalog.clock_timestamp()
              OPERATOR(pg_catalog.-) pg_catalog.pg_last_xact_replay_timestamp())
            OPERATOR(pg_catalog.*) 1000)::pg_catalog.int8
        END AS lag,
        CASE
          WHEN NOT pg_catalog.pg_is_in_recovery() THEN ''
          WHEN pg_catalog.pg_is_wal_replay_paused() THEN 'its replay is paused'
          WHEN EXISTS (SELECT 1 FROM pg_catalog.pg_stat_wal_receiver) THEN ''
          ELSE 'it gets nothing: its WAL receiver does not run'
        END AS halt,
        (SELECT s.system_identifier::pg_catalog.text FROM pg_catalog.pg_control_system() s)
          AS system,
        pg_catalog.concat(pg_catalog.inet_server_addr(), ' ', pg_catalog.inet_server_port(), ' ',
          pg_catalog.date_part('epoch', pg_catalog.pg_postmaster_start_time())) AS identity,
        pg_catalog.date_part('epoch', pg_catalog.pg_postmaster_start_time()) AS started,
        """
          + READ_ONLY
          + """
         AS read_only,
        pg_catalog.current_setting('wal_block_size')::pg_catalog.int8 AS page,
        pg_catalog.pg_size_bytes(pg_catalog.current_setting('wal_segment_size')) AS segment
      """;

  private static final String REPLICAS =
      """
      SELECT DISTINCT pg_catalog.host(r.client_addr) FROM pg_catalog.pg_stat_replication r
      WHERE r.client_addr IS NOT NULL AND r.state OPERATOR(pg_catalog.=) 'streaming'
        AND r.application_name OPERATOR(pg_catalog.<>) 'pg_basebackup'
      """;

  private static final String WRITTEN =
      """
      SELECT pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_insert_lsn(), '0/0')
          ::pg_catalog.int8 AS position,
        pg_catalog.current_setting('wal_block_size')::pg_catalog.int8 AS page,
        pg_catalog.pg_size_bytes(pg_catalog.current_setting('wal_segment_size')) AS segment
      """;

  /** Bytes at the start of a page. */
  private static final int HEADER = 24;

  /** Bytes at the start of the first page of a segment. */
  private static final int LONG_HEADER = 40;

  /**
   * A moment at which a replica had replayed all that it had received.
   *
   * @param run of the server: one that is started anew may show less
   * @param at before it was asked, by {@link System#nanoTime}
   */
  private record CaughtUp(String run, long at) {}

  private final int port;
  private volatile CaughtUp caughtUp = new CaughtUp("", 0);

  /**
   * @param port of replicas that only the writer names: it knows their address, not their port
   */
  PostgresProber(int port) {
    this.port = port;
  }

  @Override
  public NodeReport ask(Connection connection, boolean members, ProbedServer.Progress progress)
      throws SQLException {
    long asked = System.nanoTime();
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(SELF)) {
      row.next();
      boolean writer = !row.getBoolean("replica");
      String run = row.getString("system") + " " + row.getString("started");
      return new NodeReport(
          row.getString("identity"),
          run,
          "",
          String.valueOf(row.getString("system")),
          writer,
          writer && row.getBoolean("read_only"),
          row.getLong("timeline"),
          writer ? written(row) : position(row, "position"),
          writer ? kept(row) : Position.NONE,
          lag(orUnknown(row, "lag"), run, asked),
          row.getString("halt"),
          members && writer ? replicas(connection) : List.of(),
          members,
          List.of());
    }
  }

  /**
   * Returns a lag without the time in which there was nothing to replay. A server counts from the
   * last commit on, which in a quiet cluster is long ago when it receives something.
   */
  private long lag(long counted, String run, long asked) {
    CaughtUp last = caughtUp;
    if (counted == 0) {
      caughtUp = new CaughtUp(run, asked);
    }
    if (counted <= 0 || !last.run().equals(run)) {
      return counted;
    }
    long since = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - last.at());
    return Math.min(counted, Math.max(1, since));
  }

  private static long orUnknown(ResultSet row, String column) throws SQLException {
    long value = row.getLong(column);
    return row.wasNull() ? TopologyNode.UNKNOWN : value;
  }

  static Position position(ResultSet row, String column) throws SQLException {
    long bytes = row.getLong(column);
    return row.wasNull() ? Position.NONE : new Lsn(bytes);
  }

  private List<NodeReport.Member> replicas(Connection connection) throws SQLException {
    List<NodeReport.Member> found = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(REPLICAS)) {
      while (rows.next()) {
        ServerAddress address = new ServerAddress(rows.getString(1), port);
        found.add(new NodeReport.Member(address, "", Position.NONE, TopologyNode.UNKNOWN));
      }
    }
    return found;
  }

  @Override
  public Position written(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(WRITTEN)) {
      row.next();
      return written(row);
    }
  }

  private static Position written(ResultSet row) throws SQLException {
    return new Lsn(endOfLast(row.getLong("position"), row.getLong("page"), row.getLong("segment")));
  }

  /**
   * Up to where the log is on disk. What is committed and seen by others is, unless {@code
   * synchronous_commit} is off; what is behind, such as traces of reads, a server that crashes has
   * sent to no replica.
   */
  private static Position kept(ResultSet row) throws SQLException {
    return endsRecord(row.getLong("flushed"), row.getLong("page"))
        ? new Lsn(row.getLong("flushed"))
        : Position.NONE;
  }

  /**
   * True if a place up to which the log is on disk is the end of a record. Where whole pages were
   * written it may be amid one, and no replica replays half a record.
   */
  static boolean endsRecord(long flushed, long page) {
    return flushed % page != 0;
  }

  /**
   * Returns the end of the last record of the log. That is where the next one will begin, but at
   * the start of a page, where the page's header lies between the two: no replica ever replays up
   * to behind a header as long as nothing follows it.
   */
  static long endOfLast(long next, long page, long segment) {
    if (next % segment == LONG_HEADER) {
      return next - LONG_HEADER;
    }
    return next % page == HEADER && next % segment > page ? next - HEADER : next;
  }
}
