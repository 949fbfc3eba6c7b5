package dev.heimdall.engine.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.route.ClusterView;
import dev.heimdall.model.CacheSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What results take of the heap, by the heap itself. */
class QueryCacheMemoryTest {
  private static final long LIMIT = 32 << 20;
  private static final long MINUTE = Duration.ofMinutes(1).toNanos();
  private static final int TABLES = 50;

  /** What comes and goes beside the cache, and what a collector leaves for later. */
  private static final long SLACK = 4 << 20;

  @TempDir Path dir;

  private ClusterView view;
  private final Random random = new Random(1);
  private final Object asker = new Object();

  @BeforeEach
  void watch() throws Exception {
    view = Views.of(dir);
  }

  private static QueryCache cache() {
    return new QueryCache(
        new CacheSettings(
            true, LIMIT, 64 << 10, Duration.ofMinutes(5), false, 5, Duration.ofSeconds(5), false),
        Optional.empty());
  }

  private static long heap() {
    Runtime runtime = Runtime.getRuntime();
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 3; i++) {
      System.gc();
      least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
    }
    return least;
  }

  private static List<String> table(int number) {
    return List.of("app.public.table" + number);
  }

  /** Puts so many results of a row each, every one under a key of its own. */
  private void fill(QueryCache cache, int results, int rowBytes) {
    for (int i = 0; i < results; i++) {
      byte[] values = new byte[12];
      random.nextBytes(values);
      cache.keep(
          new CacheKey(asker, 0, i, 7, values),
          new StoredAnswer(new byte[30], new byte[rowBytes]),
          view,
          view.noted(),
          table(i % TABLES),
          MINUTE);
    }
  }

  private void keepsToItsLimit(int results, int rowBytes) {
    long before = heap();
    QueryCache cache = cache();
    fill(cache, results, rowBytes);
    long taken = heap() - before;
    QueryCache.Figures figures = cache.figures();
    System.out.printf(
        "%,d results of %d bytes: %,d kept, %,d bytes counted, %,d of heap%n",
        results, rowBytes, figures.entries(), figures.bytes(), taken);
    assertThat(figures.bytes()).isBetween(LIMIT * 9 / 10, LIMIT);
    assertThat(taken).isLessThan(LIMIT + SLACK);
  }

  @Test
  void smallResultsTakeNoMoreThanTheLimit() {
    keepsToItsLimit(300_000, 40);
  }

  @Test
  void largerResultsTakeNoMoreThanTheLimit() {
    keepsToItsLimit(30_000, 4_000);
  }

  @Test
  @Tag("long")
  void tenMillionKeysTakeNoMoreThanTheLimit() {
    keepsToItsLimit(10_000_000, 40);
  }

  /** Definitions change all the time: each change outdates whatever is kept. */
  @Test
  void changedDefinitionsAllTheTimeLeaveNothingBehind() {
    long before = heap();
    QueryCache cache = cache();
    for (int round = 0; round < 300; round++) {
      fill(cache, 200, 400);
      view.committed(List.of(), true);
      for (int i = 0; i < 200; i += 10) {
        assertThat(cache.find(new CacheKey(asker, 0, i, 7, new byte[12]), view, table(i % TABLES)))
            .isNull();
      }
    }
    assertThat(cache.figures().bytes()).isLessThanOrEqualTo(LIMIT);
    assertThat(heap() - before).isLessThan(LIMIT + SLACK);
    cache.clear();
    assertThat(heap() - before).isLessThan(SLACK);
  }
}
