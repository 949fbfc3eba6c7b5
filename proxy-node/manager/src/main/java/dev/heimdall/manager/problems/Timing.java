package dev.heimdall.manager.problems;

import java.time.Duration;

/**
 * Duration that a problem has to last.
 *
 * @param lasting before it is an alert
 * @param ending for how long it has to be gone before the alert ends, so that none flaps
 * @param pause for how long it may be gone, and still lasts: a look is a moment, which what comes
 *     and goes quickly may slip through
 */
record Timing(Duration lasting, Duration ending, Duration pause) {
  static final Duration USUAL_END = Duration.ofSeconds(10);

  Timing(Duration lasting, Duration ending) {
    this(lasting, ending, Duration.ZERO);
  }

  /** Returns a copy with pauses. */
  Timing pausing(Duration most) {
    return new Timing(lasting, ending, most);
  }

  static Timing after(int seconds) {
    return new Timing(Duration.ofSeconds(seconds), USUAL_END);
  }
}
