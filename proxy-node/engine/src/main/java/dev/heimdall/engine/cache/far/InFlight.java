package dev.heimdall.engine.cache.far;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** How much is under way to the store and back, and how much may be. Thread-safe. */
final class InFlight {
  private final int mostRequests;
  private final long mostBytes;
  private final AtomicInteger requests = new AtomicInteger();
  private final AtomicLong bytes = new AtomicLong();

  InFlight(int mostRequests, long mostBytes) {
    this.mostRequests = mostRequests;
    this.mostBytes = mostBytes;
  }

  /** Takes a slot and so many bytes, or nothing. */
  boolean take(long more) {
    if (requests.incrementAndGet() > mostRequests) {
      requests.decrementAndGet();
      return false;
    }
    if (bytes.addAndGet(more) > mostBytes) {
      give(more);
      return false;
    }
    return true;
  }

  /** What was taken has become more, or less. */
  void change(long by) {
    bytes.addAndGet(by);
  }

  /** Gives a slot back and so many bytes. */
  void give(long taken) {
    bytes.addAndGet(-taken);
    requests.decrementAndGet();
  }

  int requests() {
    return requests.get();
  }

  long bytes() {
    return bytes.get();
  }
}
