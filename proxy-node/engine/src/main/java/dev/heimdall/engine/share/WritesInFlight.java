package dev.heimdall.engine.share;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Tables that a statement which was sent may be committing. From the moment when the server has
 * committed it until it has said so, who asks the server sees what nobody has noted; so that he
 * does not see what was before it a moment later, nothing that was read of these tables earlier is
 * used meanwhile. May be used from any thread.
 */
final class WritesInFlight {
  private final ConcurrentHashMap<String, Integer> tables = new ConcurrentHashMap<>();
  private final AtomicInteger anything = new AtomicInteger();

  /**
   * A statement is about to be sent that may commit what was written to these.
   *
   * @return to be run when it is over and noted; nothing happens when it is run again
   */
  Runnable begin(Collection<String> written, boolean others) {
    List<String> all = List.copyOf(written);
    all.forEach(table -> tables.merge(table, 1, Integer::sum));
    if (others) {
      anything.incrementAndGet();
    }
    AtomicBoolean over = new AtomicBoolean();
    return () -> {
      if (over.compareAndSet(false, true)) {
        all.forEach(table -> tables.computeIfPresent(table, (t, n) -> n == 1 ? null : n - 1));
        if (others) {
          anything.decrementAndGet();
        }
      }
    };
  }

  /** True if any of these is being committed. */
  boolean any(Collection<String> read) {
    if (anything.get() > 0) {
      return true;
    }
    if (tables.isEmpty()) {
      return false;
    }
    for (String table : read) {
      if (tables.containsKey(table)) {
        return true;
      }
    }
    return false;
  }
}
