package dev.heimdall.engine.catalog;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Pace at which a database is read again: not more often than its server can bear. Guarded by whom
 * it belongs to.
 */
final class ReadingPace {
  /** A server is asked again after so many times what it took it to answer. */
  private static final int REST = 10;

  /** Readings because of changes begin at least this long after the one before. */
  private static final Duration BETWEEN = Duration.ofMillis(200);

  /**
   * Interval between readings where all code is as it was, so that no session waits for it: so many
   * times its cost.
   */
  private static final int BETWEEN_OF_TABLES = 4;

  private static final Duration LONGEST_OF_TABLES = Duration.ofSeconds(1);

  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(60);

  private final Duration refresh;

  /**
   * Time that the server takes to report if anything has changed: the smaller of the last two
   * times, as one look at a moment when the server stood still predicts nothing about the next.
   */
  private long cost;

  private long lastCost;

  /** Duration of the last reading of everything, in nanoseconds. */
  private long reading;

  private int failures;

  /**
   * @param refresh how often to look without any reason
   */
  ReadingPace(Duration refresh) {
    this.refresh = refresh;
  }

  /** A look that found nothing took so many nanoseconds. */
  void took(long now) {
    cost = lastCost == 0 ? now : Math.min(now, lastCost);
    lastCost = now;
  }

  /** Everything was read in so many nanoseconds. */
  void tookAll(long now) {
    reading = now;
  }

  /**
   * Pause behind a reading before changes cause the next one.
   *
   * @param code whether they may be of other functions, triggers, views and the like
   */
  Duration between(boolean code) {
    long tables = Math.min(BETWEEN_OF_TABLES * reading, LONGEST_OF_TABLES.toNanos());
    return code ? BETWEEN : Duration.ofNanos(Math.max(BETWEEN.toNanos(), tables));
  }

  /** However long a look takes, changes are looked for as often as the configuration says. */
  long rest() {
    return Math.min(REST * cost, refresh.toNanos());
  }

  /** The next look where there is no reason for one. */
  Duration calm() {
    return jittered(refresh);
  }

  /** The next one where changes are looked for this often. */
  Duration calm(Duration every) {
    return jittered(Duration.ofNanos(Math.max(every.toNanos(), rest())));
  }

  /** The next one after one of another server. */
  Duration elsewhere() {
    return jittered(FIRST_PAUSE);
  }

  /** The next one after one that has failed, which counts. */
  Duration afterFailure() {
    long pause = FIRST_PAUSE.toNanos() << Math.min(failures++, 10);
    return jittered(Duration.ofNanos(Math.min(pause, LONGEST_PAUSE.toNanos())));
  }

  /** True if the last one has failed. */
  boolean failing() {
    return failures > 0;
  }

  /** One has succeeded. */
  void recovered() {
    failures = 0;
  }

  /** So that many nodes and databases do not all ask at the same moment. */
  private static Duration jittered(Duration pause) {
    double factor = ThreadLocalRandom.current().nextDouble(0.9, 1.1);
    return Duration.ofNanos((long) (pause.toNanos() * factor));
  }
}
