package dev.heimdall.engine.listen;

import java.util.ArrayDeque;

/** The groups of a listening client's messages that may notify and are not answered. */
final class NotifyingGroups {
  private final ArrayDeque<Long> groups = new ArrayDeque<>(0);

  /** This group, not before the last one, is being sent and may notify. */
  void sent(long group) {
    if (groups.isEmpty() || groups.peekLast() != group) {
      groups.add(group);
    }
  }

  /** True if there are such groups. */
  boolean any() {
    return !groups.isEmpty();
  }

  /**
   * All groups up to this one are answered.
   *
   * @return whether one of them may have notified
   */
  boolean answered(long group) {
    boolean notified = false;
    while (!groups.isEmpty() && groups.peek() <= group) {
      groups.poll();
      notified = true;
    }
    return notified;
  }
}
