package dev.heimdall.manager.dashboard;

/**
 * The figures of one {@link Scope}: of the last hour moment by moment, of the last day by minutes.
 */
final class Series {
  /** What one takes at most: both rings and what the minute under way adds up. */
  static final int BYTES =
      2 * Field.values().length * (Span.HOUR.moments + Span.DAY.moments + 2 * 60) + 5000;

  private static final long MOMENTS = Span.DAY.stepSeconds / Span.HOUR.stepSeconds;

  private final Ring hour = new Ring(Span.HOUR.moments);
  private final Ring day = new Ring(Span.DAY.moments);
  private final long[] counted = new long[Count.values().length];
  private long minute = Long.MIN_VALUE;
  private Sum during = new Sum();

  /** Takes what was done in a moment; each comes after the last one. */
  void put(long moment, Sum sum) {
    hour.put(moment, sum.shown(Span.HOUR.stepSeconds));
    long now = Math.floorDiv(moment, MOMENTS);
    if (now != minute) {
      during = new Sum();
      minute = now;
    }
    during.then(sum);
    // Written again with each moment, so that the last minute is there before it is over.
    day.put(minute, during.shown((double) during.moments() * Span.HOUR.stepSeconds));
  }

  /** A node has counted so many more, by {@link Count}. */
  void count(long[] more) {
    for (int i = 0; i < counted.length; i++) {
      counted[i] += more[i];
    }
  }

  /** All that was counted, by {@link Count}. */
  long[] counted() {
    return counted.clone();
  }

  /** The number of the last moment. */
  long last() {
    return hour.newest();
  }

  /** The number of the newest moment at this distance; smaller than any without one. */
  long newest(Span span) {
    return of(span).newest();
  }

  double get(Span span, long moment, Field field) {
    return of(span).get(moment, field);
  }

  private Ring of(Span span) {
    return span == Span.DAY ? day : hour;
  }
}
