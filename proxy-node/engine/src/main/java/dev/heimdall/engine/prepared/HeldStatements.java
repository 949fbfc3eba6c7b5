package dev.heimdall.engine.prepared;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Prepared statements that all connections of the node to one server hold there. Thread-safe. */
public final class HeldStatements {
  /** No limit is known, or there is none. */
  private static final int NONE = -1;

  private static final long ASK_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  private final AtomicInteger count = new AtomicInteger();
  private final AtomicLong nextAsk = new AtomicLong(Long.MIN_VALUE);
  private volatile int limit = NONE;

  void add(int more) {
    count.addAndGet(more);
  }

  /** Statements of all connections. */
  public int count() {
    return count.get();
  }

  /**
   * Number of statements that the server takes of all its clients; negative where it is not known.
   */
  int limit() {
    return limit;
  }

  /** The server has reported how many it takes of all its clients. */
  public void limit(int reported) {
    limit = reported;
  }

  /** True if it is time to ask other event loops for room: what was asked last is done. */
  public boolean asksLoops(long now) {
    long at = nextAsk.get();
    return (at == Long.MIN_VALUE || now - at >= 0) && nextAsk.compareAndSet(at, now + ASK_NANOS);
  }
}
