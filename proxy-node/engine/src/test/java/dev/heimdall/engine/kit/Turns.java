package dev.heimdall.engine.kit;

import io.netty.channel.EventLoop;
import io.netty.channel.ManualIoEventLoop;
import io.netty.channel.local.LocalIoHandler;
import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** One event loop, run by the thread of the test, with a clock of its own. */
final class Turns {
  private static final int MOST = 1_000_000;

  /** Not near 0, which may mean "never". */
  private static final long ORIGIN = TimeUnit.HOURS.toNanos(1);

  private final MockTicker ticker = Ticker.newMockTicker();
  private final Loop loop = new Loop(ticker);

  private static final class Loop extends ManualIoEventLoop {
    Loop(Ticker ticker) {
      super(null, Thread.currentThread(), LocalIoHandler.newFactory(), ticker);
    }

    /** Nanoseconds until the next task is due; -1 when there is none. */
    long untilNext() {
      return nextScheduledTaskNano();
    }
  }

  EventLoop loop() {
    return loop;
  }

  /** Nanoseconds; callable from any thread. */
  long now() {
    return ORIGIN + ticker.nanoTime();
  }

  /** Until nobody has anything to do before the clock moves. */
  void run() {
    for (int turns = 0; loop.runNow() > 0; turns++) {
      if (turns == MOST) {
        throw new AssertionError("the loop does not come to rest");
      }
    }
  }

  /** Moves the clock, and runs what becomes due when it does. */
  void advance(Duration time) {
    run();
    long left = time.toNanos();
    for (long next = loop.untilNext(); next >= 0 && next <= left; next = loop.untilNext()) {
      left -= next;
      ticker.advance(next, TimeUnit.NANOSECONDS);
      run();
    }
    ticker.advance(left, TimeUnit.NANOSECONDS);
  }

  /** Ends the loop; channels are closed before. */
  void close() {
    loop.shutdown();
    run();
  }
}
