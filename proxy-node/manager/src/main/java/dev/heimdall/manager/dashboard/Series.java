package dev.heimdall.manager.dashboard;

import java.util.Optional;

/**
 * The figures of one {@link Scope}: of the last hour moment by moment, of the last day by minutes.
 */
final class Series {
  /** Maximum size of a series: both rings and the sums of the minute in progress. */
  static final int BYTES =
      2 * Field.values().length * (Span.HOUR.moments + Span.DAY.moments + 2 * 60) + 5000;

  private static final long MOMENTS = Span.DAY.stepSeconds / Span.HOUR.stepSeconds;

  private final Ring hour = new Ring(Span.HOUR.moments, Field.values().length);
  private final Ring day = new Ring(Span.DAY.moments, Field.values().length);
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

  /** The number of the last moment; of what was kept alone, that of its last minute's first. */
  long last() {
    long kept = day.newest() == Long.MIN_VALUE ? Long.MIN_VALUE : day.newest() * MOMENTS;
    return Math.max(hour.newest(), kept);
  }

  /** Restores a minute, as it was kept before this manager was started. */
  void restore(long at, char[] values) {
    if (at != minute && Double.isNaN(day.get(at, Field.NODES.ordinal()))) {
      day.restore(at, values);
    }
  }

  /** Returns the values of a minute, to be kept. */
  Optional<char[]> minute(long at) {
    return day.row(at);
  }

  /** The number of the newest moment at this distance; smaller than any without one. */
  long newest(Span span) {
    return of(span).newest();
  }

  double get(Span span, long moment, Field field) {
    return of(span).get(moment, field.ordinal());
  }

  private Ring of(Span span) {
    return span == Span.DAY || span == Span.MONTH ? day : hour;
  }
}
