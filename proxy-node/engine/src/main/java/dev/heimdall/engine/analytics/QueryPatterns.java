package dev.heimdall.engine.analytics;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * The patterns of statements of one virtual database. There are as many as the event loops know
 * statements: those that are not used any more leave, and what was counted of them counts as
 * forgotten. May be used from any thread.
 */
public final class QueryPatterns {
  private final String vdb;
  private final Set<PatternCounts> live = ConcurrentHashMap.newKeySet();
  private final LongAdder forgottenPatterns = new LongAdder();
  private final LongAdder forgottenCalls = new LongAdder();
  private final LongAdder forgottenMicros = new LongAdder();
  private volatile boolean closed;

  /**
   * @param vdb the virtual database's name
   */
  public QueryPatterns(String vdb) {
    this.vdb = vdb;
  }

  /**
   * Counts of patterns that were evicted.
   *
   * @param patterns how many left, each event loop's for itself
   */
  public record Forgotten(long patterns, long calls, long micros) {}

  public String vdb() {
    return vdb;
  }

  /**
   * A loop meets a pattern for the first time.
   *
   * @param text without values
   * @param high the upper half of its fingerprint
   * @param low the lower half
   * @param light whether such statements cost servers nothing
   * @param chain what the loop counts of the pattern in other virtual databases; may be null
   * @return the chain with those of this one at its head
   */
  public PatternCounts begin(String text, long high, long low, boolean light, PatternCounts chain) {
    PatternCounts counts =
        new PatternCounts(this, text, high, low, light, PatternCounts.open(chain));
    if (!closed) {
      live.add(counts);
    }
    return counts;
  }

  void forgotten(PatternCounts counts) {
    if (live.remove(counts)) {
      forgottenPatterns.increment();
      forgottenCalls.add(counts.get(PatternCounts.CALLS));
      forgottenMicros.add(counts.get(PatternCounts.MICROS));
    }
  }

  /** The virtual database is no more, or nothing of it is to be counted any longer. */
  public void close() {
    closed = true;
    live.clear();
  }

  boolean closed() {
    return closed;
  }

  /** Returns the counts of patterns that were evicted. */
  public Forgotten forgotten() {
    return new Forgotten(forgottenPatterns.sum(), forgottenCalls.sum(), forgottenMicros.sum());
  }

  /** The patterns, what takes the most time first. */
  public List<PatternFigures> figures() {
    long nanos = System.nanoTime();
    long millis = System.currentTimeMillis();
    Map<String, PatternFigures> byText = new HashMap<>();
    for (PatternCounts counts : live) {
      long ago = TimeUnit.NANOSECONDS.toMillis(nanos - counts.get(PatternCounts.LAST));
      PatternFigures figures = PatternFigures.of(vdb, counts, millis - Math.max(0, ago));
      if (figures.calls() > 0) {
        byText.merge(figures.text(), figures, PatternFigures::plus);
      }
    }
    List<PatternFigures> all = new ArrayList<>(byText.values());
    all.sort(BY_TIME);
    return all;
  }

  /** Orders patterns by total time, highest first. */
  public static final Comparator<PatternFigures> BY_TIME =
      Comparator.comparingLong(PatternFigures::micros)
          .thenComparingLong(PatternFigures::calls)
          .reversed()
          .thenComparing(PatternFigures::text);
}
