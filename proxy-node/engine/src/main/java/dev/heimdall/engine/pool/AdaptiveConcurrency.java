package dev.heimdall.engine.pool;

/**
 * Number of connections of one pool on one loop that are to be busy before statements queue behind
 * others. As long as a server answers a statement that has a connection to itself about as fast as
 * it ever did, it has room for more at the same time; when it takes much longer, more connections
 * only make its processes wait for each other.
 */
final class AdaptiveConcurrency {
  private static final int SAMPLES = 32;

  /** One sample counts no more than this many times what was expected: a stall is not a load. */
  private static final int MOST = 16;

  private static final double ROOM = 1.5;
  private static final double CROWDED = 3;

  private int now = Integer.MAX_VALUE;
  private int samples;
  private long took;
  private long expected;

  /**
   * @param least never less than this
   * @param most never more
   */
  int within(int least, int most) {
    now = Math.max(least, Math.min(now, most));
    return now;
  }

  /**
   * A statement that had a connection to itself was answered.
   *
   * @param nanos how long that took
   * @param alone how long such a statement takes at best
   */
  void sample(long nanos, long alone) {
    took += Math.min(nanos, MOST * alone);
    expected += alone;
    if (++samples < SAMPLES) {
      return;
    }
    double ratio = (double) took / Math.max(1, expected);
    if (ratio > CROWDED) {
      now -= Math.max(1, now / 4);
    } else if (ratio < ROOM) {
      now++;
    }
    samples = 0;
    took = 0;
    expected = 0;
  }
}
