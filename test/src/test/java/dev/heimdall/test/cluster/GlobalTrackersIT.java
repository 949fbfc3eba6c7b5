package dev.heimdall.test.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.topology.GlobalFailover;
import dev.heimdall.engine.topology.GlobalTopology;
import dev.heimdall.engine.topology.NodeState;
import dev.heimdall.engine.topology.TopologyEvent;
import dev.heimdall.engine.topology.TopologyNode;
import dev.heimdall.launcher.postgres.PostgresCluster;
import dev.heimdall.launcher.postgres.PostgresServer;
import dev.heimdall.model.ClusterKind;
import dev.heimdall.model.NodeRole;
import dev.heimdall.model.ServerAddress;
import dev.heimdall.routing.GlobalSaid;
import dev.heimdall.routing.TopologyGlobal;
import dev.heimdall.test.fixture.Await;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A global cluster of Aurora PostgreSQL, as far as its functions tell of it: PostgreSQL servers
 * with functions of the same names and columns. A server's name is its port.
 */
class GlobalTrackersIT {
  private static final String HERE = "eu-west-1";
  private static final String THERE = "us-east-1";

  private PostgresCluster cluster;
  private PostgresServer primary;
  private PostgresServer first;
  private PostgresServer far;

  @BeforeEach
  void start() {
    cluster = PostgresCluster.builder().ephemeralPorts().replicas(2).start();
    primary = cluster.primary();
    first = cluster.replicas().get(0);
    far = cluster.replicas().get(1);
    GlobalFunctions.install(
        primary, Map.of(HERE, List.of(primary, first), THERE, List.of(far)), HERE);
    cluster.awaitReplay(Duration.ofSeconds(20));
  }

  @AfterEach
  void stop() {
    cluster.close();
  }

  private Watched watch(String user, Map<String, String> hostPatterns) {
    return new Watched(
        Watched.global(
            Watched.source(
                ClusterKind.AURORA,
                "127.0.0.1:" + primary.port(),
                user,
                cluster.password(),
                Optional.empty()),
            hostPatterns));
  }

  @Test
  void aServerTellsThoseOfAllRegions() {
    String pattern = "127.0.0.1:?";
    try (Watched watched = watch(cluster.superuser(), Map.of(HERE, pattern, THERE, pattern))) {
      watched.untilWriterIs(primary);
      watched.until(first, NodeRole.REPLICA, NodeState.UP);
      watched.until(far, NodeRole.REPLICA, NodeState.UP);

      assertThat(watched.node(primary).region()).contains(HERE);
      assertThat(watched.node(first).region()).contains(HERE);
      assertThat(watched.node(far).region()).contains(THERE);
      assertThat(watched.node(first).lagMillis()).isEqualTo(GlobalFunctions.LAG_MILLIS);
      assertThat(watched.node(far).lagMillis())
          .as("behind its region's storage, and that behind the writer's")
          .isGreaterThanOrEqualTo(
              GlobalFunctions.LAG_MILLIS + GlobalFunctions.DURABILITY_LAG_MILLIS);
      GlobalTopology global = watched.tracker().topology().global();
      assertThat(global.unplaced()).isEmpty();
      assertThat(global.regions())
          .extracting(lag -> lag.region() + " " + lag.primary() + " " + lag.durabilityMillis())
          .containsExactly(
              HERE + " true -1", THERE + " false " + GlobalFunctions.DURABILITY_LAG_MILLIS);
    }
  }

  @Test
  void aServerOfARegionWithoutAPatternIsNotProbedUnderAnothersName() {
    try (Watched watched = watch(cluster.superuser(), Map.of(HERE, "127.0.0.1:?"))) {
      watched.untilWriterIs(primary);
      watched.until(first, NodeRole.REPLICA, NodeState.UP);

      assertThat(watched.tracker().topology().nodes())
          .extracting(TopologyNode::address)
          .containsExactlyInAnyOrder(Watched.at(primary), Watched.at(first));
      assertThat(watched.tracker().topology().global().unplaced())
          .hasToString(
              "[" + far.port() + " in us-east-1: no host pattern is known for the region]");
    }
  }

