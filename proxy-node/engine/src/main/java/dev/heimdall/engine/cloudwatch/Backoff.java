package dev.heimdall.engine.cloudwatch;

import java.time.Duration;
import java.util.function.DoubleSupplier;

/**
 * Pause before CloudWatch is called again after failed calls: twice as long each time, and never
 * exactly, so that the nodes of a fleet do not all come back at once. For one thread.
 */
final class Backoff {
  private static final Duration FIRST = Duration.ofSeconds(2);
  private static final Duration LONGEST = Duration.ofMinutes(1);
  private static final Duration UNTIL_SOMEBODY_ACTS = Duration.ofMinutes(5);

  private final DoubleSupplier random;
  private Duration pause = FIRST;

  /**
   * @param random numbers from 0 to 1
   */
  Backoff(DoubleSupplier random) {
    this.random = random;
  }

  /** The pause after a call in vain. */
  Duration after(CallFailure.Kind kind) {
    Duration now =
        switch (kind) {
          // Nothing but a person will end these.
          case NO_REGION, DENIED -> UNTIL_SOMEBODY_ACTS;
          default -> pause;
        };
    Duration twice = pause.multipliedBy(2);
    pause = twice.compareTo(LONGEST) > 0 ? LONGEST : twice;
    return Duration.ofNanos((long) (now.toNanos() * (0.5 + 0.5 * random.getAsDouble())));
  }

  /** A call was answered. */
  void reset() {
    pause = FIRST;
  }
}
