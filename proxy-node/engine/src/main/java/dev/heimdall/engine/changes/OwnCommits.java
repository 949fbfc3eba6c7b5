package dev.heimdall.engine.changes;

import dev.heimdall.model.ServerAddress;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Recent commits of this node's connections that were noted, so that they are recognised when a
 * server reports which of its processes has written. Thread-safe.
 *
 * <p>Whatever such a process writes, the node notes before it tells its client, and until then
 * nothing of the tables is served. So a commit that is taken for an earlier one is noted by itself.
 * What counts is that the process is the node's: a server does not use a number again so soon, or
 * else it was started anew, and then its feed had a gap.
 */
final class OwnCommits {
  static final long REMEMBERED = TimeUnit.SECONDS.toNanos(5);
  private static final int MOST = 10_000;

  private final LongSupplier clock;

  /** Those that were not told again, the oldest first. */
  private final Map<Written, Commits> commits = new LinkedHashMap<>();

  private record Written(ServerAddress server, int process, String table) {}

  /**
   * @param last when the last one was noted
   */
  private record Commits(int count, long last) {}

  /**
   * @param clock {@link System#nanoTime}
   */
  OwnCommits(LongSupplier clock) {
    this.clock = clock;
  }

  /** A transaction is noted that wrote these tables. */
  synchronized void noted(ServerAddress server, int process, Collection<String> tables) {
    long now = clock.getAsLong();
    for (String table : tables) {
      Written written = new Written(server, process, table);
      Commits before = commits.remove(written);
      commits.put(written, new Commits(before == null ? 1 : before.count() + 1, now));
    }
    Iterator<Commits> oldest = commits.values().iterator();
    while (oldest.hasNext()) {
      boolean old = now - oldest.next().last() > REMEMBERED;
      if (!old && commits.size() <= MOST) {
        return;
      }
      oldest.remove();
    }
  }

  /**
   * A process of the server has written a table.
   *
   * @return whether that is noted; once for each commit
   */
  synchronized boolean take(ServerAddress server, int process, String table) {
    Written written = new Written(server, process, table);
    Commits known = commits.get(written);
    if (known == null || clock.getAsLong() - known.last() > REMEMBERED) {
      return false;
    }
    if (known.count() == 1) {
      commits.remove(written);
    } else {
      commits.replace(written, new Commits(known.count() - 1, known.last()));
    }
    return true;
  }

  /** Processes of before may be others' by now. */
  synchronized void forget() {
    commits.clear();
  }
}
