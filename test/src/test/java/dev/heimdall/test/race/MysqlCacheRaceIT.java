package dev.heimdall.test.race;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.launcher.mysql.MysqlServer;
import dev.heimdall.test.fault.TcpFaults;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.MariadbAndMysql;
import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.MysqlTarget;
import dev.heimdall.test.fixture.RedisProcess;
import dev.heimdall.test.fixture.TestConfiguration;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Nothing is served that was written since, while everybody writes and reads at the same time. */
@Tag("long")
class MysqlCacheRaceIT {
  private static final int WRITES = Integer.getInteger("cache.writes", 50);
  private static final long SEED = Long.getLong("cache.fleet.seed", System.nanoTime());

  private static TestConfiguration cached(MysqlRelease release, TestConfiguration c) {
    return c.node("loops", 2)
        .cluster(release.shared())
        .catalog(release.shared())
        .vdb("cache.enabled", true)
        .vdb("pool.size", 8)
        .vdb("rules", List.of("cached"))
        .rules("cached", "{\"match\": \"(?i)^select n\", \"action\": \"cache\"}");
  }

  private static void make(MysqlRace race, MysqlNode node) throws SQLException {
    try (Connection connection = node.target().jdbc();
        Statement statement = connection.createStatement()) {
      race.make(statement);
    }
    Await.until("it is cached", () -> cachesIt(node, race));
  }

  private static boolean cachesIt(MysqlNode node, MysqlRace race) throws SQLException {
    long before = hits(node);
    found(node.connect(), race);
    return hits(node) > before;
  }

  private static String found(Connection consumed, MysqlRace race) throws SQLException {
    try (consumed) {
      return race.all(consumed);
    }
  }

  private static void drop(MysqlRelease release, MysqlRace race) {
    release.shared().primary().executeIn(MysqlRelease.DATABASE, race.drop());
  }

  private static long hits(MysqlNode node) {
    return Long.parseLong(node.admin("SHOW CACHE").get(0).get("hits"));
  }

  @Test
  void onOneNode() throws Exception {
    onOneNode(MysqlRelease.MARIADB, WRITES);
  }

  @MariadbAndMysql
  void onOneNodeForLong(MysqlRelease release) throws Exception {
    onOneNode(release, 12 * WRITES);
  }

  private static void onOneNode(MysqlRelease release, int writes) throws Exception {
    try (MysqlNode node = MysqlNode.start(release, c -> cached(release, c))) {
      List<MysqlTarget> one = List.of(node.target());
      List<MysqlTarget> twice = List.of(node.target(), node.target());
      MysqlRace race = new MysqlRace("my_race_one", Level.STRICT, twice, one, writes);
      make(race, node);
      race.run();
      assertThat(race.violations()).isEmpty();
      assertThat(hits(node)).isGreaterThan(50);
      drop(release, race);
    }
  }

  /** A fleet of two that keeps results in a store, with ways to it and to the server. */
  private static final class Fleet implements AutoCloseable {
    final List<TcpFaults> toServer = new ArrayList<>();
    final List<TcpFaults> toStore = new ArrayList<>();
    final List<MysqlNode> nodes = new ArrayList<>();

    Fleet(MysqlRelease release, Level level, RedisProcess store) throws IOException {
      MysqlServer server = release.shared().primary();
      for (int i = 1; i <= 2; i++) {
        int id = i;
        TcpFaults server1 = new TcpFaults(server.host(), server.port());
        TcpFaults store1 = new TcpFaults("127.0.0.1", store.port());
        toServer.add(server1);
        toStore.add(store1);
        nodes.add(
            MysqlNode.start(
                release,
                c ->
                    cached(release, c)
                        .node("id", id)
                        .node("store.servers", List.of("127.0.0.1:" + store1.port()))
                        .node("farCache.timeout", "5s") // machines are busy
                        .source("url", "jdbc:mysql://127.0.0.1:" + server1.port() + "/app")
                        .source("cluster.probe.positionInterval", "20ms")
                        .source("cluster.consistency", level.setting())
                        .vdb("cache.dmlThreshold", 100)));
      }
    }

    List<MysqlTarget> targets() {
      return nodes.stream().map(MysqlNode::target).toList();
    }

    long sum(String column) {
      return nodes.stream()
          .mapToLong(node -> Long.parseLong(node.admin("SHOW CACHE").get(0).get(column)))
          .sum();
    }

