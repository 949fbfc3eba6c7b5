package dev.heimdall.engine.pool;

/**
 * What one pool has on one loop, and who waits there. Written by the loop, readable from any
 * thread; each figure by itself is one that was true.
 */
public final class PoolCounts {
  private volatile int waiting;
  private volatile int idle;
  private volatile int held;
  private volatile int shared;
  private volatile int all;
  private volatile int warming;
  private volatile int opening;
  private volatile long idleSince;
  private volatile long headSince;

  void publish(
      int waiting,
      int idle,
      int held,
      int shared,
      int all,
      int warming,
      int opening,
      long idleSince,
      long headSince) {
    this.waiting = waiting;
    this.idle = idle;
    this.held = held;
    this.shared = shared;
    this.all = all;
    this.warming = warming;
    this.opening = opening;
    if (this.idleSince != idleSince) { // seldom, where more than one is idle
      this.idleSince = idleSince;
    }
    this.headSince = headSince;
  }

  /** Sessions that wait for a connection. */
  public int waiting() {
    return waiting;
  }

  /** Connections that nobody uses. */
  public int idle() {
    return idle;
  }

  /** Connections that one session has for itself. */
  public int held() {
    return held;
  }

  /** Connections that several sessions share now. */
  public int shared() {
    return shared;
  }

  public int all() {
    return all;
  }

  /** Connections that wait for their server to answer for the first time. */
  public int warming() {
    return warming;
  }

  /** Connections that are being made. */
  int opening() {
    return opening;
  }

  /** Since when the longest idle one has had no work; of no meaning where none is idle. */
  long idleSince() {
    return idleSince;
  }

  /** Since when the first one waits, as {@link System#nanoTime} has it; 0 when nobody does. */
  long headSince() {
    return headSince;
  }
}
