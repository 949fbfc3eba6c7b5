package dev.heimdall.test.cluster;

import dev.heimdall.launcher.postgres.PostgresServer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The functions by which servers of an Aurora PostgreSQL global cluster tell of it, with the
 * columns that AWS documents, over a table of the servers. A server's name is its port; each
 * region's servers have one storage of their own.
 */
final class GlobalFunctions {
  /** How far a reader is behind its region's storage. */
  static final long LAG_MILLIS = 17;

  /** How far the storage of a region that follows is behind. */
  static final long DURABILITY_LAG_MILLIS = 219;

  private GlobalFunctions() {}

  /**
   * @param regions its servers by region
   * @param writing the region of the primary
   */
  static void install(
      PostgresServer primary, Map<String, List<PostgresServer>> regions, String writing) {
    List<String> sql = new ArrayList<>();
    sql.add("CREATE TABLE public.member (port int, region text, head boolean)");
    sql.add("CREATE TABLE public.region (name text, writes boolean, follows boolean)");
    regions.forEach(
        (region, servers) -> {
          sql.add(
              "INSERT INTO public.region VALUES ('%s', %s, true)"
                  .formatted(region, region.equals(writing)));
          for (PostgresServer server : servers) {
            sql.add(
                "INSERT INTO public.member VALUES (%d, '%s', %s)"
                    .formatted(server.port(), region, server == servers.get(0)));
          }
        });
    sql.add(
        """
        CREATE FUNCTION pg_catalog.aurora_db_instance_identifier() RETURNS text LANGUAGE sql AS
          'SELECT inet_server_port()::text'
        """);
    sql.add(
        """
        CREATE FUNCTION public.shown(own boolean) RETURNS bigint LANGUAGE sql AS $$
          SELECT CASE WHEN NOT own THEN NULL
            WHEN pg_is_in_recovery() THEN pg_wal_lsn_diff(pg_last_wal_replay_lsn(), '0/0')
            ELSE pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0') END::bigint
        $$
        """);
    sql.add(
        """
        CREATE FUNCTION pg_catalog.aurora_replica_status() RETURNS TABLE (
          server_id text, session_id text, durable_lsn bigint, highest_lsn_rcvd bigint,
          current_read_lsn bigint, last_update_timestamp timestamptz, replica_lag_in_msec float8)
        LANGUAGE sql AS $$
          SELECT m.port::text,
            CASE WHEN m.head THEN 'MASTER_SESSION_ID' ELSE 'session-' || m.port END,
            CASE WHEN m.head THEN public.shown(own) END, NULL::bigint,
            CASE WHEN pg_is_in_recovery() THEN public.shown(own) END,
            CASE WHEN NOT own THEN clock_timestamp() END,
            CASE WHEN NOT m.head THEN 17.0 END
          FROM public.member m, public.member me,
            LATERAL (SELECT m.port = inet_server_port() AS own) o
          WHERE me.port = inet_server_port() AND m.region = me.region
        $$
        """);
    sql.add(
        """
        CREATE FUNCTION pg_catalog.aurora_global_db_instance_status() RETURNS TABLE (
          server_id text, session_id text, aws_region text, durable_lsn bigint,
          highest_lsn_rcvd bigint, feedback_epoch int, feedback_xmin bigint,
          oldest_read_view_lsn bigint, visibility_lag_in_msec float8)
        LANGUAGE sql AS $$
          SELECT m.port::text,
            CASE WHEN m.head AND r.writes THEN 'MASTER_SESSION_ID' ELSE 'session-' || m.port END,
            m.region, public.shown(own AND r.writes), NULL::bigint, 0, 0::bigint,
            public.shown(own AND NOT (m.head AND r.writes)),
            CASE WHEN NOT (m.head AND r.writes) THEN 17.0 END
          FROM public.member m JOIN public.region r ON r.name = m.region AND r.follows,
            LATERAL (SELECT m.port = inet_server_port() AS own) o
        $$
        """);
    sql.add(
        """
        CREATE FUNCTION pg_catalog.aurora_global_db_status() RETURNS TABLE (
          aws_region text, highest_lsn_written bigint, durability_lag_in_msec float8,
          rpo_lag_in_msec float8, last_lag_calculation_time timestamptz, feedback_epoch int,
          feedback_xmin bigint)
        LANGUAGE sql AS $$
          SELECT r.name, NULL::bigint, CASE WHEN r.writes THEN -1 ELSE 219 END,
            CASE WHEN r.writes THEN -1 ELSE 219 END,
            CASE WHEN r.writes THEN timestamptz '1970-01-01 00:00:00+00'
              ELSE clock_timestamp() END, 0, 0::bigint
          FROM public.region r WHERE r.follows
        $$
        """);
    sql.add("GRANT SELECT ON public.member, public.region TO PUBLIC");
    primary.execute(sql.toArray(String[]::new));
  }

  /** Another region writes, as its servers say of it from now on. */
  static void writes(PostgresServer promoted, String region) {
    promoted.execute("UPDATE public.region SET writes = name = '" + region + "'");
  }
}
