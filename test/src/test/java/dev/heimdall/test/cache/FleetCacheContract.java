package dev.heimdall.test.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.QueryClient;
import dev.heimdall.test.fixture.RedisProcess;
import dev.heimdall.test.fixture.RunningNode;
import dev.heimdall.test.fixture.TestConfiguration;
import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What one node has read another one serves, as long as nothing was written: whatever the engine.
 *
 * @param <N> nodes in front of it
 * @param <C> its clients
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class FleetCacheContract<N extends RunningNode, C extends QueryClient> {
  static final String READ = "SELECT name FROM fc_rows WHERE id = 1";

  /** Cuts, alters or renames what is kept, whatever its key. */
  private static final String DAMAGE =
      "for _, k in ipairs(redis.call('KEYS', '*:cache:*')) do"
          + " local v = redis.call('GET', k) redis.call('SET', k, %s, 'KEEPTTL') end return 1";

  private RedisProcess store;
  N first;
  N second;
  private N apart;

  /** Starts one in front of a server that the tests share. */
  abstract N start(Consumer<TestConfiguration> wishes);

  /** Has it watch its cluster. */
  abstract TestConfiguration watched(TestConfiguration c);

  abstract C client(N node) throws IOException;

  /** Another user's, whose session has another time zone. */
  abstract C other(N node) throws IOException;

  abstract void run(C client, String sql) throws IOException;

  /** Has a session's transactions read what others commit meanwhile. */
  abstract String committed();

  /** What no node sees. */
  abstract void past(String sql) throws IOException, SQLException;

  /**
   * The table is there, and no node yet: when one finds later that definitions have changed,
   * results count as outdated.
   */
  void madeTable() throws IOException {}

  @BeforeAll
  void start() throws IOException, SQLException {
    past("DROP TABLE IF EXISTS fc_rows");
    past("CREATE TABLE fc_rows (id int PRIMARY KEY, name varchar(200))");
    past("INSERT INTO fc_rows VALUES (1, 'one')");
    madeTable();
    store = RedisProcess.running();
    first = start(c -> fleet(c, 1));
    second = start(c -> fleet(c, 2));
    apart = start(c -> fleet(c, 3).vdb("cache.pciHipaaCache", true));
  }

  private TestConfiguration fleet(TestConfiguration c, int id) {
    return watched(c)
        .node("id", id)
        .node("store.servers", List.of(store.address()))
        .node("farCache.timeout", "5s") // machines are busy
        .source("cluster.probe.positionInterval", "20ms")
        .source("cluster.consistency", "strict")
        .vdb("cache.enabled", true)
        .vdb("cache.dmlThreshold", 100)
        .vdb("rules", List.of("cached"))
        .rules("cached", cachedFor(60_000));
  }

  private static String cachedFor(int millis) {
    return ("{\"match\": \"(?i)^select name\", \"action\": \"cache\", \"inTransaction\": true,"
            + " \"parameters\": {\"ttl\": %d}}")
        .formatted(millis);
  }

  @AfterAll
  void stop() throws IOException, SQLException {
    apart.close();
    second.close();
    first.close();
    store.close();
    past("DROP TABLE fc_rows");
  }

  final String read(N node) throws IOException {
    try (C client = client(node)) {
      return client.value(READ);
    }
  }

  /** What the second node has of what the store keeps. */
  final long hits() {
    return figure("far_hits");
  }

  private long figure(String column) {
    return Long.parseLong(second.admin("SHOW CACHE").get(0).get(column));
  }

  /**
   * The first node has kept the row for the others, the second one serves it, and nothing else has
   * happened since. A write outdates what was kept before, and what the second node has read itself
   * if it came too early: it would serve others for a minute.
   */
  @BeforeEach
  void rows() throws IOException {
    try (C client = client(first)) {
      Await.until(
          "the second node serves what the first has read",
          () -> {
            run(client, "UPDATE fc_rows SET name = 'one'");
            String fresh = read(first);
            past("UPDATE fc_rows SET name = 'past the nodes'");
            return fresh.equals("one") && read(second).equals("one");
          });
    }
  }

  @Test
  void aWriteThroughOneNodeIsSeenThroughTheOther() throws IOException {
    try (C client = client(second)) {
      run(client, "UPDATE fc_rows SET name = 'written' WHERE id = 1");
    }
    assertThat(read(first)).isEqualTo("written");
    assertThat(read(second)).isEqualTo("written");
    second.admin("FLUSH CACHE");
    assertThat(read(second)).isEqualTo("written");
  }

  /** As at a server, a statement sees what was committed before it began. */
  @Test
  void aWriteThroughOneNodeIsSeenByTheNextReadOfATransactionAtTheOther() throws IOException {
    try (C reader = client(first);
        C writer = client(second)) {
      run(reader, committed());
      run(reader, "BEGIN");
      AtomicInteger writes = new AtomicInteger();
      Await.until(
          "the transaction is answered from the cache",
          () -> {
            String word = "written " + writes.incrementAndGet();
            run(writer, "UPDATE fc_rows SET name = '" + word + "' WHERE id = 1");
            assertThat(reader.value(READ)).isEqualTo(word);
            past("UPDATE fc_rows SET name = 'past the nodes'");
            return reader.value(READ).equals(word);
          });
      run(writer, "UPDATE fc_rows SET name = 'last' WHERE id = 1");
      assertThat(reader.value(READ)).isEqualTo("last");
      run(reader, "COMMIT");
    }
  }

  /** The first node has it in memory, the store has it, and the second node takes it from there. */
  @Test
  void aShorterTimeReachesWhatIsKept() throws IOException {
    assertThat(read(first)).isEqualTo("one");
    try {
      first.change(c -> c.rules("cached", cachedFor(1)));
      second.change(c -> c.rules("cached", cachedFor(1)));
      assertThat(read(first)).isEqualTo("past the nodes");
      assertThat(read(second)).isEqualTo("past the nodes");
    } finally {
      first.change(c -> c.rules("cached", cachedFor(60_000)));
      second.change(c -> c.rules("cached", cachedFor(60_000)));
    }
  }

  @Test
  void whatWasFlushedDoesNotComeBackFromTheStore() throws IOException {
    first.admin("FLUSH CACHE");
    second.admin("FLUSH CACHE");
    assertThat(read(second)).isEqualTo("past the nodes");
    assertThat(read(first)).isEqualTo("past the nodes");
  }

  @Test
  void whatIsFlushedAtOneNodeIsServedByNone() throws IOException {
    assertThat(read(first)).isEqualTo("one");
    second.admin("FLUSH CACHE");
    assertThat(read(first)).isEqualTo("past the nodes");
  }

  /** The log stands still behind the write, and so does what is known of it. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whereNothingElseIsWrittenResultsAreSharedToo(boolean writtenHere)
      throws IOException, SQLException {
    try (C client = client(writtenHere ? second : first)) {
      store.run("FLUSHALL");
      run(client, "UPDATE fc_rows SET name = 'quiet' WHERE id = 1");
      assertThat(read(first)).isEqualTo("quiet");
      isInTheStore();
      past("UPDATE fc_rows SET name = 'past the nodes'");
      assertThat(read(second)).isEqualTo("quiet");
      run(client, "UPDATE fc_rows SET name = 'again' WHERE id = 1");
      assertThat(read(second)).isEqualTo("again");
    }
  }

  final void isInTheStore() {
    Await.until("it is in the store", () -> !((List<?>) store.run("KEYS *:cache:*")).isEmpty());
  }

  final void empties() {
    store.run("FLUSHALL");
  }

  @Test
  void whatTheSecondNodeHasReadTheFirstOneServes() throws IOException {
    try (C client = client(first)) {
      Await.until(
          "the first node serves what the second has read",
          () -> {
            run(client, "UPDATE fc_rows SET name = 'back'");
            String fresh = read(second);
            past("UPDATE fc_rows SET name = 'past the nodes'");
            return fresh.equals("back") && read(first).equals("back");
          });
    }
  }

  @Test
  void whatTheStoreHasAndIsOutdatedIsCounted() throws IOException {
    long before = figure("far_outdated");
    try (C client = client(second)) {
      Await.until(
          "the store was asked while it had what was before a write",
          () -> {
            run(client, "UPDATE fc_rows SET name = 'written' WHERE id = 1");
            assertThat(client.value(READ)).isEqualTo("written");
            return figure("far_outdated") > before;
          });
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "string.sub(v, 1, -2)",
        "string.sub(v, 1, 7)",
        "v .. 'x'",
        "string.sub(v, 1, 2) .. string.char(77) .. string.sub(v, 4)",
        "string.sub(v, 1, -2) .. string.char((string.byte(v, -1) + 1) % 256)"
      })
  void whatWasDamagedInTheStoreIsNotServed(String damage) throws IOException {
    double before = damaged();
    Await.until(
        "the store was asked for what is damaged",
        () -> {
          assertThat(read(first)).isIn("one", "past the nodes");
          store.run("EVAL \"" + DAMAGE.formatted(damage) + "\" 0");
          second.admin("FLUSH CACHE");
          assertThat(read(second)).isEqualTo("past the nodes");
          return damaged() > before;
        });
  }

  private double damaged() {
    return second.metric("heimdall_far_cache_gets_total{outcome=\"damaged\"}");
  }

  @Test
  void whatTheStoreAnsweredIsShownToScrapers() {
    assertThat(second.metric("heimdall_far_cache_connected")).isOne();
    assertThat(second.metric("heimdall_far_cache_breaker{of=\"reads\",state=\"closed\"}")).isOne();
    double shown = second.metric("heimdall_far_cache_gets_total{outcome=\"hit\"}");
    assertThat(shown).isPositive().isEqualTo(hits());
  }

  @Test
  void whoKeepsAllToItselfServesNothingOfOthers() throws IOException {
    assertThat(read(apart)).isEqualTo("past the nodes");
    Object keys = store.run("DBSIZE");
    apart.admin("FLUSH CACHE");
    read(apart);
    assertThat(store.run("DBSIZE")).isEqualTo(keys);
  }

  /** Server connections are the source's user's for both; settings tell them apart. */
  @Test
  void anotherUserHasResultsOfItsOwn() throws IOException {
    try (C client = other(second)) {
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
          long before = figure("stored");
          read(second);
          second.admin("FLUSH CACHE");
          return figure("stored") > before;
        });
  }
}
