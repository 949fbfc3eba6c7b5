package dev.heimdall.manager.problems;

import java.time.Instant;
import java.util.Optional;

/**
 * Problem: an open alert, or a condition that becomes one if it lasts.
 *
 * @param since when it began, or was seen first
 * @param state what stands between its beginning and its end
 * @param alert empty: without notifications yet
 * @param silence what keeps notifications of it back
 */
record Problem(
    Finding finding, Instant since, State state, Optional<Alert> alert, Optional<Silence> silence) {
  /** Phase between its beginning and its end. */
  enum State {
    /** It has not lasted for long enough to be an alert. */
    PENDING,
    /** It is there. */
    FIRING;

    String spelling() {
      return this == PENDING ? "pending" : "firing";
    }
  }

  /** True if it is acknowledged or silenced. */
  boolean isQuiet() {
    return silence.isPresent() || alert.flatMap(Alert::acknowledged).isPresent();
  }
}
