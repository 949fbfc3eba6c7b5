package dev.heimdall.test.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.launcher.postgres.PostgresServer;
import dev.heimdall.test.fault.TcpFaults;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.RedisProcess;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.Target;
import dev.heimdall.test.fixture.TestConfiguration;
import dev.heimdall.test.fixture.TestNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Two nodes with caches and a store between them, each level of consistency by its own definition.
 * What a node says to its server and to the store, and what it hears, waits now and then: before
 * and after writes are published, results kept, looked for in the store and served.
 */
class FleetRaceIT {
  private static final int WRITES = Integer.getInteger("cache.fleet.writes", 150);
  private static final int MANY_WRITES = Integer.getInteger("cache.fleet.writes", 5000);

  private static RedisProcess store;

  @BeforeAll
  static void start() {
    store = RedisProcess.running("notify-keyspace-events AE");
  }

  @AfterAll
  static void stop() {
    store.close();
  }

  /** One in so many pieces waits, for up to so many microseconds. */
  private static LongSupplier now(int oneIn, int micros) {
    return () -> {
      ThreadLocalRandom random = ThreadLocalRandom.current();
      return random.nextInt(oneIn) == 0 ? 1000L * random.nextInt(micros) : 0;
    };
  }

  /** A fleet of two, with ways to its server and its store that may be slow. */
  private static final class Fleet implements AutoCloseable {
    final List<TcpFaults> toServer = new ArrayList<>();
    final List<TcpFaults> toStore = new ArrayList<>();
    final List<TestNode> nodes = new ArrayList<>();

    Fleet(Race.Promise promise) throws IOException {
      PostgresServer server = SharedPostgres.primary();
      for (int i = 1; i <= 2; i++) {
        int id = i;
        TcpFaults server1 = new TcpFaults(server.host(), server.port());
        TcpFaults store1 = new TcpFaults("127.0.0.1", store.port());
        toServer.add(server1);
        toStore.add(store1);
        nodes.add(TestNode.start(c -> configured(c, id, promise, server1, store1)));
      }
    }

    private static TestConfiguration configured(
        TestConfiguration c, int id, Race.Promise promise, TcpFaults server, TcpFaults store) {
      String port = ":" + SharedPostgres.primary().port() + "/";
      String url = SharedPostgres.primary().jdbcUrl(SharedPostgres.DATABASE);
      return c.node("loops", 2)
          .node("id", id)
          .node("store.servers", List.of("127.0.0.1:" + store.port()))
          .node("store.prefix", "race" + promise.name().toLowerCase(Locale.ROOT))
          .node("farCache.timeout", "5s") // machines are busy
          .source("url", url.replace(port, ":" + server.port() + "/"))
          .source("cluster.kind", "postgres")
          .source("cluster.probe.user", SharedPostgres.cluster().superuser())
          .source("cluster.probe.password", SharedPostgres.cluster().password())
          .source("cluster.probe.positionInterval", "20ms")
          .source("cluster.consistency", promise.name().toLowerCase(Locale.ROOT))
          .vdb("cache.enabled", true)
          .vdb("cache.dmlThreshold", 100)
          .vdb("pool.size", 8)
          .vdb("rules", List.of("cached"))
          .rules("cached", "{\"match\": \"(?i)^select n\", \"action\": \"cache\"}");
    }

    List<Target> targets() {
      return nodes.stream().map(TestNode::target).toList();
    }

    long sum(String column) {
      return nodes.stream()
          .mapToLong(node -> Long.parseLong(node.admin("SHOW CACHE").get(0).get(column)))
          .sum();
    }

    void slow() {
      toServer.forEach(way -> way.delays(now(5, 1500)));
      toStore.forEach(way -> way.delays(now(3, 3000)));
    }

    void fast() {
      toServer.forEach(way -> way.delays(null));
      toStore.forEach(way -> way.delays(null));
    }

    /** Makes the table, and waits until both nodes have results of it. */
    void make(String table) throws IOException {
      try (RawClient client = RawClient.logIn(targets().get(0))) {
        client.query(Race.table(table));
      }
      for (TestNode node : nodes) {
        try (RawClient client = RawClient.logIn(node.target())) {
          Await.until(
              "it is cached",
              () -> {
                long before = sum("hits");
                client.query("SELECT n FROM %s WHERE id = 0".formatted(table));
                return sum("hits") > before;
              });
        }
      }
    }

    @Override
    public void close() throws IOException {
      fast();
      nodes.forEach(TestNode::close);
      for (TcpFaults way : toServer) {
        way.close();
      }
      for (TcpFaults way : toStore) {
        way.close();
      }
    }
  }

  private static void drop(String table) throws IOException {
    try (RawClient client = RawClient.logIn(SharedPostgres.target())) {
      client.query("DROP TABLE IF EXISTS " + table);
    }
  }

  private static String all(Target at, String table) throws IOException {
    try (RawClient client = RawClient.logIn(at)) {
      StringBuilder found = new StringBuilder();
      for (int row = 0; row < Race.ROWS; row++) {
        found.append(client.value("SELECT n FROM %s WHERE id = %d".formatted(table, row)));
        found.append(' ');
      }
      return found.toString();
    }
  }

  private static void race(Race.Promise promise, int writes) throws IOException {
    String table = "race_" + promise.name().toLowerCase(Locale.ROOT);
    try (Fleet fleet = new Fleet(promise)) {
      fleet.make(table);
      fleet.slow();
      Race race = new Race(promise, fleet.targets(), fleet.targets(), writes);
      race.run(table);
      assertThat(race.violations()).isEmpty();
      assertThat(fleet.sum("hits")).as("of %s reads", race.reads()).isGreaterThan(writes / 10);
      fleet.fast();
      if (promise != Race.Promise.SESSION) {
        assertThat(fleet.sum("far_hits")).as("of other nodes").isPositive();
        String last = all(SharedPostgres.target(), table);
        for (Target each : fleet.targets()) {
          Await.until("all is seen at " + each, () -> all(each, table).equals(last));
        }
      }
      System.out.printf(
          "%s: %d reads, %d hits, %d of other nodes%n",
          promise, race.reads(), fleet.sum("hits"), fleet.sum("far_hits"));
    } finally {
      drop(table);
    }
  }

  @ParameterizedTest
  @EnumSource
  void nothingOldIsServed(Race.Promise promise) throws IOException {
    race(promise, WRITES);
  }

  @Tag("long")
  @ParameterizedTest
  @EnumSource
  void nothingOldIsServedForLong(Race.Promise promise) throws IOException {
    race(promise, MANY_WRITES);
  }

  /** A level less than what is looked for shows in the checker. */
  @Test
  void lessThanWhatIsPromisedIsNoticed() throws IOException {
    try (Fleet fleet = new Fleet(Race.Promise.FLEET)) {
      fleet.make("race_less");
      fleet.toStore.forEach(way -> way.delays(() -> 20_000_000));
      Race race = new Race(Race.Promise.STRICT, fleet.targets(), fleet.targets(), WRITES);
      race.run("race_less");
      assertThat(race.violations()).isNotEmpty();
    } finally {
      drop("race_less");
    }
  }
}
