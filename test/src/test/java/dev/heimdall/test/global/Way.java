package dev.heimdall.test.global;

import java.time.Duration;
import java.util.SplittableRandom;

/**
 * One direction of a line between two regions. As everything that crosses it is TCP, a lost packet
 * is one that comes when it was sent again, with all that is behind it; and a way that is cut loses
 * nothing: what is on its way comes when the way is whole again, unless the sender has given up.
 */
final class Way {
  private static final long RESENT_AFTER = Duration.ofMillis(200).toNanos();

  private final SplittableRandom random;
  private final long delay;
  private final long jitter;
  private final double loss;
  private volatile boolean cut;

  /**
   * @param delay of each packet at least
   * @param jitter by how much more it may be
   * @param loss the part of packets that are lost, 0 to 1
   */
  Way(Duration delay, Duration jitter, double loss, long seed) {
    this.delay = delay.toNanos();
    this.jitter = jitter.toNanos();
    this.loss = loss;
    this.random = new SplittableRandom(seed);
  }

  /** Inside a region. */
  static Way none() {
    return new Way(Duration.ZERO, Duration.ZERO, 0, 0);
  }

  void cut(boolean on) {
    cut = on;
  }

  boolean isCut() {
    return cut;
  }

  /** Of one more packet, in nanoseconds. */
  synchronized long next() {
    long nanos = delay + (jitter > 0 ? random.nextLong(jitter) : 0);
    return loss > 0 && random.nextDouble() < loss
        ? nanos + Math.max(RESENT_AFTER, 2 * delay)
        : nanos;
  }

  long delay() {
    return delay;
  }
}
