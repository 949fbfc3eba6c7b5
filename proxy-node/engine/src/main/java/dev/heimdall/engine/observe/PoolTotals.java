package dev.heimdall.engine.observe;

import java.util.Map;

/**
 * The counters of one virtual database, database and user, summed over all loops, since the node
 * started. Times are microseconds, sizes bytes; each number is what the method of the same sense in
 * {@link PoolMetrics} counted.
 */
public record PoolTotals(
    TrafficLabels key,
    long transactions,
    long transactionMicros,
    long queries,
    long queryMicros,
    long waits,
    long waitMicros,
    long waitTimeouts,
    long serverAssignments,
    long bytesIn,
    long bytesOut,
    long logins,
    long loginFailures,
    long errors,
    long preparedHits,
    long preparedParses,
    long stateReplays,
    long pins,
    long cancels,
    long pipelined,
    long pipelineQueued,
    long pipelineRepeated,
    Map<Unshared, Long> unshared,
    LatencySnapshot queryTimes,
    LatencySnapshot waitTimes,
    LatencySnapshot responseTimes) {}
