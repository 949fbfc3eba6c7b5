package dev.heimdall.test.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.topology.NodeState;
import dev.heimdall.engine.topology.TopologyEvent;
import dev.heimdall.engine.topology.TopologyNode;
import dev.heimdall.engine.wire.Position;
import dev.heimdall.launcher.postgres.PostgresCluster;
import dev.heimdall.launcher.postgres.PostgresServer;
import dev.heimdall.model.ClusterKind;
import dev.heimdall.model.NodeRole;
import dev.heimdall.test.fixture.Await;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Clusters of AWS, as far as their functions tell of them: PostgreSQL servers with functions of the
 * same names and columns. A server's name is its port, so that its address follows from it.
 */
@Tag("long")
class AwsTrackersIT {
  private PostgresCluster cluster;
  private PostgresServer primary;
  private PostgresServer first;
  private PostgresServer second;

  @BeforeEach
  void start() {
    cluster = PostgresCluster.builder().ephemeralPorts().replicas(2).start();
    primary = cluster.primary();
    first = cluster.replicas().get(0);
    second = cluster.replicas().get(1);
    List<String> sql = new ArrayList<>();
    sql.add("CREATE TABLE public.member (port int, writer boolean, confirmed timestamptz)");
    for (PostgresServer server : cluster.servers()) {
      sql.add(
          "INSERT INTO public.member VALUES (%d, %s)".formatted(server.port(), server == primary));
    }
    sql.add("CREATE TABLE public.claims (yes boolean)");
    primary.execute(sql.toArray(String[]::new));
  }

  @AfterEach
  void stop() {
    cluster.close();
  }

  private void installAurora() {
    primary.execute(
        """
        CREATE FUNCTION pg_catalog.aurora_db_instance_identifier() RETURNS text LANGUAGE sql AS
          'SELECT inet_server_port()::text'
        """,
        """
        CREATE FUNCTION pg_catalog.aurora_replica_status() RETURNS TABLE (
          server_id text, session_id text, durable_lsn bigint, highest_lsn_rcvd bigint,
          current_read_lsn bigint, last_update_timestamp timestamptz, replica_lag_in_msec float8)
        LANGUAGE sql AS $$
          SELECT m.port::text,
            CASE WHEN m.writer THEN 'MASTER_SESSION_ID' ELSE 'session-' || m.port END,
            CASE WHEN own AND NOT pg_is_in_recovery()
              THEN pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint END,
            NULL::bigint,
            CASE WHEN own AND pg_is_in_recovery()
              THEN pg_wal_lsn_diff(pg_last_wal_replay_lsn(), '0/0')::bigint END,
            CASE WHEN NOT own OR m.confirmed IS NOT NULL
              THEN coalesce(m.confirmed, clock_timestamp()) END,
            CASE WHEN NOT m.writer THEN 17.0 END
          FROM public.member m, LATERAL (SELECT m.port = inet_server_port() AS own) o
        $$
        """);
    cluster.awaitReplay(Duration.ofSeconds(20));
  }

  private void installMultiAz() {
    primary.execute(
        "CREATE SCHEMA rds_tools",
        "CREATE FUNCTION rds_tools.dbi_resource_id() RETURNS text LANGUAGE sql AS 'SELECT"
            + " ''db-'' || inet_server_port()'",
        "CREATE FUNCTION rds_tools.multi_az_db_cluster_source_dbi_resource_id() RETURNS text"
            + " LANGUAGE sql AS 'SELECT ''db-'' || port FROM public.member WHERE writer'",
        "CREATE FUNCTION rds_tools.show_topology(client text) RETURNS TABLE (id text, endpoint"
            + " text, port int) LANGUAGE sql AS 'SELECT ''db-'' || port, ''127.0.0.1'', port FROM"
            + " public.member'");
    cluster.awaitReplay(Duration.ofSeconds(20));
  }

  private Watched watch(ClusterKind kind) {
    // One name is enough: the cluster tells the others.
    return new Watched(
        Watched.source(
            kind,
            "127.0.0.1:" + primary.port(),
            cluster.superuser(),
            cluster.password(),
            Optional.of("127.0.0.1:?")));
  }

  private void untilAllAreFound(Watched watched) {
    watched.untilWriterIs(primary);
    watched.until(first, NodeRole.REPLICA, NodeState.UP);
    watched.until(second, NodeRole.REPLICA, NodeState.UP);
  }

  private static void becomesWriter(PostgresServer server) {
    becomesWriter(server, "1 hour");
  }

  /**
   * @param ahead how much later than the one before it tells that it is the writer
   */
  private static void becomesWriter(PostgresServer server, String ahead) {
    server.promote();
    server.execute(
        "UPDATE public.member SET writer = port = "
            + server.port()
            + ", confirmed = CASE WHEN port = "
            + server.port()
            + " THEN clock_timestamp() + interval '"
            + ahead
            + "' END");
  }

