package dev.heimdall.engine.cache;

import dev.heimdall.engine.route.ClusterView;
import dev.heimdall.model.CacheSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/**
 * Fills a cache and says what that takes of the heap, in a JVM in which nothing else happens.
 * Prints results kept, bytes counted, bytes of heap, and those that stay when all is let go of.
 */
final class CacheMemory {
  static final long LIMIT = 32 << 20;
  private static final long MINUTE = Duration.ofMinutes(1).toNanos();
  private static final int TABLES = 50;

  private final ClusterView view;
  private final Random random = new Random(1);
  private final Object asker = new Object();
  private final QueryCache cache =
      new QueryCache(
          new CacheSettings(
              true, LIMIT, 64 << 10, Duration.ofMinutes(5), false, 5, Duration.ZERO, false),
          Optional.empty());

  private CacheMemory(ClusterView view) {
    this.view = view;
  }

  /**
   * @param args an empty directory; how many results of how many bytes; after how many of them all
   *     tables count as written, 0 for never
   */
  public static void main(String[] args) throws Exception {
    CacheMemory memory = new CacheMemory(Views.of(Path.of(args[0])));
    memory.fill(1_000, 10, 0);
    memory.cache.clear();
    long before = heap();
    memory.fill(Integer.parseInt(args[1]), Integer.parseInt(args[2]), Integer.parseInt(args[3]));
    long full = heap();
    QueryCache.Figures figures = memory.cache.figures();
    memory.cache.clear();
    System.out.printf(
        "%d %d %d %d%n", figures.entries(), figures.bytes(), full - before, heap() - before);
    memory.cache.clear(); // it is there until here
  }

  private static long heap() {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 3; i++) {
      System.gc();
      Runtime runtime = Runtime.getRuntime();
      least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
    }
    return least;
  }

  /** Puts so many results of a row each, every one under a key of its own. */
  private void fill(int results, int rowBytes, int definitionsAfter) {
    for (int i = 0; i < results; i++) {
      byte[] values = new byte[12];
      random.nextBytes(values);
      CacheKey key = new CacheKey(asker, 0, i, 7, values);
      List<String> tables = List.of("app.public.table" + i % TABLES);
      cache.keep(
          key,
          new StoredAnswer(new byte[30], new byte[rowBytes]),
          view,
          view.noted(),
          tables,
          0,
          MINUTE,
          cache.patterns().worth("select"),
          Map.of());
      if (definitionsAfter > 0 && i % definitionsAfter == 0) {
        view.committed(List.of(), true);
        if (cache.find(key, view, tables, MINUTE) != null) {
          throw new IllegalStateException("a result outlives its definitions");
        }
      }
    }
  }
}
