package dev.heimdall.engine.admin;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/**
 * Remembers what the counters were a while ago, for averages. PgBouncer takes them each {@code
 * stats_period} of 60 s; here they are taken on request, so that a node without requests does
 * nothing: an average is over the last 60 s to twice the time between two questions.
 */
final class PgBouncerAverages {
  private static final Duration PERIOD = Duration.ofSeconds(60);

  /** Owner of the counters. */
  record Key(String vdb, String database) {}

  private record Sample(Instant at, Map<Key, PgBouncerTraffic> totals) {}

  private final Clock clock;
  private Sample before;
  private Sample last;

  /** The counters begin at 0 now. */
  PgBouncerAverages(Clock clock) {
    this.clock = clock;
    this.before = new Sample(clock.instant(), Map.of());
    this.last = before;
  }

  /** The averages of all databases up to now, from their counters. */
  synchronized Map<Key, PgBouncerTraffic> upTo(Map<Key, PgBouncerTraffic> totals) {
    Instant now = clock.instant();
    if (Duration.between(last.at(), now).compareTo(PERIOD) >= 0) {
      before = last;
      last = new Sample(now, Map.copyOf(totals));
    }
    Duration during = Duration.between(before.at(), now);
    Map<Key, PgBouncerTraffic> averages = new HashMap<>();
    totals.forEach(
        (key, total) ->
            averages.put(
                key,
                total
                    .minus(before.totals().getOrDefault(key, PgBouncerTraffic.NONE))
                    .averages(during)));
    return averages;
  }
}
