package dev.heimdall.engine.observe;

import java.time.Duration;

/**
 * Activity of one virtual database in an interval, in the figures that operators watch.
 *
 * @param queryRate queries a second that servers answered
 * @param queryMillis how long servers took for one
 * @param responseMillis how long clients waited for an answer, the queue for a server connection
 *     and all other waits included, whether a server, the cache or an error of the node's was it
 * @param responseTimes how long each of them waited
 * @param readPercent how many of the statements that read or write data only read
 * @param transactionPercent how many of the queries were part of a transaction
 * @param cacheHitPercent how many of the queries that were looked for in the cache were there
 */
public record VdbFigures(
    String vdb,
    double queryRate,
    Mean queryMillis,
    Mean responseMillis,
    LatencySnapshot responseTimes,
    Mean readPercent,
    Mean transactionPercent,
    Mean cacheHitPercent) {
  /**
   * A mean that goes without saying where there was nothing.
   *
   * @param of how many it is the mean of; 0 where there is none
   */
  public record Mean(double value, long of) {
    /** True if there is a mean at all. */
    public boolean known() {
      return of > 0;
    }

    private static Mean of(double sum, long of) {
      return new Mean(of > 0 ? sum / of : Double.NaN, Math.max(0, of));
    }
  }

  static VdbFigures of(String vdb, VdbCounts counts, Duration interval) {
    return new VdbFigures(
        vdb,
        counts.sent() * 1e9 / interval.toNanos(),
        Mean.of(counts.queryMicros() / 1e3, counts.sent()),
        Mean.of(counts.responseMicros() / 1e3, counts.responses()),
        counts.responseTimes(),
        Mean.of(100.0 * counts.reads(), counts.reads() + counts.writes()),
        Mean.of(100.0 * counts.transactionQueries(), counts.queries()),
        Mean.of(100.0 * counts.cacheHits(), counts.cacheHits() + counts.cacheMisses()));
  }
}
