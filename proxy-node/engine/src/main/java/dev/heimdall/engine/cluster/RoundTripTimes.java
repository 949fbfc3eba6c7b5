package dev.heimdall.engine.cluster;

import java.time.Duration;
import java.util.Optional;

/**
 * Response time of one server, smoothed as TCP does it (RFC 6298), and the time after which an
 * answer is so late that the server counts as silent. For one thread at a time.
 */
final class RoundTripTimes {
  /**
   * Minimum delay of a late answer beyond the usual time: a packet that was lost is sent again
   * after 200 ms and the time of its way, and is there after as long again.
   */
  private static final long LATE = Duration.ofMillis(300).toNanos();

  /**
   * Minimum delay of a late answer where other connections to the server have to be silent as well.
   */
  private static final long DOUBTFUL = Duration.ofMillis(200).toNanos();

  private long usual;
  private long deviation;
  private boolean known;

  /** It has answered within so many nanoseconds. */
  void took(long nanos) {
    if (known) {
      deviation += (Math.abs(usual - nanos) - deviation) / 4;
      usual += (nanos - usual) / 8;
    } else {
      usual = nanos;
      deviation = nanos / 2;
      known = true;
    }
  }

  /** Time after which to check if others hear the server; empty before the first answer. */
  Optional<Duration> doubtful() {
    return known
        ? Optional.of(Duration.ofNanos(usual + Math.max(2 * deviation, DOUBTFUL)))
        : Optional.empty();
  }

  /** Time after which an answer is late; empty before the first. */
  Optional<Duration> late() {
    return known
        ? Optional.of(Duration.ofNanos(usual + Math.max(4 * deviation, usual + LATE)))
        : Optional.empty();
  }
}
