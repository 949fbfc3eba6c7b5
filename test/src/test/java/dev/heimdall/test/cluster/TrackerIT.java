package dev.heimdall.test.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.topology.NodeState;
import dev.heimdall.engine.topology.Topology;
import dev.heimdall.engine.topology.TopologyEvent;
import dev.heimdall.engine.topology.TopologyNode;
import dev.heimdall.engine.wire.Lsn;
import dev.heimdall.launcher.postgres.PostgresCluster;
import dev.heimdall.launcher.postgres.PostgresServer;
import dev.heimdall.launcher.postgres.StopMode;
import dev.heimdall.model.ClusterKind;
import dev.heimdall.model.NodeRole;
import dev.heimdall.test.fixture.Await;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A primary and two streaming replicas, watched while things happen to them. */
@Tag("ci")
class TrackerIT {
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
  }

  @AfterEach
  void stop() {
    cluster.close();
  }

  private void untilAllIsWell(Watched watched) {
    watched.untilWriterIs(primary);
    watched.until(first, NodeRole.REPLICA, NodeState.UP);
    watched.until(second, NodeRole.REPLICA, NodeState.UP);
  }

  private static Lsn position(PostgresServer server) {
    return new Lsn(
        Long.parseLong(
            server.queryValue(
                "postgres", "SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::int8")));
  }

  @Test
  void rolesPositionsAndLagAreFound() {
    try (Watched watched = Watched.all(cluster)) {
      untilAllIsWell(watched);
      primary.execute("CREATE TABLE t AS SELECT generate_series(1, 1000)");
      Lsn written = position(primary);

      Await.until(
          "all are known to have it",
          Duration.ofSeconds(20),
          () ->
              watched.node(primary).position().covers(written)
                  && watched.node(first).position().covers(written)
                  && watched.node(second).position().covers(written),
          watched::toString);
      assertThat(watched.node(primary).timeline()).isEqualTo(1);
      Await.until(
          "nothing is behind",
          () -> watched.node(first).lagBytes() == 0 && watched.node(first).lagMillis() == 0);
      assertThat(watched.events(TopologyEvent.Kind.WRITER)).hasSize(1);
    }
  }

  /** Log without a commit, such as that of a vacuum, is in the way to a replica at any moment. */
  @Test
  void aQuietClustersReplicaIsNotBehindByTheAgeOfTheLastCommit() {
    try (Watched watched = Watched.all(cluster)) {
      untilAllIsWell(watched);
      primary.execute("CREATE TABLE quiet (i int)");
      long committed = System.nanoTime();
      long quiet = committed + Duration.ofSeconds(3).toNanos();
      Await.until(
          "it has had all for a while",
          Duration.ofSeconds(20),
          () -> watched.node(first).lagMillis() == 0 && watched.node(first).at() - quiet > 0,
          watched::toString);
      TopologyNode before = watched.node(first);
      first.queryValue("postgres", "SELECT pg_wal_replay_pause()");
      primary.queryValue("postgres", "SELECT pg_logical_emit_message(false, 'a', 'b')");
      primary.queryValue("postgres", "SELECT pg_switch_wal()");

      Await.until(
          "it lacks something",
          Duration.ofSeconds(20),
          () -> watched.node(first).lagMillis() > 0,
          watched::toString);
      assertThat(watched.node(first).lagMillis())
          .as("milliseconds, of which there was nothing to replay in the first ones")
          .isLessThanOrEqualTo(Duration.ofNanos(System.nanoTime() - before.at()).toMillis());
      first.queryValue("postgres", "SELECT pg_wal_replay_resume()");
      Await.until(
          "it has all again",
          Duration.ofSeconds(20),
          () -> watched.node(first).lagMillis() == 0,
          watched::toString);
    }
  }

  @Test
  void aReplicaThatIsStartedAnewInAQuietClusterIsNotBehind() {
    primary.execute(
        "CREATE TABLE known (i int)",
        "ALTER SYSTEM SET wal_sender_timeout = '2s'", // at half of it the writer names its end
        "SELECT pg_reload_conf()");
    cluster.awaitReplay(Duration.ofSeconds(20));
    first.stop(StopMode.IMMEDIATE);
    first.start();
    try (Watched watched = Watched.all(cluster)) {
      untilAllIsWell(watched);
      Await.until(
          "it has all",
          Duration.ofSeconds(10),
          () -> watched.node(first).lagMillis() == 0,
          watched::toString);
    }
  }

  @Test
  void aPausedReplicaFallsBehindAndCatchesUp() {
    try (Watched watched = Watched.all(cluster)) {
      untilAllIsWell(watched);
      // Before its first transaction a replica cannot tell how old its last one is.
      primary.execute("CREATE TABLE earlier (i int)");
      cluster.awaitReplay(Duration.ofSeconds(20));
      first.queryValue("postgres", "SELECT pg_wal_replay_pause()");
      primary.execute("CREATE TABLE t AS SELECT generate_series(1, 10000)");
      Lsn written = position(primary);

      Await.until(
          "the paused replica is behind",
          Duration.ofSeconds(20),
          () -> watched.node(first).lagBytes() > 0 && watched.node(first).lagMillis() > 0,
          watched::toString);
      assertThat(watched.node(first).position().covers(written)).isFalse();
      assertThat(watched.node(first).state()).isEqualTo(NodeState.UP);
      assertThat(watched.node(first).stopped()).isTrue();
      assertThat(watched.node(first).why()).isEqualTo("is a replica, but its replay is paused");
      assertThat(watched.node(second).stopped()).isFalse();

      first.queryValue("postgres", "SELECT pg_wal_replay_resume()");
      Await.until(
          "it has caught up",
          Duration.ofSeconds(20),
          () -> watched.node(first).position().covers(written) && !watched.node(first).stopped(),
          watched::toString);
      first.execute("ALTER SYSTEM SET primary_conninfo = ''");
      first.queryValue("postgres", "SELECT pg_reload_conf()");
      Await.until(
          "it is known that nothing is received",
          Duration.ofSeconds(20),
          () -> watched.node(first).stopped(),
          watched::toString);
      assertThat(watched.node(first).why()).contains("its WAL receiver does not run");
    }
  }

  @Test
  void aKilledReplicaIsDownUntilItComesBack() {
    try (Watched watched = Watched.all(cluster)) {
      untilAllIsWell(watched);

      first.kill();
      watched.until(first, NodeRole.REPLICA, NodeState.DOWN);
      assertThat(watched.tracker().topology().writer()).isPresent();

      first.start();
      watched.until(first, NodeRole.REPLICA, NodeState.UP);
      assertThat(watched.events(TopologyEvent.Kind.DOWN)).hasSize(1);
      assertThat(watched.events(TopologyEvent.Kind.UP))
          .filteredOn(event -> event.server().equals(Watched.at(first)))
          .last()
          .satisfies(event -> assertThat(event.lasted()).isPresent());
    }
  }

  @Test
  void aFrozenServerIsDownAlthoughItsPortIsOpen() {
    try (Watched watched = Watched.all(cluster)) {
      untilAllIsWell(watched);

      first.freeze();
      watched.until(first, NodeRole.REPLICA, NodeState.DOWN);
      first.thaw();
      watched.until(first, NodeRole.REPLICA, NodeState.UP);
    }
  }

  @Test
  void aPromotedReplicaIsTheWriterAndWhoFollowsTheOldOneIsDetached() {
    try (Watched watched = Watched.all(cluster)) {
      untilAllIsWell(watched);

      primary.kill();
      Await.until("there is no writer", () -> watched.tracker().topology().writer().isEmpty());
      first.promote();
      watched.untilWriterIs(first);

      assertThat(watched.node(first).timeline()).isEqualTo(2);
      watched.until(second, NodeRole.REPLICA, NodeState.DETACHED);
      assertThat(watched.node(second).why()).contains("timeline 1");
      assertThat(watched.events(TopologyEvent.Kind.NO_WRITER)).hasSize(1);
      assertThat(watched.events(TopologyEvent.Kind.WRITER))
          .last()
          .satisfies(
              event -> {
                assertThat(event.server()).isEqualTo(Watched.at(first));
                assertThat(event.lasted()).isPresent();
                assertThat(event.lasted().get()).isPositive();
              });
    }
  }

  @Test
  void aReplicaThatFollowsTheNewWriterIsUsedAgain() {
    try (Watched watched = Watched.all(cluster)) {
      untilAllIsWell(watched);
      primary.kill();
      first.promote();
      watched.until(second, NodeRole.REPLICA, NodeState.DETACHED);

      String conninfo = second.queryValue("postgres", "SHOW primary_conninfo");
      second.execute(
          "ALTER SYSTEM SET primary_conninfo = '"
              + conninfo
                  .replace("port=" + primary.port(), "port=" + first.port())
                  .replace("port='" + primary.port(), "port='" + first.port())
                  .replace("'", "''")
              + "'",
          "SELECT pg_reload_conf()");
      watched.until(second, NodeRole.REPLICA, NodeState.UP);
      assertThat(watched.node(second).timeline()).isEqualTo(2);
    }
  }

  @Test
  void ofTwoWritersTheOlderIsRefutedAndSaid() {
    try (Watched watched = Watched.all(cluster)) {
      untilAllIsWell(watched);

      first.promote();
      watched.untilWriterIs(first);
      watched.until(primary, NodeRole.UNKNOWN, NodeState.REFUTED);

      assertThat(watched.events(TopologyEvent.Kind.CONFLICT))
          .extracting(TopologyEvent::server)
          .containsExactly(Watched.at(primary));
      for (Topology version : watched.versions()) {
        assertThat(version.nodes().stream().filter(n -> n.role() == NodeRole.WRITER).count())
            .isLessThanOrEqualTo(1);
      }
    }
  }

  @Test
  void aPrimaryThatReturnsAfterItsSuccessorIsNotBelieved() {
    try (Watched watched = Watched.all(cluster)) {
      untilAllIsWell(watched);
      primary.kill();
      first.promote();
      watched.untilWriterIs(first);

      primary.start();

      watched.until(primary, NodeRole.UNKNOWN, NodeState.REFUTED);
      assertThat(watched.tracker().topology().writer().map(TopologyNode::address))
          .contains(Watched.at(first));
    }
  }

  @Test
  void whatWasCommittedIsWithinWhatTheWriterSaysAfterwards() throws Exception {
    try (Watched watched = Watched.all(cluster)) {
      untilAllIsWell(watched);
      for (int i = 0; i < 20; i++) {
        primary.execute("CREATE TABLE t" + i + " (i int)");
        long flushed =
            Long.parseLong(
                primary.queryValue(
                    "postgres", "SELECT pg_wal_lsn_diff(pg_current_wal_flush_lsn(), '0/0')::int8"));
        assertThat(
                watched.tracker().writtenByNow().get(10, TimeUnit.SECONDS).covers(new Lsn(flushed)))
            .isTrue();
      }
    }
  }

  @Test
  void anotherNameOfAServerIsNoSecondServer() {
    String hosts = "127.0.0.1:" + primary.port() + ",localhost:" + primary.port();
    try (Watched watched =
        new Watched(
            Watched.source(
                ClusterKind.POSTGRES,
                hosts,
                cluster.superuser(),
                cluster.password(),
                Optional.empty()))) {
      // The name by which the server answers first is the one that stays.
      Await.until(
          "one of the two names is left, the writer's",
          Duration.ofSeconds(20),
          () -> {
            Topology topology = watched.tracker().topology();
            return topology.nodes().size() == 1
                && topology
                    .writer()
                    .filter(node -> node.state() == NodeState.UP)
                    .filter(node -> node.address().port() == primary.port())
                    .isPresent();
          },
          watched::toString);
      assertThat(watched.events(TopologyEvent.Kind.CONFLICT)).isEmpty();
    }
  }

  @Test
  void aUserWithoutRightsSeesNoMoreThanIsSafe() {
    primary.execute("CREATE ROLE plain LOGIN PASSWORD 'plain'");
    cluster.awaitReplay(Duration.ofSeconds(20));
    String hosts = "127.0.0.1:" + primary.port() + ",127.0.0.1:" + first.port();
    try (Watched watched =
        new Watched(
            Watched.source(ClusterKind.POSTGRES, hosts, "plain", "plain", Optional.empty()))) {
      watched.untilWriterIs(primary);
      Await.until(
          "the replica has answered",
          Duration.ofSeconds(20),
          () -> watched.node(first).role() == NodeRole.REPLICA,
          watched::toString);
      // Nobody tells who the other replicas are.
      assertThat(watched.tracker().topology().nodes()).hasSize(2);

      primary.kill();
      first.promote();
      watched.untilWriterIs(first);
    }
  }

  @Test
  void anEndedTrackerAnswersNobody() {
    Watched watched = Watched.all(cluster);
    untilAllIsWell(watched);
    watched.close();

    assertThat(watched.tracker().writtenByNow()).isCompletedExceptionally();
    assertThat(watched.tracker().topology().writer()).isPresent();
    Await.until(
        "its connections are gone",
        () ->
            "0"
                .equals(
                    primary.queryValue(
                        "postgres",
                        "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'heimdall"
                            + " cluster'")));
    assertThat(List.copyOf(watched.tracker().events())).isNotEmpty();
  }
}
