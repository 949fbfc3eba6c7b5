package dev.heimdall.test.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.RedisProcess;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.TestConfiguration;
import dev.heimdall.test.fixture.TestNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What one node has read another one serves, as long as nothing was written. */
class FleetCacheIT {
  private static final String READ = "SELECT name FROM fc_rows WHERE id = 1";

  private static RedisProcess store;
  private static TestNode first;
  private static TestNode second;
  private static TestNode apart;

  @BeforeAll
  static void start() {
    store = RedisProcess.running();
    first = TestNode.start(c -> fleet(c, 1));
    second = TestNode.start(c -> fleet(c, 2));
    apart = TestNode.start(c -> fleet(c, 3).vdb("cache.pciHipaaCache", true));
  }

  private static TestConfiguration fleet(TestConfiguration c, int id) {
    return c.node("id", id)
        .node("store.servers", List.of(store.address()))
        .node("farCache.timeout", "5s") // machines are busy
        .source("cluster.kind", "postgres")
        .source("cluster.probe.user", SharedPostgres.cluster().superuser())
        .source("cluster.probe.password", SharedPostgres.cluster().password())
        .source("cluster.probe.positionInterval", "20ms")
        .source("cluster.consistency", "strict")
        .vdb("cache.enabled", true)
        .vdb("cache.dmlThreshold", 100)
        .vdb("rules", List.of("cached"))
        .rules("cached", "{\"match\": \"(?i)^select name\", \"action\": \"cache\"}");
  }

  @AfterAll
  static void stop() throws IOException {
    past("DROP TABLE fc_rows, fc_others");
    apart.close();
    second.close();
    first.close();
    store.close();
  }

  private static void past(String sql) throws IOException {
    try (RawClient client = RawClient.logIn(SharedPostgres.target())) {
      client.query(sql);
    }
  }

  private static String read(TestNode node) throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      return client.value(READ);
    }
  }

  private static long stored(TestNode node) {
    return Long.parseLong(node.admin("SHOW CACHE").get(0).get("stored"));
  }

  /** The first node has kept the row for the others, and nothing else has happened since. */
  @BeforeEach
  void rows() throws IOException {
    try (RawClient client = RawClient.logIn(first.target())) {
      client.query(
          "DROP TABLE IF EXISTS fc_rows, fc_others;"
              + " CREATE TABLE fc_rows (id int PRIMARY KEY, name text);"
              + " CREATE TABLE fc_others (id int); INSERT INTO fc_rows VALUES (1, 'one')");
      Await.until(
          "the second node serves what the first has read",
          () -> {
            client.query("INSERT INTO fc_others VALUES (1)"); // the log goes on
            client.query("FLUSH CACHE");
            past("UPDATE fc_rows SET name = 'one'");
            first.admin("FLUSH CACHE");
            second.admin("FLUSH CACHE");
            String fresh = read(first);
            past("UPDATE fc_rows SET name = 'past the nodes'");
            return fresh.equals("one") && read(second).equals("one");
          });
    }
  }

  @Test
  void aWriteThroughOneNodeIsSeenThroughTheOther() throws IOException {
    try (RawClient client = RawClient.logIn(second.target())) {
      client.query("UPDATE fc_rows SET name = 'written' WHERE id = 1");
    }
    assertThat(read(first)).isEqualTo("written");
    assertThat(read(second)).isEqualTo("written");
    second.admin("FLUSH CACHE");
    assertThat(read(second)).isEqualTo("written");
  }

  /** The log stands still behind the write, and so does what is known of it. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whereNothingElseIsWrittenResultsAreSharedToo(boolean writtenHere)
      throws IOException, SQLException {
    try (RawClient client = RawClient.logIn((writtenHere ? second : first).target());
        Connection blind = SharedPostgres.target().jdbc()) {
      store.run("FLUSHALL");
      client.query("UPDATE fc_rows SET name = 'quiet' WHERE id = 1");
      assertThat(read(first)).isEqualTo("quiet");
      Await.until("it is in the store", () -> !((List<?>) store.run("KEYS *:cache:*")).isEmpty());
      blind.createStatement().execute("UPDATE fc_rows SET name = 'past the nodes'");
      assertThat(read(second)).isEqualTo("quiet");
      client.query("UPDATE fc_rows SET name = 'again' WHERE id = 1");
      assertThat(read(second)).isEqualTo("again");
    }
  }

  @Test
  void whatTheStoreHasAndIsOutdatedIsCounted() throws IOException {
    long before = farOutdated();
    try (RawClient client = RawClient.logIn(second.target())) {
      Await.until(
          "the store was asked while it had what was before a write",
          () -> {
            client.query("UPDATE fc_rows SET name = 'written' WHERE id = 1");
            assertThat(client.value(READ)).isEqualTo("written");
            return farOutdated() > before;
          });
    }
  }

  private static long farOutdated() {
    return Long.parseLong(second.admin("SHOW CACHE").get(0).get("far_outdated"));
  }

  @Test
  void whatTheStoreAnsweredIsShownToScrapers() throws IOException {
    String metrics = metrics(second);
    assertThat(metrics)
        .contains(
            "heimdall_far_cache_connected 1.0",
            "heimdall_far_cache_breaker{of=\"reads\",state=\"closed\"} 1.0");
    long hits = Long.parseLong(second.admin("SHOW CACHE").get(0).get("far_hits"));
    assertThat(hits).isPositive();
    assertThat(metrics.lines())
        .contains("heimdall_far_cache_gets_total{outcome=\"hit\"} " + (double) hits);
  }

  private static String metrics(TestNode node) throws IOException {
    URL page = new URL("http://127.0.0.1:" + node.httpPort() + "/metrics");
    try (InputStream in = page.openStream()) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void whoKeepsAllToItselfServesNothingOfOthers() throws IOException {
    assertThat(read(apart)).isEqualTo("past the nodes");
    Object keys = store.run("DBSIZE");
    apart.admin("FLUSH CACHE");
    read(apart);
    assertThat(store.run("DBSIZE")).isEqualTo(keys);
  }

  @Test
  void anotherUserHasResultsOfItsOwn() throws IOException {
    past("GRANT SELECT ON fc_rows TO other");
    try (RawClient client = RawClient.logIn(second.target().as("other", "other"))) {
      // Server connections are the source's user's for both; settings tell them apart.
      client.query("SET TimeZone = 'Asia/Tokyo'");
      assertThat(client.value(READ)).isEqualTo("past the nodes");
    }
  }

  @Test
  void withoutTheStoreStatementsGoToTheDatabase() throws IOException {
    store.stop();
    try {
      assertThat(read(second)).isIn("one", "past the nodes");
      second.admin("FLUSH CACHE");
      assertThat(read(second)).isEqualTo("past the nodes");
    } finally {
      store.start();
    }
    Await.until(
        "results are kept again",
        () -> {
          long before = stored(second);
          read(second);
          second.admin("FLUSH CACHE");
          return stored(second) > before;
        });
  }
}
