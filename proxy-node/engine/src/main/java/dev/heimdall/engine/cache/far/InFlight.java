package dev.heimdall.engine.cache.far;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Requests and bytes in flight to the store and back, and their limits. Thread-safe. */
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

  /** Changes the number of bytes taken, up or down. */
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
