package dev.heimdall.engine.cache;

import dev.heimdall.engine.observe.Uncached;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/**
 * Counts of how often statements of each pattern were answered from the cache, and the reasons
 * where they were not. May be used from any thread.
 */
public final class CachePatterns {
  /** Name under which further patterns are counted, and those that are too long. */
  static final String OTHER = "(other)";

  static final int MOST = 1_000;
  static final int LONGEST = 2_000;

  private final Map<String, Counts> patterns = new ConcurrentHashMap<>();
  private final boolean judges;
  private final LongSupplier clock;
  private final PatternWorth unknown;

  /**
   * @param judges whether patterns are found not to be worth it
   * @param clock {@link System#nanoTime}
   */
  CachePatterns(boolean judges, LongSupplier clock) {
    this.judges = judges;
    this.clock = clock;
    this.unknown = new PatternWorth(false, () -> 0, clock);
  }

  /**
   * The figures of one pattern.
   *
   * @param pattern the text without its values
   * @param reason the most frequent one for which such statements were not answered from the cache;
   *     null where all were
   * @param reasonCount how often that was so
   */
  public record Figures(
      String pattern, long hits, long uncached, Uncached reason, long reasonCount) {
    /** Of a hundred such statements, so many were answered from the cache. */
    public long hitPercent() {
      return hits == 0 ? 0 : 100 * hits / (hits + uncached);
    }
  }

  private static final class Counts {
    final LongAdder hits = new LongAdder();
    final LongAdder[] reasons = new LongAdder[Uncached.values().length];
    final PatternWorth worth;

    Counts(boolean judges, LongSupplier clock) {
      Arrays.setAll(reasons, i -> new LongAdder());
      worth = new PatternWorth(judges, hits::sum, clock);
    }

    Figures figures(String pattern) {
      long uncached = 0;
      long most = 0;
      Uncached reason = null;
      for (Uncached each : Uncached.values()) {
        long count = reasons[each.ordinal()].sum();
        uncached += count;
        if (count > most) {
          most = count;
          reason = each;
        }
      }
      return new Figures(pattern, hits.sum(), uncached, reason, most);
    }
  }

  /** One was answered from the cache. */
  public void hit(String pattern) {
    of(pattern).hits.increment();
  }

  /** One was not, or its answer could not be kept. */
  public void uncached(String pattern, Uncached reason) {
    of(pattern).reasons[reason.ordinal()].increment();
  }

  /**
   * Returns the judgement on keeping its results; those counted as others are always worth it.
   *
   * @param pattern null where it is unknown
   */
  public PatternWorth worth(String pattern) {
    return pattern == null ? unknown : of(pattern).worth;
  }

  private Counts of(String pattern) {
    Counts known = patterns.get(pattern);
    if (known != null) {
      return known;
    }
    // A race adds a few more.
    boolean other = pattern.length() > LONGEST || patterns.size() >= MOST;
    return patterns.computeIfAbsent(
        other ? OTHER : pattern, name -> new Counts(judges && !other, clock));
  }

  /** Those that came, the most frequent first. */
  public List<Figures> figures() {
    List<Figures> all = new ArrayList<>();
    patterns.forEach((pattern, counts) -> all.add(counts.figures(pattern)));
    all.sort(
        Comparator.comparingLong((Figures each) -> each.hits() + each.uncached())
            .reversed()
            .thenComparing(Figures::pattern));
    return all;
  }
}
