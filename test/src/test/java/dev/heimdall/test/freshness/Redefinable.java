package dev.heimdall.test.freshness;

import java.util.concurrent.locks.ReentrantLock;

/**
 * A view that shows one counter or another, or a trigger that raises one or another. Clients change
 * which, one at a time.
 */
final class Redefinable {
  /** How long until a node knows what was defined past all nodes, at the latest. */
  private static final long UNTIL_FOUND = 5_000_000_000L;

  private final String name;
  private final boolean pastNodes;
  private final ReentrantLock changing = new ReentrantLock();
  private long generation;

  /** When it was last changed past all nodes; the greatest number while it is being. */
  private volatile long changedAt;

  /**
   * @param pastNodes whether it is changed past the nodes rather than through one of them
   */
  Redefinable(String name, boolean pastNodes) {
    this.name = name;
    this.pastNodes = pastNodes;
    changedAt = System.nanoTime() - UNTIL_FOUND;
  }

  String name() {
    return name;
  }

  boolean pastNodes() {
    return pastNodes;
  }

  /** Begins to change it, unless another client does; the number of the change, or 0. */
  long begin() {
    if (!changing.tryLock()) {
      return 0;
    }
    changedAt = Long.MAX_VALUE;
    generation++;
    return generation;
  }

  void end() {
    changedAt = System.nanoTime();
    changing.unlock();
  }

  /**
   * Whether something that began then, and is over, was done by a definition that nodes need not
   * have known.
   */
  boolean mayBeUnknown(long began) {
    long at = changedAt;
    return pastNodes && (at == Long.MAX_VALUE || at + UNTIL_FOUND - began > 0);
  }
}