    /** What was found in the store and held. */
    long served() {
      return sum("far_hits") - sum("far_outdated");
    }

    void slow(Delays delays) {
      toServer.forEach(way -> way.delays(delays.pieces(5, 1_500_000)));
      toStore.forEach(way -> way.delays(delays.pieces(3, 3_000_000)));
    }

    void fast() {
      toServer.forEach(way -> way.delays(null));
      toStore.forEach(way -> way.delays(null));
    }

    @Override
    public void close() throws IOException {
      fast();
      nodes.forEach(MysqlNode::close);
      for (TcpFaults way : toServer) {
        way.close();
      }
      for (TcpFaults way : toStore) {
        way.close();
      }
    }
  }

  private static void onTwoNodes(MysqlRelease release, Level level, int writes) throws Exception {
    try (RedisProcess store = RedisProcess.running();
        Fleet fleet = new Fleet(release, level, store)) {
      MysqlRace race =
          new MysqlRace(
              "my_race_" + level.setting(), level, fleet.targets(), fleet.targets(), writes);
      make(race, fleet.nodes.get(1));
      Await.until("the other node caches it, too", () -> cachesIt(fleet.nodes.get(0), race));
      fleet.slow(new Delays(SEED));
      race.run();
      fleet.fast();
      System.out.printf(
          "%s, %s, seed %d: %d reads, %d hits, %d of other nodes, %d outdated%n",
          release,
          level,
          SEED,
          race.reads(),
          fleet.sum("hits"),
          fleet.served(),
          fleet.sum("far_outdated"));
      assertThat(race.violations()).isEmpty();
      assertThat(fleet.sum("hits")).isGreaterThan(writes / 5);
      if (level != Level.SESSION) {
        assertThat(fleet.served()).as("of other nodes").isPositive();
        String last = found(release.shared().primary().connect(MysqlRelease.DATABASE), race);
        for (MysqlNode node : fleet.nodes) {
          Await.until("all is seen", () -> found(node.connect(), race).equals(last));
        }
      }
      drop(release, race);
    }
  }

  /** Results are of both nodes: a store is between them. */
  @ParameterizedTest
  @EnumSource
  void onTwoNodes(Level level) throws Exception {
    onTwoNodes(MysqlRelease.MARIADB, level, 3 * WRITES / 10);
  }

  @ParameterizedTest
  @EnumSource
  void onTwoNodesForLong(Level level) throws Exception {
    onTwoNodes(MysqlRelease.MARIADB, level, 20 * WRITES);
  }

  @ParameterizedTest
  @EnumSource
  void onTwoNodesInFrontOfMysql(Level level) throws Exception {
    onTwoNodes(MysqlRelease.MYSQL, level, 20 * WRITES);
  }

  /**
   * The same where rows of writes count for nothing, or those of a transaction's last one alone.
   */
  @ParameterizedTest
  @EnumSource(names = {"ROWS_UNCHECKED", "LAST_ROWS"})
  void withAPartTakenAwaySomethingOldIsServed(Wiring wiring) throws Exception {
    MysqlRelease release = MysqlRelease.MARIADB;
    try (MysqlNode node =
        MysqlNode.start(release, c -> cached(release, c), new InstrumentedNodes(wiring)::start)) {
      List<MysqlTarget> one = List.of(node.target());
      MysqlRace race = new MysqlRace("my_race_less", Level.STRICT, one, one, 12 * WRITES);
      make(race, node);
      race.run();
      assertThat(race.violations()).isNotEmpty();
      drop(release, race);
    }
  }

  /** The checker sees what a cache would serve that does not hear of writes. */
  @Test
  void writersThatTheNodeDoesNotSeeAreNoticedByTheChecker() throws Exception {
    MysqlRelease release = MysqlRelease.MARIADB;
    try (MysqlNode node = MysqlNode.start(release, c -> cached(release, c))) {
      List<MysqlTarget> past = List.of(MysqlTarget.of(release.shared().primary()));
      MysqlRace race =
          new MysqlRace("my_race_blind", Level.STRICT, List.of(node.target()), past, 2 * WRITES);
      make(race, node);
      race.run();
      assertThat(race.violations()).isNotEmpty();
      drop(release, race);
    }
  }
}
