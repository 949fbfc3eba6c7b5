package dev.heimdall.engine.dialect.sqlserver.changes;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Comparison of what polls find. A version may be the database's current one before its changes are
 * seen, and one of a smaller number may come to be seen behind it: so changes are counted from a
 * version on that was the current one a while ago, and a table has changed when its count or its
 * last version differs from what the poll before has found. Not thread-safe.
 */
final class TrackedVersions {
  /** Age at which all changes up to a version are seen. A commit takes no such time. */
  static final long SETTLED = TimeUnit.SECONDS.toNanos(1);

  /**
   * A version that was the current one.
   *
   * @param at when that had been read, by {@link System#nanoTime}
   */
  private record Moment(long version, long at) {}

  /**
   * Versions to count changes by.
   *
   * @param from changes behind it are counted
   * @param next the one from which the next poll counts, at least {@code from}
   */
  record Window(long from, long next) {}

  /**
   * Changes of a table that are known.
   *
   * @param rows behind the version from which the next poll counts
   * @param last the largest version
   */
  private record Known(long rows, long last) {}

  private static final Known NONE = new Known(0, 0);

  private final Deque<Moment> moments = new ArrayDeque<>();
  private final Map<Integer, Known> known = new HashMap<>();
  private Map<Integer, TrackedTable> tables;
  private long base;

  /**
   * @param version the current one, whose changes are all seen when the first poll is compared
   */
  TrackedVersions(long version, List<TrackedTable> tables) {
    base = version;
    this.tables = byId(tables);
  }

  private static Map<Integer, TrackedTable> byId(List<TrackedTable> tables) {
    Map<Integer, TrackedTable> all = new HashMap<>();
    tables.forEach(table -> all.put(table.id(), table));
    return all;
  }

  /**
   * Takes the tables of a poll. Those count as written whose changes are not all known: they are
   * tracked anew or no more, were emptied, or are called otherwise.
   */
  List<TrackedTable> unknown(List<TrackedTable> now) {
    Map<Integer, TrackedTable> present = byId(now);
    List<TrackedTable> written = new ArrayList<>();
    for (TrackedTable before : tables.values()) {
      TrackedTable after = present.get(before.id());
      if (after == null || !isSame(before, after)) {
        written.add(before);
      }
    }
    for (TrackedTable after : now) {
      TrackedTable before = tables.get(after.id());
      if (before == null || !isSame(before, after)) {
        written.add(after);
      }
    }
    tables = present;
    return written;
  }

  /** Cleaning up stops far short of what is counted. */
  private boolean isSame(TrackedTable before, TrackedTable after) {
    boolean emptied = after.leastValid() != before.leastValid() && after.leastValid() >= base;
    return !emptied
        && after.begun() == before.begun()
        && after.schema().equals(before.schema())
        && after.name().equals(before.name());
  }

  /**
   * Begins the comparison of a poll.
   *
   * @param version the current one
   * @param now a time behind the reading of it, and ahead of the counting
   * @return null if there is nothing to count
   */
  Window window(long version, long now) {
    moments.add(new Moment(version, now));
    long next = base;
    while (!moments.isEmpty() && now - moments.peek().at() >= SETTLED) {
      next = moments.poll().version();
    }
    if (version == base) {
      return null;
    }
    Window window = new Window(base, next);
    base = next;
    return window;
  }

  /**
   * True if a table has changes that the poll before has not found.
   *
   * @param rows number of changes behind {@link Window#from}
   * @param last the largest version among these
   * @param rest number of changes behind {@link Window#next}
   */
  boolean changed(int table, long rows, long last, long rest) {
    Known before = known.getOrDefault(table, NONE);
    if (rest == 0) {
      known.remove(table);
    } else {
      known.put(table, new Known(rest, last));
    }
    return rows > 0 && (rows != before.rows() || last != before.last());
  }
}
