package dev.heimdall.engine.route;

import dev.heimdall.engine.share.WriteMark;

/**
 * What a read must not miss.
 *
 * @param position up to where in the cluster's log; 0 for nothing, {@link WriteMark#UNKNOWN} while
 *     that is not known
 * @param writtenAt when the last write was committed that it must not miss, by {@link
 *     System#nanoTime}: for servers that tell no positions
 * @param lagIgnored whether it may miss anything, because a rule says so
 * @param unknowable whether nobody can say what it must not miss: this node is out of touch with
 *     the others
 */
public record ReadNeed(long position, long writtenAt, boolean lagIgnored, boolean unknowable) {
  /** A read that may miss anything. */
  public static final ReadNeed NOTHING = new ReadNeed(0, 0, true, false);

  /** A read that has nothing to miss, but should not be answered by a replica far behind. */
  static final ReadNeed NO_WRITE = new ReadNeed(0, 0, false, false);

  /** The same for a read that must not be behind a position either. */
  ReadNeed atLeast(long least) {
    return least <= position ? this : new ReadNeed(least, writtenAt, lagIgnored, unknowable);
  }

  /** A read of which nobody can say what it must not miss. */
  public static final ReadNeed UNKNOWABLE = new ReadNeed(WriteMark.UNKNOWN, 0, false, true);
}
