package dev.heimdall.test.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.RedisProcess;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.Target;
import dev.heimdall.test.fixture.TestConfiguration;
import dev.heimdall.test.fixture.TestNode;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Nothing is served that was written since, while everybody writes and reads at the same time. */
@Tag("ci")
class CacheRaceIT {
  private static final int WRITES = Integer.getInteger("cache.race.writes", 500);

  private static TestConfiguration cached(TestConfiguration c) {
    return c.node("loops", 2)
        .cluster(SharedPostgres.cluster())
        .vdb("cache.enabled", true)
        .vdb("cache.dmlThreshold", 100)
        .vdb("pool.size", 16)
        .vdb("rules", List.of("cached"))
        .rules(
            "cached",
            "{\"match\": \"(?i)^select n\", \"action\": \"cache\", \"inTransaction\": true}");
  }

  private static void make(TestNode node, String table) throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      client.query(Race.table(table));
      Await.until(
          "it is cached",
          () -> {
            client.query("SELECT n FROM %s WHERE id = 0".formatted(table));
            return hits(node) > 0;
          });
    }
  }

  private static void drop(String... tables) throws IOException {
    try (RawClient client = RawClient.logIn(SharedPostgres.target())) {
      client.query("DROP TABLE IF EXISTS " + String.join(", ", tables));
    }
  }

  private static long hits(TestNode node) {
    return Long.parseLong(node.admin("SHOW CACHE").get(0).get("hits"));
  }

  @Test
  void onOneNode() throws IOException {
    try (TestNode node = TestNode.start(c -> cached(c))) {
      make(node, "race_one");
      Race race =
          new Race(List.of(node.target(), node.target()), List.of(node.target()), WRITES, false);
      race.run("race_one");
      assertThat(race.violations()).isEmpty();
      assertThat(race.backward()).isEmpty();
      assertThat(hits(node)).isGreaterThan(race.reads() / 20);
    } finally {
      drop("race_one");
    }
  }

  /** At READ COMMITTED, PostgreSQL's default. */
  @Test
  void inTransactions() throws IOException {
    try (TestNode node = TestNode.start(c -> cached(c))) {
      make(node, "race_inside");
      long before = hits(node);
      Race race = new Race(List.of(node.target()), List.of(node.target()), WRITES, true);
      race.run("race_inside");
      assertThat(race.violations()).isEmpty();
      assertThat(race.backward()).isEmpty();
      assertThat(hits(node) - before).isGreaterThan(race.reads() / 20);
    } finally {
      drop("race_inside");
    }
  }

  @Test
  void onTwoNodesWhereWritersWaitForAll() throws IOException {
    try (RedisProcess store = RedisProcess.running();
        TestNode first = TestNode.start(c -> fleet(c, 1, store));
        TestNode second = TestNode.start(c -> fleet(c, 2, store))) {
      make(second, "race_two_b");
      make(first, "race_two");
      List<Target> both = List.of(first.target(), second.target());
      Race race = new Race(both, both, WRITES / 3, false);
      race.run("race_two");
      assertThat(race.violations()).isEmpty();
      assertThat(hits(first) + hits(second)).isGreaterThan(race.reads() / 20);
    } finally {
      drop("race_two", "race_two_b");
    }
  }

  private static TestConfiguration fleet(TestConfiguration c, int id, RedisProcess store) {
    return cached(c)
        .node("id", id)
        .node("store.servers", List.of(store.address()))
        .source("cluster.consistency", "strict");
  }

  /** The checker sees what a cache would serve that does not hear of writes. */
  @Test
  void writersThatTheNodeDoesNotSeeAreNoticedByTheChecker() throws IOException {
    try (TestNode node = TestNode.start(c -> cached(c))) {
      make(node, "race_blind");
      Race race = new Race(List.of(node.target()), List.of(SharedPostgres.target()), 200, true);
      race.run("race_blind");
      assertThat(race.violations()).isNotEmpty();
    } finally {
      drop("race_blind");
    }
  }
}
