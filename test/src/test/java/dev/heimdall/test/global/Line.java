package dev.heimdall.test.global;

import java.time.Duration;

/**
 * What lies between two regions.
 *
 * @param oneWay the time from one to the other
 * @param jitter by how much more it may be
 * @param loss the part of packets that are lost
 */
record Line(Region one, Region other, Duration oneWay, Duration jitter, double loss) {
  private static final double LOSS = 0.001;

  /** As far apart as a round trip takes, with some jitter and loss. */
  static Line between(Region one, Region other, Duration roundTrip) {
    return new Line(one, other, roundTrip.dividedBy(2), roundTrip.dividedBy(16), LOSS);
  }

  boolean joins(Region a, Region b) {
    return (one.equals(a) && other.equals(b)) || (one.equals(b) && other.equals(a));
  }

  Way way(long seed) {
    return new Way(oneWay, jitter, loss, seed);
  }
}
