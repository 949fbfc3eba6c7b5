package dev.heimdall.engine.observe;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * Counts of one virtual database since the node started, over all loops, databases and users.
 *
 * @param counts by the names that reports have; times are microseconds
 * @param times that servers took
 * @param responses how long clients waited
 */
public record VdbTotals(
    Map<String, Long> counts, LatencySnapshot times, LatencySnapshot responses) {
  /** In the order in which they are read: a hit is counted before it is a query. */
  private static final Map<String, PoolCounter> REPORTED = reported();

  private static Map<String, PoolCounter> reported() {
    Map<String, PoolCounter> reported = new LinkedHashMap<>();
    reported.put("cacheHits", PoolCounter.CACHE_HITS);
    reported.put("cacheMisses", PoolCounter.CACHE_MISSES);
    reported.put("transactionQueries", PoolCounter.TRANSACTION_QUERIES);
    reported.put("queries", PoolCounter.QUERIES);
    reported.put("queryMicros", PoolCounter.QUERY_MICROS);
    reported.put("responses", PoolCounter.RESPONSES);
    reported.put("responseMicros", PoolCounter.RESPONSE_MICROS);
    reported.put("waits", PoolCounter.WAITS);
    reported.put("waitMicros", PoolCounter.WAIT_MICROS);
    reported.put("waitTimeouts", PoolCounter.WAIT_TIMEOUTS);
    reported.put("transactions", PoolCounter.TRANSACTIONS);
    reported.put("replicaReads", PoolCounter.REPLICA_READS);
    reported.put("reads", PoolCounter.READS);
    reported.put("writes", PoolCounter.WRITES);
    reported.put("errors", PoolCounter.ERRORS);
    reported.put("bytesIn", PoolCounter.BYTES_IN);
    reported.put("bytesOut", PoolCounter.BYTES_OUT);
    reported.put("logins", PoolCounter.LOGINS);
    reported.put("loginFailures", PoolCounter.LOGIN_FAILURES);
    return reported;
  }

  /** Those of each virtual database that was counted at all, by name. */
  public static Map<String, VdbTotals> of(Metrics metrics) {
    Map<String, VdbTotals> all = new TreeMap<>();
    for (LoopMetrics loop : metrics.loops()) {
      for (PoolMetrics pool : loop.all()) {
        all.merge(pool.key().vdb(), of(pool), VdbTotals::plus);
      }
    }
    return all;
  }

  private static VdbTotals of(PoolMetrics pool) {
    Map<String, Long> counts = new LinkedHashMap<>();
    REPORTED.forEach((name, counter) -> counts.put(name, pool.read(counter)));
    return new VdbTotals(counts, pool.queryTimes(), pool.responseTimes());
  }

  private VdbTotals plus(VdbTotals other) {
    Map<String, Long> sums = new LinkedHashMap<>(counts);
    other.counts.forEach((name, count) -> sums.merge(name, count, Long::sum));
    return new VdbTotals(sums, times.plus(other.times), responses.plus(other.responses));
  }
}
