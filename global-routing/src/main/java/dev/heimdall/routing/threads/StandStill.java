package dev.heimdall.routing.threads;

import java.time.Duration;

/**
 * Bounds for conclusions from a clock. A process that gets no processor, or whose machine stands
 * still, finds late what has come in time.
 */
public final class StandStill {
  /** A look at the clock that is late by more than this proves nothing of others. */
  public static final Duration NOTICED = Duration.ofMillis(50);

  /** So many times as long as usual is waited at most, however little the process runs. */
  public static final int LONGEST = 8;

  private StandStill() {}
}