  @Test
  void anAuroraClusterTellsItsServers() throws Exception {
    installAurora();
    try (Watched watched = watch(ClusterKind.AURORA)) {
      untilAllAreFound(watched);
      primary.execute("INSERT INTO public.claims VALUES (true)");
      Position written = watched.tracker().writtenByNow().get(10, TimeUnit.SECONDS);

      Await.until(
          "the readers have read so far",
          Duration.ofSeconds(20),
          () -> watched.node(first).position().covers(written),
          watched::toString);
      assertThat(watched.node(first).name()).isEqualTo("" + first.port());
      assertThat(watched.node(first).lagMillis()).isEqualTo(17);
      assertThat(watched.node(first).timeline()).isZero();
      assertThat(watched.tracker().topology().nodes()).hasSize(3);
    }
  }

  /** What it told then was so then: nobody knows what it has missed since. */
  @Test
  void anAuroraReaderThatHasToldNothingForLongIsAsFarBehind() {
    installAurora();
    try (Watched watched = watch(ClusterKind.AURORA)) {
      untilAllAreFound(watched);
      for (String age : List.of("40 seconds", "10 minutes")) {
        primary.execute(
            "UPDATE public.member SET confirmed = clock_timestamp() - interval '"
                + age
                + "' WHERE port = "
                + first.port());
        long seconds = age.startsWith("40") ? 40 : 600;
        Await.until(
            "it is known since when",
            Duration.ofSeconds(20),
            () -> watched.node(first).lagMillis() >= seconds * 1000,
            watched::toString);
        assertThat(watched.node(first).state()).isEqualTo(NodeState.UP);
        assertThat(watched.node(first).position()).isNotEqualTo(Position.NONE);
        assertThat(watched.node(second).lagMillis()).isEqualTo(17);
      }
    }
  }

  @Test
  void inAnAuroraFailoverTheServerThatSaysSoItselfIsTheWriter() {
    installAurora();
    try (Watched watched = watch(ClusterKind.AURORA)) {
      untilAllAreFound(watched);

      primary.kill();
      // It is named as the writer by the others for as long as nobody tells them otherwise.
      Await.until("there is no writer", () -> watched.tracker().topology().writer().isEmpty());
      becomesWriter(first);

      watched.untilWriterIs(first);
      assertThat(watched.events(TopologyEvent.Kind.WRITER)).hasSize(2);
    }
  }

  @Test
  void anAuroraWriterThatStillClaimsItIsRefutedByTheNewer() {
    installAurora();
    try (Watched watched = watch(ClusterKind.AURORA)) {
      untilAllAreFound(watched);

      becomesWriter(first);

      watched.untilWriterIs(first);
      watched.until(primary, NodeRole.UNKNOWN, NodeState.REFUTED);
      assertThat(watched.tracker().topology().writer().map(TopologyNode::address))
          .contains(Watched.at(first));
      try (Watched started = watch(ClusterKind.AURORA)) {
        started.untilWriterIs(first);
        started.until(primary, NodeRole.UNKNOWN, NodeState.REFUTED);
      }
    }
  }

  @Test
  void ofTwoAuroraWritersThatNothingTellsApartNoNodeBelievesAny() {
    installAurora();
    try (Watched watched = watch(ClusterKind.AURORA)) {
      untilAllAreFound(watched);

      becomesWriter(first, "1 second");

      try (Watched started = watch(ClusterKind.AURORA)) {
        for (Watched node : List.of(watched, started)) {
          node.until(primary, NodeRole.UNKNOWN, NodeState.REFUTED);
          node.until(first, NodeRole.UNKNOWN, NodeState.REFUTED);
          assertThat(node.tracker().topology().writer()).isEmpty();
        }
      }
      assertThat(watched.events(TopologyEvent.Kind.CONFLICT)).hasSize(2);
      assertThat(watched.events(TopologyEvent.Kind.NO_WRITER)).hasSize(1);
    }
  }

  @Test
  void aServerThatAnAuroraClusterNoLongerNamesIsForgottenWhenItIsGone() {
    installAurora();
    try (Watched watched = watch(ClusterKind.AURORA)) {
      untilAllAreFound(watched);

      primary.execute("DELETE FROM public.member WHERE port = " + second.port());
      second.kill();

      Await.until(
          "it is forgotten",
          Duration.ofSeconds(20),
          () -> watched.tracker().topology().node(Watched.at(second)).isEmpty(),
          watched::toString);
      assertThat(watched.events(TopologyEvent.Kind.REMOVED)).hasSize(1);
    }
  }

  @Test
  void aMultiAzClusterTellsItsServersAndItsWriter() {
    installMultiAz();
    try (Watched watched = watch(ClusterKind.RDS_MULTI_AZ)) {
      untilAllAreFound(watched);
      assertThat(watched.node(first).name()).isEqualTo("db-" + first.port());

      primary.kill();
      becomesWriter(first);

      watched.untilWriterIs(first);
    }
  }

  @Test
  void aServerOutOfRecoveryIsNoWriterUntilItsClusterSaysSo() {
    installMultiAz();
    try (Watched watched = watch(ClusterKind.RDS_MULTI_AZ)) {
      untilAllAreFound(watched);

      primary.kill();
      Await.until("there is no writer", () -> watched.tracker().topology().writer().isEmpty());
      first.promote();
      Await.until(
          "its promotion was seen",
          Duration.ofSeconds(20),
          () -> watched.node(first).timeline() == 2,
          watched::toString);
      assertThat(watched.tracker().topology().writer()).isEmpty();

      first.execute("UPDATE public.member SET writer = port = " + first.port());
      watched.untilWriterIs(first);
    }
  }
}
