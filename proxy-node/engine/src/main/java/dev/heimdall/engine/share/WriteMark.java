package dev.heimdall.engine.share;

import dev.heimdall.engine.wire.Position;

/**
 * Writes that were committed at about the same time. Where in the cluster's log they are becomes
 * known a moment later; until then they count as beyond everything.
 */
public final class WriteMark {
  private final long number;
  private volatile long at;
  private volatile Position position = Position.BEYOND;
  private volatile Position found = Position.NONE;

  /**
   * @param number larger than that of every mark before
   */
  WriteMark(long number) {
    this.number = number;
  }

  long number() {
    return number;
  }

  /** True if these writes were noted before those. */
  public boolean isBefore(WriteMark other) {
    return number < other.number;
  }

  /** Time at which the last of the writes was known to be committed, by {@link System#nanoTime}. */
  public long at() {
    return at;
  }

  /** True if there is any write. */
  boolean used() {
    return at != 0;
  }

  void used(long now) {
    at = now == 0 ? 1 : now;
  }

  /**
   * A position that has the writes within it; {@link Position#BEYOND} as long as it is unknown
   * where they are.
   */
  public Position position() {
    return position;
  }

  /**
   * Position of the writer when it was probed after these writes; {@link Position#NONE} where it
   * was not, or has not answered. A position that the server has told with a commit is none: others
   * may not see the commit when the server is found there.
   */
  public Position found() {
    return found;
  }

  void resolve(Position written) {
    position = written;
  }

  void resolveAsked(Position written) {
    position = written;
    found = written;
  }
}
