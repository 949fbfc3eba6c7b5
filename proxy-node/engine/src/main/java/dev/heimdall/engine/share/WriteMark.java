package dev.heimdall.engine.share;

/**
 * Writes that were committed at about the same time. Where in the cluster's log they are becomes
 * known a moment later; until then they count as beyond everything.
 */
public final class WriteMark {
  /** The position of writes of which nobody knows yet where they are: no replica is that far. */
  public static final long UNKNOWN = Long.MAX_VALUE;

  private final long number;
  private volatile long at;
  private volatile long position = UNKNOWN;

  /**
   * @param number larger than that of every mark before
   */
  WriteMark(long number) {
    this.number = number;
  }

  long number() {
    return number;
  }

  /** Whether these writes were noted before those. */
  public boolean isBefore(WriteMark other) {
    return number < other.number;
  }

  /** When the last of the writes was known to be committed, by {@link System#nanoTime}. */
  public long at() {
    return at;
  }

  /** Whether there is any write. */
  boolean used() {
    return at != 0;
  }

  void used(long now) {
    at = now == 0 ? 1 : now;
  }

  /** A position that has the writes within it, or {@link #UNKNOWN}. */
  public long position() {
    return position;
  }

  void resolve(long written) {
    position = written;
  }
}
