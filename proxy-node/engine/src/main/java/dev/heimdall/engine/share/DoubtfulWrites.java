package dev.heimdall.engine.share;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * Tables with writes whose server connection was lost before they were answered. A server whose
 * client is gone may still come to the end of a statement and commit it, until it notices; so for a
 * while nothing that is read of these tables lasts. May be used from any thread.
 */
final class DoubtfulWrites {
  /** Within this time a server notices that its client is gone, or its statement has ended. */
  static final Duration LASTS = Duration.ofMinutes(5);

  /** With more, all tables are doubtful. */
  private static final int MOST_TABLES = 10_000;

  private final LongSupplier clock;
  private final Map<String, Long> until = new ConcurrentHashMap<>();

  /** Until when all tables are doubtful; of no meaning where none ever was. */
  private volatile long anythingUntil;

  private volatile boolean none = true;

  /**
   * @param clock {@link System#nanoTime}
   */
  DoubtfulWrites(LongSupplier clock) {
    this.clock = clock;
    anythingUntil = clock.getAsLong();
  }

  void add(Collection<String> tables, boolean others) {
    add(tables, others, LASTS.toNanos());
  }

  /** Adds doubtful writes for so many nanoseconds; it may be longer for what was added before. */
  synchronized void add(Collection<String> tables, boolean others, long lasts) {
    long end = clock.getAsLong() + lasts;
    until.values().removeIf(this::over);
    if (others || until.size() + tables.size() > MOST_TABLES) {
      anythingUntil = later(anythingUntil, end);
    } else {
      tables.forEach(table -> until.merge(table, end, DoubtfulWrites::later));
    }
    none = false;
  }

  /**
   * Tables that are doubtful for about the same time.
   *
   * @param tables none for all that there are
   * @param nanos how long they still are
   */
  record Doubt(List<String> tables, long nanos) {}

  /** Writes that are doubtful now. */
  synchronized List<Doubt> present() {
    long now = clock.getAsLong();
    List<Doubt> present = new ArrayList<>();
    if (!over(anythingUntil)) {
      present.add(new Doubt(List.of(), anythingUntil - now));
    }
    Map<Long, List<String>> tables = new TreeMap<>();
    until.forEach(
        (table, end) -> {
          if (!over(end)) {
            tables.computeIfAbsent(end - now, left -> new ArrayList<>()).add(table);
          }
        });
    tables.forEach((left, names) -> present.add(new Doubt(names, left)));
    return present;
  }

  /** True if any of these is doubtful. */
  boolean any(Collection<String> tables) {
    if (none) {
      return false;
    }
    if (!over(anythingUntil)) {
      return true;
    }
    for (String table : tables) {
      Long end = until.get(table);
      if (end != null && !over(end)) {
        return true;
      }
    }
    return false;
  }

  private static long later(long one, long other) {
    return one - other > 0 ? one : other;
  }

  private boolean over(long end) {
    return clock.getAsLong() - end >= 0;
  }

  synchronized void clear() {
    until.clear();
    anythingUntil = clock.getAsLong();
    none = true;
  }
}
