package dev.heimdall.engine.rules;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Limit on the statements that may be carried out at the same time. Who gets no place waits and
 * asks again; who has one gives it back when the first data of the result arrive, or when there
 * will be none.
 */
public final class ConcurrencyLimit {
  private final String name;
  private final AtomicInteger taken;
  private final int most;

  ConcurrencyLimit(String name, AtomicInteger taken, int most) {
    this.name = name;
    this.taken = taken;
    this.most = most;
  }

  /** Identity of the rules that share it: a name, or the list and number of the only rule. */
  public String name() {
    return name;
  }

  /** Maximum number of statements that may be carried out at the same time. */
  public int most() {
    return most;
  }

  /** Takes a place if there is one. */
  public boolean tryAcquire() {
    while (true) {
      int now = taken.get();
      if (now >= most) {
        return false;
      }
      if (taken.compareAndSet(now, now + 1)) {
        return true;
      }
    }
  }

  /** Gives a place back. */
  public void release() {
    taken.decrementAndGet();
  }

  boolean sharesWith(ConcurrencyLimit other) {
    return taken == other.taken;
  }

  @Override
  public String toString() {
    return "at most " + most + " at a time by " + name;
  }
}
