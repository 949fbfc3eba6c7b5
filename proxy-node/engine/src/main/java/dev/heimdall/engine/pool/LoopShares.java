package dev.heimdall.engine.pool;

import java.util.concurrent.TimeUnit;

/**
 * Shares of the event loops in one pool's connections, and the choice of which loop gives one to
 * which. A loop that may open none, because others have all that the pool may have, gets one as
 * soon as its first waiter is the next of all loops; it needs none of its own for that. Reads what
 * the loops have published; thread-safe.
 */
final class LoopShares {
  /**
   * So much longer must a waiter have waited to get a connection from a loop that has no more of
   * them than its own: between loops that have the same, connections would only go to and fro.
   */
  static final long EVEN_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  private final LoopPool[] loops;

  LoopShares(LoopPool... loops) {
    this.loops = loops;
  }

  /** True if it comes before those of all other loops. */
  boolean isFirst(LoopPool pool) {
    return loops[0] == pool;
  }

  /**
   * The pool on another loop whose first waiter came before this time, the oldest first; or null.
   */
  LoopPool neediest(LoopPool than, long before) {
    return oldest(than, before, 0);
  }

  /**
   * Pool on another loop to which one that has waiters itself gives a connection: a poorer one, or
   * one that has waited longer; or null.
   */
  LoopPool needier(LoopPool than, long before) {
    return oldest(than, before, EVEN_NANOS);
  }

  private LoopPool oldest(LoopPool than, long before, long even) {
    LoopPool oldest = null;
    long oldestSince = before;
    for (LoopPool pool : loops) {
      if (pool != than && pool.counts().waiting() > 0) {
        long since = pool.counts().headSince();
        if (since - oldestSince < 0 && (before - since > even || poorer(pool, than))) {
          oldest = pool;
          oldestSince = since;
        }
      }
    }
    return oldest;
  }

  private static boolean poorer(LoopPool pool, LoopPool than) {
    return pool.counts().all() < than.counts().all();
  }

  /** The pool on another loop that has an idle connection, and of those the most; or null. */
  LoopPool richestWithIdle(LoopPool asking) {
    LoopPool richest = null;
    for (LoopPool pool : loops) {
      if (pool != asking
          && pool.counts().idle() > 0
          && (richest == null || pool.counts().all() > richest.counts().all())) {
        richest = pool;
      }
    }
    return richest;
  }

  /** True if another loop has a connection that may be used. */
  boolean anyElsewhere(LoopPool asking) {
    for (LoopPool pool : loops) {
      if (pool != asking && pool.counts().all() > pool.counts().warming()) {
        return true;
      }
    }
    return false;
  }

  /** True if another loop has an idle connection and no waiters. */
  boolean idleForNobody(LoopPool asking) {
    for (LoopPool pool : loops) {
      if (pool != asking && pool.counts().idle() > 0 && pool.counts().waiting() == 0) {
        return true;
      }
    }
    return false;
  }

  /** The connections of all loops, those that are being opened included. */
  int counted() {
    int counted = 0;
    for (LoopPool pool : loops) {
      counted += pool.counts().all() + pool.counts().opening();
    }
    return counted;
  }
}
