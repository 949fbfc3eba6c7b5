package dev.heimdall.engine.listen;

/**
 * The groups of a listening client's messages that may notify and are not answered, from the first
 * to the last; those between are taken for such, too.
 */
final class NotifyingGroups {
  private static final long NONE = -1;

  private long first = NONE;
  private long last = NONE;

  /** This group, not before the last one, is being sent and may notify. */
  void sent(long group) {
    if (first == NONE) {
      first = group;
    }
    last = group;
  }

  /** Whether there are such groups. */
  boolean any() {
    return first != NONE;
  }

  /**
   * All groups up to this one are answered.
   *
   * @return whether one of them may have notified
   */
  boolean answered(long group) {
    boolean notified = first != NONE && first <= group;
    if (notified) {
      first = last > group ? group + 1 : NONE;
    }
    return notified;
  }
}
