package dev.heimdall.engine.boot;

import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.pool.LoopPool;
import dev.heimdall.engine.pool.VdbPools;
import dev.heimdall.engine.vdb.VdbContext;
import java.util.Collection;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.LoggerFactory;

/** The periodic work of one loop: its pools, and time limits of its clients. */
final class LoopTicker {
  private static final long TICK_MILLIS = 100;
  private static final int SESSION_TICKS = 5;

  private final NodeLoop loop;
  private final Supplier<Collection<VdbContext>> vdbs;
  private int ticks;

  /**
   * @param vdbs those that there are at the time
   */
  LoopTicker(NodeLoop loop, Supplier<Collection<VdbContext>> vdbs) {
    this.loop = loop;
    this.vdbs = vdbs;
  }

  void start() {
    loop.context()
        .loop()
        .scheduleWithFixedDelay(
            () -> loop.context().inEvent(this::tick, this::failed),
            TICK_MILLIS,
            TICK_MILLIS,
            TimeUnit.MILLISECONDS);
  }

  private void failed(Throwable cause) {
    LoggerFactory.getLogger("heimdall.node")
        .error("the periodic work of a loop met an error in the node", cause);
  }

  private void tick() {
    loop.context().tick();
    for (VdbContext vdb : vdbs.get()) {
      for (VdbPools pools : vdb.allPools()) {
        pools.withReaders().forEach(this::tick);
      }
    }
    if (++ticks % SESSION_TICKS == 0) {
      loop.tick();
    }
  }

  private void tick(VdbPools pools) {
    for (LoopPool pool : pools.loopPools()) {
      if (pool.context() == loop.context()) {
        LoopContext.guarded(pool::tick, this::failed);
      }
    }
  }
}
