package dev.heimdall.engine.kit;

import io.netty.channel.EventLoop;
import io.netty.channel.ManualIoEventLoop;
import io.netty.channel.local.LocalIoHandler;
import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Two event loops, the node's and that of the clients and servers around it, run by the thread of
 * the test, with one clock that stands still until it is moved. Two, because what a channel in
 * memory writes to another one of its own loop arrives amid the write, as it never does on a
 * network.
 */
final class Turns {
  private static final int MOST = 1_000_000;

  /** Not near 0, which may mean "never". */
  private static final long ORIGIN = TimeUnit.HOURS.toNanos(1);

  private final MockTicker ticker = Ticker.newMockTicker();
  private final Loop node = new Loop(ticker);
  private final Loop world = new Loop(ticker);

  private static final class Loop extends ManualIoEventLoop {
    Loop(Ticker ticker) {
      super(null, Thread.currentThread(), LocalIoHandler.newFactory(), ticker);
    }

    /** Nanoseconds until the next task is due. */
    long untilNext() {
      long next = nextScheduledTaskNano();
      return next < 0 ? Long.MAX_VALUE : next;
    }
  }

  /** Whose channels are the node's. */
  EventLoop node() {
    return node;
  }

  /** Whose channels are those of clients and servers. */
  EventLoop world() {
    return world;
  }

  /** Nanoseconds; callable from any thread. */
  long now() {
    return ORIGIN + ticker.nanoTime();
  }

  /** Until nobody has anything to do before the clock moves. */
  void run() {
    for (int turns = 0; node.runNow() + world.runNow() > 0; turns++) {
      if (turns == MOST) {
        throw new AssertionError("the loop does not come to rest");
      }
    }
  }

  /** Moves the clock, and runs what becomes due when it does. */
  void advance(Duration time) {
    run();
    long left = time.toNanos();
    for (long next = untilNext(); next <= left; next = untilNext()) {
      left -= next;
      ticker.advance(next, TimeUnit.NANOSECONDS);
      run();
    }
    ticker.advance(left, TimeUnit.NANOSECONDS);
  }

  /** Time passes in which no loop runs; tasks that have become due meanwhile run late. */
  void standStill(Duration time) {
    run();
    ticker.advance(time.toNanos(), TimeUnit.NANOSECONDS);
    run();
  }

  private long untilNext() {
    return Math.min(node.untilNext(), world.untilNext());
  }

  /** Ends the loops; channels are closed before. */
  void close() {
    for (Loop loop : List.of(node, world)) {
      loop.shutdown();
      for (int turns = 0; !loop.isTerminated() && turns < MOST; turns++) {
        loop.runNow();
      }
    }
  }
}
