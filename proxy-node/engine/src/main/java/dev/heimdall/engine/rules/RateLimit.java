package dev.heimdall.engine.rules;

/**
 * A rate that a statement has to keep to before the database is asked. Rules that give the same
 * name share one.
 */
public final class RateLimit {
  private final String name;
  private final RateState state;
  private final int perSecond;
  private final int burstSeconds;

  RateLimit(String name, RateState state, int perSecond, int burstSeconds) {
    this.name = name;
    this.state = state;
    this.perSecond = perSecond;
    this.burstSeconds = burstSeconds;
  }

  /** Identity of the rules that share it: a name, or the list and number of the only rule. */
  public String name() {
    return name;
  }

  /** Statements a second. */
  public int perSecond() {
    return perSecond;
  }

  /**
   * Takes the statement's place.
   *
   * @param nowNanos {@link System#nanoTime}
   * @return nanoseconds to wait before the statement may go on; 0 for at once
   */
  public long reserve(long nowNanos) {
    return state.take(
        Math.max(1, 1_000_000_000L / perSecond), burstSeconds * 1_000_000_000L, nowNanos);
  }

  boolean sharesWith(RateLimit other) {
    return state == other.state;
  }

  @Override
  public String toString() {
    return perSecond + " per second by " + name;
  }
}
