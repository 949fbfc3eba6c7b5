package dev.heimdall.test.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.topology.NodeState;
import dev.heimdall.engine.topology.TopologyNode;
import dev.heimdall.engine.wire.Position;
import dev.heimdall.engine.wire.mysql.GtidSet;
import dev.heimdall.engine.wire.mysql.MariadbGtids;
import dev.heimdall.launcher.mysql.MysqlCluster;
import dev.heimdall.launcher.mysql.MysqlServer;
import dev.heimdall.model.NodeRole;
import dev.heimdall.model.ServerAddress;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.MariadbAndMysql;
import dev.heimdall.test.fixture.MysqlRelease;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;

/** A primary and two replicas with GTIDs, watched while things happen to them. */
@Tag("ci")
class MysqlTrackerIT {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private record Servers(
      MysqlCluster cluster, MysqlServer primary, MysqlServer first, MysqlServer second)
      implements AutoCloseable {
    static Servers start(MysqlRelease release) {
      MysqlCluster cluster = release.cluster().replicas(2).start();
      return new Servers(
          cluster, cluster.primary(), cluster.replicas().get(0), cluster.replicas().get(1));
    }

    @Override
    public void close() {
      cluster.close();
    }
  }

  private static ServerAddress at(MysqlServer server) {
    return Watched.at(server);
  }

  private static Watched watched(Servers servers) {
    Watched watched = Watched.all(servers.cluster());
    watched.untilWriterIs(at(servers.primary()));
    watched.until(at(servers.first()), NodeRole.REPLICA, NodeState.UP);
    watched.until(at(servers.second()), NodeRole.REPLICA, NodeState.UP);
    return watched;
  }

  private static Position written(MysqlServer server) {
    String mysql = "SELECT @@global.gtid_executed";
    return switch (server.flavour()) {
      case MYSQL -> GtidSet.parse(server.queryValue("app", mysql));
      case MARIADB ->
          MariadbGtids.parse(server.queryValue("app", "SELECT @@global.gtid_current_pos"));
    };
  }

  private static void untilCovered(Watched watched, MysqlServer server, Position written) {
    Await.until(
        server + " is known to have " + written,
        PATIENCE,
        () -> watched.node(at(server)).position().covers(written),
        watched::toString);
  }

  @MariadbAndMysql
  void rolesPositionsAndLagAreFound(MysqlRelease release) throws Exception {
    try (Servers servers = Servers.start(release);
        Watched watched = watched(servers)) {
      servers.primary().executeIn("app", "CREATE TABLE t (i int)", "INSERT INTO t VALUES (1)");
      Position written = written(servers.primary());
      servers.cluster().servers().forEach(server -> untilCovered(watched, server, written));
      assertThat(watched.tracker().writtenByNow().get(9, TimeUnit.SECONDS).covers(written))
          .isTrue();
      TopologyNode replica = watched.node(at(servers.first()));
      assertThat(replica.lagMillis()).isZero();
      assertThat(replica.lagBytes()).isZero();

      servers.first().execute(stop(release));
      servers.primary().executeIn("app", "INSERT INTO t VALUES (2)");
      Position more = written(servers.primary());
      untilCovered(watched, servers.second(), more);
      Await.until(
          "nobody knows how far the stopped one is behind",
          PATIENCE,
          () -> watched.node(at(servers.first())).lagMillis() == TopologyNode.UNKNOWN,
          watched::toString);
      assertThat(watched.node(at(servers.first())).position().covers(more)).isFalse();

      servers.first().execute(stop(release).replace("STOP", "START"));
      untilCovered(watched, servers.first(), more);
      assertThat(watched.node(at(servers.first())).run())
          .as("seconds since the start are rounded, the run is the same")
          .isEqualTo(replica.run());

      servers.primary().execute("SET GLOBAL read_only = 1");
      watched.until(at(servers.primary()), NodeRole.WRITER, NodeState.READ_ONLY);
      assertThat(watched.node(at(servers.primary())).why()).contains("read_only");
    }
  }

  private static String stop(MysqlRelease release) {
    return release == MysqlRelease.MYSQL ? "STOP REPLICA" : "STOP SLAVE";
  }

  @MariadbAndMysql
  void aPromotedReplicaIsTheWriterAndWhoFollowsTheOldOneIsDetached(MysqlRelease release) {
    try (Servers servers = Servers.start(release);
        Watched watched = watched(servers)) {
      servers.cluster().awaitReplay(PATIENCE);
      servers.primary().kill();
      Await.until("there is no writer", () -> watched.tracker().topology().writer().isEmpty());
      servers.first().promote();
      watched.untilWriterIs(at(servers.first()));
      watched.until(at(servers.second()), NodeRole.REPLICA, NodeState.DETACHED);

      servers.second().follow(servers.first());
      watched.until(at(servers.second()), NodeRole.REPLICA, NodeState.UP);
      servers.first().executeIn("app", "CREATE TABLE later (i int)");
      untilCovered(watched, servers.second(), written(servers.first()));

      servers.primary().start();
      watched.until(at(servers.primary()), NodeRole.UNKNOWN, NodeState.REFUTED);
      assertThat(watched.tracker().topology().writer().map(TopologyNode::address))
          .isEqualTo(Optional.of(at(servers.first())));
    }
  }

  @MariadbAndMysql
  void aReplicaWhoseThreadHasStoppedSaysWhich(MysqlRelease release) {
    try (Servers servers = Servers.start(release);
        Watched watched = watched(servers)) {
      servers.cluster().awaitReplay(PATIENCE);
      watched.until(at(servers.first()), NodeRole.REPLICA, NodeState.UP);
      servers.first().execute("STOP REPLICA SQL_THREAD");
      awaitWhy(watched, servers.first(), true, "its SQL thread does not run");
      servers.first().execute("START REPLICA SQL_THREAD");
      awaitWhy(watched, servers.first(), false, "reports that it is a replica");
      servers.first().execute("STOP REPLICA IO_THREAD");
      awaitWhy(watched, servers.first(), true, "its I/O thread does not run");
    }
  }

  private static void awaitWhy(Watched watched, MysqlServer server, boolean stopped, String why) {
    Await.until(
        why,
        PATIENCE,
        () -> {
          TopologyNode node = watched.tracker().topology().node(at(server)).orElseThrow();
          return node.stopped() == stopped && node.why().contains(why);
        },
        watched::toString);
  }

  @MariadbAndMysql
  void whoLosesItsReplicationIsNoWriterAsLongAsThereIsOne(MysqlRelease release) {
    try (Servers servers = Servers.start(release);
        Watched watched = watched(servers)) {
      servers.cluster().awaitReplay(PATIENCE);
      servers.first().promote();
      watched.until(at(servers.first()), NodeRole.UNKNOWN, NodeState.REFUTED);
      assertThat(watched.tracker().topology().writer().map(TopologyNode::address))
          .isEqualTo(Optional.of(at(servers.primary())));

      // The planned way: the old one allows no writes any more.
      servers.primary().execute("SET GLOBAL read_only = 1");
      // What was heard of it last may be of the moment before it took writes.
      watched.until(at(servers.first()), NodeRole.WRITER, NodeState.UP);
      servers.primary().follow(servers.first());
      watched.until(at(servers.primary()), NodeRole.REPLICA, NodeState.UP);
    }
  }
}
