package dev.heimdall.test.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.topology.GlobalTopology;
import dev.heimdall.engine.topology.NodeState;
import dev.heimdall.engine.topology.TopologyNode;
import dev.heimdall.model.ClusterKind;
import dev.heimdall.model.NodeRole;
import dev.heimdall.model.ServerAddress;
import dev.heimdall.test.fixture.AuroraWords;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.GlobalTables;
import dev.heimdall.test.fixture.MariadbAndMysql;
import dev.heimdall.test.fixture.MysqlRelease;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A global cluster of Aurora MySQL, as far as its tables tell of it: servers that replicate, asked
 * through relays that put real tables in the place of Aurora's. A server's name is the port of its
 * relay.
 */
@Tag("long")
class MysqlGlobalTrackersIT {
  private static final String HERE = MysqlGlobalServers.HERE;
  private static final String THERE = MysqlGlobalServers.THERE;
  private static final String PATTERN = "127.0.0.1:?";
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private static Watched watched(MysqlGlobalServers servers, Map<String, String> hostPatterns) {
    return new Watched(
        Watched.global(
            Watched.source(
                ClusterKind.MYSQL,
                "127.0.0.1:" + servers.primary().port(),
                servers.cluster().superuser(),
                servers.cluster().password(),
                Optional.empty()),
            hostPatterns));
  }

  private static ServerAddress at(AuroraWords relay) {
    return new ServerAddress("127.0.0.1", relay.port());
  }

  @MariadbAndMysql
  void aServerTellsThoseOfAllRegions(MysqlRelease release) throws Exception {
    try (MysqlGlobalServers servers = MysqlGlobalServers.start(release);
        Watched watched = watched(servers, Map.of(HERE, PATTERN, THERE, PATTERN))) {
      watched.untilWriterIs(at(servers.primary()));
      watched.until(at(servers.first()), NodeRole.REPLICA, NodeState.UP);
      watched.until(at(servers.far()), NodeRole.REPLICA, NodeState.UP);

      assertThat(watched.node(at(servers.primary())).region()).contains(HERE);
      assertThat(watched.node(at(servers.first())).region()).contains(HERE);
      assertThat(watched.node(at(servers.far())).region()).contains(THERE);
      assertThat(watched.node(at(servers.far())).lagMillis())
          .as("behind its region's storage, and that behind the writer's")
          .isGreaterThanOrEqualTo(GlobalTables.DURABILITY_LAG_MILLIS);
      GlobalTopology global = watched.tracker().topology().global();
      assertThat(global.unplaced()).isEmpty();
      assertThat(global.regions())
          .extracting(lag -> lag.region() + " " + lag.primary())
          .containsExactlyInAnyOrder(HERE + " true", THERE + " false");
    }
  }

  @MariadbAndMysql
  void theWriterIsFollowedIntoAnotherRegion(MysqlRelease release) throws Exception {
    try (MysqlGlobalServers servers = MysqlGlobalServers.start(release);
        Watched watched = watched(servers, Map.of(HERE, PATTERN, THERE, PATTERN))) {
      watched.untilWriterIs(at(servers.primary()));
      watched.until(at(servers.far()), NodeRole.REPLICA, NodeState.UP);
      servers.cluster().awaitReplay(PATIENCE);

      servers.cluster().primary().kill();
      Await.until("there is no writer", () -> watched.tracker().topology().writer().isEmpty());
      servers.promoteFar();

      watched.untilWriterIs(at(servers.far()));
      assertThat(watched.tracker().topology().writer().flatMap(TopologyNode::region))
          .contains(THERE);
      Await.until(
          "its region is the one that writes",
          PATIENCE,
          () ->
              watched.tracker().topology().global().regions().stream()
                  .anyMatch(region -> region.primary() && region.region().equals(THERE)),
          watched::toString);
    }
  }

  @MariadbAndMysql
  void aServerOfARegionWithoutAPatternIsNotProbedUnderAnothersName(MysqlRelease release)
      throws Exception {
    try (MysqlGlobalServers servers = MysqlGlobalServers.start(release);
        Watched watched = watched(servers, Map.of(HERE, PATTERN))) {
      watched.untilWriterIs(at(servers.primary()));
      watched.until(at(servers.first()), NodeRole.REPLICA, NodeState.UP);

      assertThat(watched.tracker().topology().nodes())
          .extracting(TopologyNode::address)
          .containsExactlyInAnyOrder(at(servers.primary()), at(servers.first()));
      assertThat(watched.tracker().topology().global().unplaced())
          .hasToString(
              "["
                  + servers.far().port()
                  + " in us-east-1: no host pattern is known for the region]");
    }
  }

  /** Its row is as old as that of a server that is gone, but it answers. */
  @MariadbAndMysql
  void aReplicaThatHasToldNothingForLongIsSoFarBehindAndNotUnknown(MysqlRelease release)
      throws Exception {
    try (MysqlGlobalServers servers = MysqlGlobalServers.start(release)) {
      List<AuroraWords> readers = List.of(servers.first(), servers.far());
      for (AuroraWords reader : readers) {
        GlobalTables.isUntold(
            servers.cluster().primary(), "" + reader.port(), Duration.ofSeconds(400));
      }
      servers.cluster().awaitReplay(PATIENCE);
      try (Watched watched = watched(servers, Map.of(HERE, PATTERN, THERE, PATTERN))) {
        watched.untilWriterIs(at(servers.primary()));
        for (AuroraWords reader : readers) {
          watched.until(at(reader), NodeRole.REPLICA, NodeState.UP);
          assertThat(watched.node(at(reader)).lagMillis())
              .as(watched.node(at(reader)).region().toString())
              .isGreaterThanOrEqualTo(400_000);
        }
      }
    }
  }

  /** As with versions before 3.04. */
  @ParameterizedTest
  @EnumSource(names = "MARIADB")
  void whereTheStatusIsMissingTheClusterIsALocalOne(MysqlRelease release) throws Exception {
    try (MysqlGlobalServers servers = MysqlGlobalServers.start(release)) {
      servers.cluster().primary().execute("DROP VIEW aurora.aurora_global_db_status");
      servers.cluster().awaitReplay(PATIENCE);
      try (Watched watched = watched(servers, Map.of(HERE, PATTERN))) {
        watched.untilWriterIs(at(servers.primary()));

        assertThat(watched.node(at(servers.primary())).state()).isEqualTo(NodeState.UP);
        assertThat(watched.node(at(servers.primary())).region()).isEmpty();
        assertThat(watched.tracker().topology().global().regions()).isEmpty();
      }
    }
  }
}
