package dev.heimdall.engine.pipeline;

import java.util.concurrent.TimeUnit;

/**
 * Run history of statements with one fingerprint on one event loop. Whether they are short is
 * judged by the best of them, because a busy server makes all of them slow, and by how often one
 * takes far longer.
 */
public final class RunHistory {
  /** After this and the same again a best time is forgotten. */
  private static final long WINDOW_NANOS = TimeUnit.MINUTES.toNanos(5);

  /** Weight of one long run, in runs that are not long: more than one in so many is too often. */
  private static final int WEIGHT = 64;

  private static final int TOO_OFTEN = 3 * WEIGHT;

  private long runs;
  private long best = Long.MAX_VALUE;
  private long bestBefore = Long.MAX_VALUE;
  private long windowSince;
  private long largest;
  private int longRuns;
  private int leftovers;

  /**
   * One was answered.
   *
   * @param nanos how long it kept a server connection
   * @param alone whether nothing stood before it
   * @param bytes of its whole answer
   * @param most nanoseconds that such a statement may take now and then
   */
  public void ran(long nanos, boolean alone, long bytes, long now, long most) {
    runs++;
    largest = Math.max(largest, bytes);
    longRuns =
        Math.max(0, nanos > most ? Math.min(longRuns + WEIGHT, 2 * TOO_OFTEN) : longRuns - 1);
    leftovers = Math.max(0, leftovers - 1);
    if (runs == 1 || now - windowSince > WINDOW_NANOS) {
      windowSince = now;
      bestBefore = best;
      best = Long.MAX_VALUE;
    }
    if (alone) {
      best = Math.min(best, nanos);
    }
  }

  public long runs() {
    return runs;
  }

  /** The shortest time of late in which one was answered that had a connection to itself. */
  public long bestNanos() {
    return Math.min(best, bestBefore);
  }

  /** True if some take so long, too often, that others should not stand behind them. */
  public boolean oftenLong() {
    return longRuns > TOO_OFTEN;
  }

  /** The answer of one has left warnings or an error for the statement behind it. */
  public void leftBehind() {
    leftovers = Math.min(leftovers + WEIGHT, 2 * TOO_OFTEN);
  }

  /** True if answers do so often enough that they should not be asked for twice. */
  public boolean oftenLeavesBehind() {
    return leftovers > TOO_OFTEN;
  }

  /** Bytes of the largest answer. */
  public long largest() {
    return largest;
  }

  /** An answer grew so large before it was whole. */
  public void grew(long bytes) {
    largest = Math.max(largest, bytes);
  }
}
