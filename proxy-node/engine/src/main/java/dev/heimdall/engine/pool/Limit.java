package dev.heimdall.engine.pool;

import java.util.concurrent.atomic.AtomicInteger;

/** A number of things that may exist at once, counted over all event loops; 0 means no limit. */
public final class Limit {
  private final AtomicInteger used = new AtomicInteger();
  private volatile int max;

  public Limit(int max) {
    this.max = max;
  }

  public boolean tryTake() {
    while (true) {
      int now = used.get();
      if (max > 0 && now >= max) {
        return false;
      }
      if (used.compareAndSet(now, now + 1)) {
        return true;
      }
    }
  }

  public void give() {
    used.decrementAndGet();
  }

  public int used() {
    return used.get();
  }

  public int max() {
    return max;
  }

  public boolean isFull() {
    int most = max;
    return most > 0 && used.get() >= most;
  }

  /** A lower limit leaves those that exist alone. */
  public void max(int newMax) {
    this.max = newMax;
  }
}
