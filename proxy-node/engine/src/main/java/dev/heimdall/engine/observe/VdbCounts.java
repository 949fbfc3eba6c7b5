package dev.heimdall.engine.observe;

/**
 * Counts of one virtual database since the node started; times in microseconds.
 *
 * @param responses statements answered, refused ones included
 * @param responseTimes how long each of them took
 * @param cacheHits of the queries, those that no server was asked for
 */
record VdbCounts(
    long cacheHits,
    long cacheMisses,
    long queries,
    long queryMicros,
    long responses,
    long responseMicros,
    LatencySnapshot responseTimes,
    long transactionQueries,
    long reads,
    long writes) {
  static final VdbCounts NONE = new VdbCounts(0, 0, 0, 0, 0, 0, LatencySnapshot.none(), 0, 0, 0);

  static VdbCounts of(PoolMetrics pool) {
    return new VdbCounts(
        pool.read(PoolCounter.CACHE_HITS), // first: each is counted there before it is a query
        pool.read(PoolCounter.CACHE_MISSES),
        pool.read(PoolCounter.QUERIES),
        pool.read(PoolCounter.QUERY_MICROS),
        pool.read(PoolCounter.RESPONSES),
        pool.read(PoolCounter.RESPONSE_MICROS),
        pool.responseTimes(),
        pool.read(PoolCounter.TRANSACTION_QUERIES),
        pool.read(PoolCounter.READS),
        pool.read(PoolCounter.WRITES));
  }

  VdbCounts plus(VdbCounts other) {
    return new VdbCounts(
        cacheHits + other.cacheHits,
        cacheMisses + other.cacheMisses,
        queries + other.queries,
        queryMicros + other.queryMicros,
        responses + other.responses,
        responseMicros + other.responseMicros,
        responseTimes.plus(other.responseTimes),
        transactionQueries + other.transactionQueries,
        reads + other.reads,
        writes + other.writes);
  }

  VdbCounts minus(VdbCounts other) {
    return new VdbCounts(
        cacheHits - other.cacheHits,
        cacheMisses - other.cacheMisses,
        queries - other.queries,
        queryMicros - other.queryMicros,
        responses - other.responses,
        responseMicros - other.responseMicros,
        responseTimes.since(other.responseTimes),
        transactionQueries - other.transactionQueries,
        reads - other.reads,
        writes - other.writes);
  }

  /** Queries that servers have answered. */
  long sent() {
    return Math.max(0, queries - cacheHits);
  }
}
