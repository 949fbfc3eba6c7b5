package dev.heimdall.engine.pool;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Counts of one pool's connections on one loop, and of its waiters there. Written by the loop,
 * readable from any thread; each figure by itself is one that was true. They are written with each
 * statement: opaque writes are seen in time, and are no fences.
 */
public final class PoolCounts {
  private static final int WAITING = 0;
  private static final int IDLE = 1;
  private static final int HELD = 2;
  private static final int SHARED = 3;
  private static final int ALL = 4;
  private static final int WARMING = 5;
  private static final int OPENING = 6;
  private static final int IDLE_SINCE = 7;
  private static final int HEAD_SINCE = 8;

  private final AtomicLongArray figures = new AtomicLongArray(HEAD_SINCE + 1);

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
    figures.setOpaque(WAITING, waiting);
    figures.setOpaque(IDLE, idle);
    figures.setOpaque(HELD, held);
    figures.setOpaque(SHARED, shared);
    figures.setOpaque(ALL, all);
    figures.setOpaque(WARMING, warming);
    figures.setOpaque(OPENING, opening);
    figures.setOpaque(IDLE_SINCE, idleSince);
    figures.setOpaque(HEAD_SINCE, headSince);
  }

  /** Sessions that wait for a connection. */
  public int waiting() {
    return (int) figures.getOpaque(WAITING);
  }

  /** Connections that are unused. */
  public int idle() {
    return (int) figures.getOpaque(IDLE);
  }

  /** Connections that one session has for itself. */
  public int held() {
    return (int) figures.getOpaque(HELD);
  }

  /** Connections that several sessions share now. */
  public int shared() {
    return (int) figures.getOpaque(SHARED);
  }

  public int all() {
    return (int) figures.getOpaque(ALL);
  }

  /** Connections that wait for their server to answer for the first time. */
  public int warming() {
    return (int) figures.getOpaque(WARMING);
  }

  /** Connections that are being made. */
  int opening() {
    return (int) figures.getOpaque(OPENING);
  }

  /** Since when the longest idle one has had no work; of no meaning where none is idle. */
  long idleSince() {
    return figures.getOpaque(IDLE_SINCE);
  }

  /** Since when the first one waits, as {@link System#nanoTime} has it; 0 when none does. */
  long headSince() {
    return figures.getOpaque(HEAD_SINCE);
  }
}
