package dev.heimdall.engine.route;

import dev.heimdall.engine.wire.Position;

/**
 * Writes that a read must not miss.
 *
 * @param position up to where; {@link Position#NONE} for nothing, {@link Position#BEYOND} while
 *     that is not known
 * @param writtenAt when the last write was committed that it must not miss, by {@link
 *     System#nanoTime}: for servers that tell no positions
 * @param lagIgnored whether it may miss anything, because a rule says so
 * @param unknowable whether it cannot be told what it must not miss: this node is partitioned from
 *     the others
 * @param limited whether it is not answered by a replica that is further behind than replicas may
 *     be, even if that has all
 */
public record ReadRequirement(
    Position position, long writtenAt, boolean lagIgnored, boolean unknowable, boolean limited) {
  /** One for replicas that are not further behind than they may be. */
  public ReadRequirement(
      Position position, long writtenAt, boolean lagIgnored, boolean unknowable) {
    this(position, writtenAt, lagIgnored, unknowable, true);
  }

  /** A read that may miss anything. */
  public static final ReadRequirement NOTHING = new ReadRequirement(Position.NONE, 0, true, false);

  /** A read that has nothing to miss, but should not be answered by a replica far behind. */
  static final ReadRequirement NO_WRITE = new ReadRequirement(Position.NONE, 0, false, false);

  /** Requirement of a read that must not be behind this position either. */
  ReadRequirement atLeast(Position least) {
    return position.covers(least)
        ? this
        : new ReadRequirement(
            Position.further(position, least), writtenAt, lagIgnored, unknowable, limited);
  }

  /** A read of which it cannot be told what it must not miss. */
  public static final ReadRequirement UNKNOWABLE =
      new ReadRequirement(Position.BEYOND, 0, false, true);
}
