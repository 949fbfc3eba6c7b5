package dev.heimdall.manager.problems;

import java.time.Duration;

/**
 * How long something has to last.
 *
 * @param lasting before it is an alert
 * @param ending for how long it has to be gone before the alert ends, so that none flaps
 */
record Timing(Duration lasting, Duration ending) {
  static final Duration USUAL_END = Duration.ofSeconds(10);

  static Timing after(int seconds) {
    return new Timing(Duration.ofSeconds(seconds), USUAL_END);
  }
}
