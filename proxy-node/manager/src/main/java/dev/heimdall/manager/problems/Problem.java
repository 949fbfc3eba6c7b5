package dev.heimdall.manager.problems;

import java.time.Instant;
import java.util.Optional;

/**
 * Something that is wrong: an alert that goes on, or what will be one if it lasts.
 *
 * @param since when it began, or was seen first
 * @param state what stands between its beginning and its end
 * @param alert empty: nobody is notified of it yet
 * @param silence what keeps notifications of it back
 */
record Problem(
    Finding finding, Instant since, State state, Optional<Alert> alert, Optional<Silence> silence) {
  /** Where it is between its beginning and its end. */
  enum State {
    /** It has not lasted for long enough to be an alert. */
    PENDING,
    /** It is there. */
    FIRING;

    String spelling() {
      return this == PENDING ? "pending" : "firing";
    }
  }

  /** Whether somebody looks after it, or wants to hear no more of it for a while. */
  boolean isQuiet() {
    return silence.isPresent() || alert.flatMap(Alert::acknowledged).isPresent();
  }
}
