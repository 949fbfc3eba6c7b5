package dev.heimdall.test.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.TestNode;
import io.netty.util.internal.PlatformDependent;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Reads of far more rows than the cache has room for, while tables are written and definitions
 * changed, for {@code -Dsoak.seconds} (default 60): the cache keeps to its limit, and memory does
 * not grow.
 */
@Tag("long")
class CacheSoakIT {
  private static final int SECONDS = Integer.getInteger("soak.seconds", 60);
  private static final long SEED = Long.getLong("soak.seed", System.nanoTime());
  private static final int ROWS = 50_000;
  private static final int CLIENTS = 8;
  private static final long LIMIT = 1 << 20;
  private static final long HEAP_SLACK = 8 << 20;
  private static final long DIRECT_SLACK = 24 << 20;

  private final LongAdder statements = new LongAdder();
  private final Queue<String> problems = new ConcurrentLinkedQueue<>();

  @Test
  void memoryStaysWhereItIs() throws Exception {
    System.out.printf("cache soak: seed %d, %d s%n", SEED, SECONDS);
    try (TestNode node =
        TestNode.start(
            c ->
                c.cluster(SharedPostgres.cluster())
                    .vdb("cache.enabled", true)
                    .vdb("cache.maxSize", "1MiB")
                    .vdb("rules", List.of("cached"))
                    .rules("cached", "{\"action\": \"cache\"}"))) {
      create(node);
      run(node, Math.max(2, SECONDS / 4));
      long heap = heap();
      long direct = PlatformDependent.usedDirectMemory();

      run(node, SECONDS);

      long grownHeap = heap() - heap;
      long grownDirect = PlatformDependent.usedDirectMemory() - direct;
      Map<String, String> cache = node.admin("SHOW CACHE").get(0);
      System.out.printf(
          "cache soak: %,d statements, %s hits, %s kept, %s evicted, %s outdated; heap grew by %,d"
              + " bytes, direct memory by %,d%n",
          statements.sum(),
          cache.get("hits"),
          cache.get("results"),
          cache.get("evictions"),
          cache.get("outdated"),
          grownHeap,
          grownDirect);
      assertThat(problems.stream().limit(5)).isEmpty();
      assertThat(Long.parseLong(cache.get("hits"))).isPositive();
      assertThat(Long.parseLong(cache.get("evictions"))).isPositive();
      assertThat(Long.parseLong(cache.get("outdated"))).isPositive();
      assertThat(grownHeap).as("heap that stayed").isLessThan(HEAP_SLACK);
      assertThat(grownDirect).as("direct memory that stayed").isLessThan(DIRECT_SLACK);
      try (RawClient client = RawClient.logIn(node.target())) {
        client.query("DROP TABLE cso_rows, cso_written");
      }
    }
  }

  private static void create(TestNode node) throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      client.query(
          "DROP TABLE IF EXISTS cso_rows, cso_written;"
              + " CREATE TABLE cso_rows AS SELECT id, repeat('x', 60) AS pad FROM"
              + " generate_series(1, "
              + ROWS
              + ") id; CREATE UNIQUE INDEX ON cso_rows (id);"
              + " CREATE TABLE cso_written AS SELECT id, 0 AS n FROM generate_series(1, 100) id;"
              + " CREATE UNIQUE INDEX ON cso_written (id)");
    }
  }

  private static long heap() {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 4; i++) {
      System.gc();
      Runtime runtime = Runtime.getRuntime();
      least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
    }
    return least;
  }

  private void run(TestNode node, int seconds) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < CLIENTS; i++) {
      int number = i;
      Thread thread = new Thread(() -> client(node, number, end), "cache-soak-" + i);
      thread.start();
      threads.add(thread);
    }
    for (Thread thread : threads) {
      thread.join(TimeUnit.SECONDS.toMillis(seconds + 60));
      assertThat(thread.isAlive()).as(thread.getName() + " hangs").isFalse();
    }
  }

  private void client(TestNode node, int number, long end) {
    Random random = new Random(SEED + number);
    while (System.nanoTime() < end && problems.isEmpty()) {
      try (RawClient client = RawClient.logIn(node.target())) {
        for (int i = 0; i < 2_000 && System.nanoTime() < end; i++) {
          statement(node, client, random, number);
          statements.increment();
        }
      } catch (IOException | RuntimeException | AssertionError e) {
        problems.add(e.toString());
      }
    }
  }

  private void statement(TestNode node, RawClient client, Random random, int number)
      throws IOException {
    int what = random.nextInt(2_000);
    if (what == 0) { // definitions change
      client.query("CREATE TABLE cso_own_" + number + " (id int)");
      client.query("DROP TABLE cso_own_" + number);
    } else if (what < 20) {
      client.query("UPDATE cso_written SET n = n + 1 WHERE id = " + (1 + random.nextInt(100)));
    } else if (what < 500) {
      client.query("SELECT n FROM cso_written WHERE id = " + (1 + random.nextInt(100)));
    } else if (what < 1_000) { // those that come again
      client.query("SELECT pad FROM cso_rows WHERE id = " + (1 + random.nextInt(200)));
    } else {
      client.query("SELECT pad FROM cso_rows WHERE id = " + (1 + random.nextInt(ROWS)));
    }
    if (what == 1) {
      assertThat(Long.parseLong(node.admin("SHOW CACHE").get(0).get("bytes")))
          .isLessThanOrEqualTo(LIMIT);
    }
  }
}
