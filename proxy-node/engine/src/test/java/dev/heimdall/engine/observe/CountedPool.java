package dev.heimdall.engine.observe;

/**
 * What one event loop has counted of a pool, for tests of other packages.
 *
 * @param waits statements that had to wait for a server connection
 * @param behind statements sent over a connection behind those of others
 * @param replays times a server connection was given a session's settings
 */
public record CountedPool(long waits, long behind, long replays) {
  public static CountedPool of(LoopMetrics loop, TrafficLabels key) {
    PoolMetrics pool = loop.pool(key.vdb(), key.database(), key.user());
    return new CountedPool(
        pool.read(PoolCounter.WAITS),
        pool.read(PoolCounter.PIPELINE_QUEUED),
        pool.read(PoolCounter.STATE_REPLAYS));
  }
}