  @Test
  void whereTheStatusIsDeniedTheClusterIsALocalOne() {
    primary.execute(
        "CREATE USER prober PASSWORD '" + cluster.password() + "'",
        "GRANT pg_monitor TO prober",
        "REVOKE EXECUTE ON FUNCTION pg_catalog.aurora_global_db_status() FROM PUBLIC");
    cluster.awaitReplay(Duration.ofSeconds(20));
    try (Watched watched = watch("prober", Map.of(HERE, "127.0.0.1:?"))) {
      watched.untilWriterIs(primary);

      assertThat(watched.node(primary).state()).isEqualTo(NodeState.UP);
      assertThat(watched.node(primary).region()).isEmpty();
      Await.until(
          "its replica is not probed, as nobody says where it is",
          Duration.ofSeconds(20),
          () ->
              watched.tracker().topology().global().unplaced().stream()
                  .anyMatch(one -> one.name().equals("" + first.port())),
          watched::toString);
    }
  }

  private static final TopologyGlobal.Failover SWITCHING =
      new TopologyGlobal.Failover("switching-over", "a", "b", false);

  private static GlobalSaid said(String writes) {
    return said(writes, null);
  }

  private static GlobalSaid said(String writes, TopologyGlobal.Failover failover) {
    return new GlobalSaid(
        Optional.of(writes),
        Optional.empty(),
        Optional.of("localhost"),
        Optional.ofNullable(failover),
        List.of(HERE, THERE),
        List.of());
  }

  /** Nobody answers at the address in the URL, and nobody has named another one. */
  @Test
  void theGlobalEndpointOfDocumentsIsAskedWhenNobodyElseIsTheWriter() {
    ServerAddress endpoint = new ServerAddress("localhost", primary.port());
    try (Watched watched =
        new Watched(
            Watched.global(
                Watched.source(
                    ClusterKind.AURORA,
                    "127.0.0.5:" + primary.port(),
                    cluster.superuser(),
                    cluster.password(),
                    Optional.empty()),
                Map.of()))) {
      Await.until(
          "the server of the URL was asked",
          Duration.ofSeconds(20),
          () ->
              watched.tracker().topology().nodes().stream()
                  .allMatch(node -> node.state() == NodeState.DOWN),
          watched::toString);
      assertThat(watched.tracker().topology().node(endpoint)).isEmpty();

      watched.tracker().said(said(HERE));
      Await.until(
          "the server behind the global endpoint reports that it is the writer",
          Duration.ofSeconds(20),
          () ->
              watched
                  .tracker()
                  .topology()
                  .writer()
                  .map(TopologyNode::address)
                  .equals(Optional.of(endpoint)),
          watched::toString);
    }
  }

  @Test
  void whatDocumentsReportOfTheGlobalClusterIsAnEvent() {
    try (Watched watched = watch(cluster.superuser(), Map.of())) {
      watched.untilWriterIs(primary);
      watched.tracker().said(said(HERE));
      assertThat(watched.events(TopologyEvent.Kind.GLOBAL_CHANGE)).isEmpty();

      watched.tracker().said(said(HERE, SWITCHING));
      GlobalFailover first = watched.tracker().topology().global().handover().orElseThrow();
      watched.tracker().said(said(HERE, SWITCHING));
      assertThat(watched.tracker().topology().global().handover())
          .as("since it was heard of first")
          .contains(first);
      assertThat(first.shown())
          .startsWith("switchover in progress since 20")
          .endsWith(": switching-over from a to b");
      watched.tracker().said(said(THERE));
      assertThat(watched.tracker().topology().global().handover()).isEmpty();
      assertThat(watched.events(TopologyEvent.Kind.GLOBAL_CHANGE))
          .extracting(TopologyEvent::cause)
          .containsExactly(
              "topology documents report: switching-over from a to b",
              "topology documents report: the writer's region is us-east-1, not eu-west-1 any"
                  + " more; switching-over from a to b is over");
      assertThat(watched.tracker().topology().writer().map(TopologyNode::address))
          .as("who the writer is, servers report themselves")
          .contains(Watched.at(primary));
    }
  }
}
