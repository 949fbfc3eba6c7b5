package dev.heimdall.engine.boot;

import dev.heimdall.engine.admin.ProbeResult;
import dev.heimdall.engine.backend.InternalQuery;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.backend.Variables;
import dev.heimdall.engine.pool.LoopPool;
import dev.heimdall.engine.pool.VdbPools;
import dev.heimdall.engine.pool.Waiter;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.Sqlstate;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A trivial statement through a pool, as a client's. */
final class PoolProbe implements Waiter {
  private final VdbPools pools;
  private final LoopPool like;
  private final long began;
  private final CompletableFuture<ProbeResult> result;

  private LoopPool pool;

  /**
   * @param like of whose key and loop the pool is to be
   */
  PoolProbe(VdbPools pools, LoopPool like, long began, CompletableFuture<ProbeResult> result) {
    this.pools = pools;
    this.like = like;
    this.began = began;
    this.result = result;
  }

  void start() {
    pool = pools.join(like.key(), like.context());
    ServerConnection connection = pool.acquire(this);
    if (connection != null) {
      acquired(connection);
    }
  }

  @Override
  public Variables variables() {
    return Variables.NONE;
  }

  @Override
  public void acquired(ServerConnection connection) {
    connection
        .requests()
        .probe(
            new InternalQuery() {
              @Override
              protected void done(ServerConnection from, ServerError error) {
                if (!from.closed()) {
                  if (error != null) {
                    from.end().closeForState("SELECT", error);
                  }
                  pool.release(from);
                }
                finish(error);
              }
            });
  }

  @Override
  public void refused(ServerError error) {
    finish(error);
  }

  @Override
  public void failed(Throwable cause) {
    finish(ServerError.fatal(Sqlstate.INTERNAL_ERROR, "error in the node: " + cause));
  }

  private void finish(ServerError error) {
    pools.leave(pool);
    long micros = TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - began);
    result.complete(new ProbeResult(error == null, micros, error == null ? null : error.message()));
  }

  @Override
  public boolean waitsLong() {
    return false;
  }
}
