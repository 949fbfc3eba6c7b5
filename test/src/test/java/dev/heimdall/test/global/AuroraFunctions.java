package dev.heimdall.test.global;

import java.util.List;

/**
 * What Aurora PostgreSQL answers about a cluster and a global database, made of what PostgreSQL
 * knows: each server's name and region from its configuration, positions and lag from replication,
 * and from a table that is replicated who is a member, and who the writer was when that was
 * written.
 */
final class AuroraFunctions {
  /**
   * Rows of clients, each with who took it. That it is written twice has to be possible, to be
   * found.
   */
  static final String HISTORY =
      """
      CREATE TABLE history (
        id bigserial PRIMARY KEY, client int NOT NULL, n int NOT NULL,
        server text NOT NULL DEFAULT current_setting('aurora.server_id'),
        timeline int NOT NULL DEFAULT
          ('x' || substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8))::bit(32)::int)
      """;

  static final String HISTORY_INDEX = "CREATE INDEX ON history (client, n)";

  static final String MEMBERS =
      "CREATE TABLE public.aurora_member (server_id text, aws_region text, writer boolean)";

  /** In the order in which they are made. */
  static final List<String> ALL =
      List.of(
          "GRANT SELECT ON public.aurora_member TO PUBLIC",
          """
          CREATE FUNCTION pg_catalog.aurora_db_instance_identifier() RETURNS varchar
          LANGUAGE sql STABLE AS $$ SELECT current_setting('aurora.server_id')::varchar $$
          """,
          // One row for each instance of the region's own cluster.
          """
          CREATE FUNCTION pg_catalog.aurora_replica_status() RETURNS TABLE (
            server_id text, session_id text, durable_lsn bigint, highest_lsn_rcvd bigint,
            current_read_lsn bigint, last_update_timestamp timestamptz,
            replica_lag_in_msec float8)
          LANGUAGE sql STABLE SECURITY DEFINER AS $$
            SELECT m.server_id,
              CASE WHEN pg_is_in_recovery() THEN 'session-' || m.server_id
                ELSE 'MASTER_SESSION_ID' END,
              CASE WHEN NOT pg_is_in_recovery()
                THEN pg_wal_lsn_diff(pg_current_wal_flush_lsn(), '0/0')::bigint END,
              CASE WHEN pg_is_in_recovery()
                THEN pg_wal_lsn_diff(pg_last_wal_receive_lsn(), '0/0')::bigint END,
              CASE WHEN pg_is_in_recovery()
                THEN pg_wal_lsn_diff(pg_last_wal_replay_lsn(), '0/0')::bigint END,
              NULL::timestamptz, NULL::float8
            FROM public.aurora_member m WHERE m.aws_region = current_setting('aurora.region')
          $$
          """,
          // One row for each instance of all regions; exact on the writer and of the own one.
          """
          CREATE FUNCTION pg_catalog.aurora_global_db_instance_status() RETURNS TABLE (
            server_id text, session_id text, aws_region text, durable_lsn bigint,
            highest_lsn_rcvd bigint, feedback_epoch bigint, feedback_xmin bigint,
            oldest_read_view_lsn bigint, visibility_lag_in_msec float8)
          LANGUAGE sql STABLE SECURITY DEFINER AS $$
            SELECT m.server_id,
              CASE WHEN w.yes THEN 'MASTER_SESSION_ID' ELSE 'session-' || m.server_id END,
              m.aws_region,
              CASE WHEN w.yes AND o.own
                  THEN pg_wal_lsn_diff(pg_current_wal_flush_lsn(), '0/0')::bigint
                WHEN o.own THEN pg_wal_lsn_diff(pg_last_wal_replay_lsn(), '0/0')::bigint
                ELSE pg_wal_lsn_diff(r.flush_lsn, '0/0')::bigint END,
              CASE WHEN o.own AND NOT w.yes
                  THEN pg_wal_lsn_diff(pg_last_wal_receive_lsn(), '0/0')::bigint
                ELSE pg_wal_lsn_diff(r.write_lsn, '0/0')::bigint END,
              0::bigint, 0::bigint,
              pg_wal_lsn_diff(r.replay_lsn, '0/0')::bigint,
              CASE WHEN w.yes THEN NULL
                WHEN o.own THEN extract(epoch FROM least(interval '1 day', clock_timestamp()
                  - coalesce((SELECT last_msg_send_time FROM pg_stat_wal_receiver),
                    pg_last_xact_replay_timestamp()))) * 1000
                WHEN r.pid IS NOT NULL
                  THEN extract(epoch FROM coalesce(r.replay_lag, interval '0')) * 1000 END
            FROM public.aurora_member m
            CROSS JOIN LATERAL (SELECT m.server_id = current_setting('aurora.server_id') AS own) o
            CROSS JOIN LATERAL (SELECT CASE WHEN pg_is_in_recovery() THEN m.writer AND NOT own
                ELSE own END AS yes) w
            LEFT JOIN pg_stat_replication r ON r.application_name = m.server_id
          $$
          """,
          // One row for each region; the one that writes has a durability lag of -1, and one that
          // nothing is known of has none.
          """
          CREATE FUNCTION pg_catalog.aurora_global_db_status() RETURNS TABLE (
            aws_region text, highest_lsn_written bigint, durability_lag_in_msec float8,
            rpo_lag_in_msec float8, last_lag_calculation_time timestamptz,
            feedback_epoch bigint, feedback_xmin bigint)
          LANGUAGE sql STABLE SECURITY DEFINER AS $$
            SELECT s.aws_region, coalesce(s.durable_lsn, s.highest_lsn_rcvd),
              CASE WHEN s.session_id = 'MASTER_SESSION_ID' THEN -1
                ELSE s.visibility_lag_in_msec END,
              CASE WHEN s.session_id = 'MASTER_SESSION_ID' THEN -1
                ELSE s.visibility_lag_in_msec END,
              CASE WHEN s.session_id = 'MASTER_SESSION_ID' THEN 'epoch'::timestamptz
                ELSE clock_timestamp() END,
              0::bigint, 0::bigint
            FROM pg_catalog.aurora_global_db_instance_status() s
          $$
          """);

  private AuroraFunctions() {}
}
