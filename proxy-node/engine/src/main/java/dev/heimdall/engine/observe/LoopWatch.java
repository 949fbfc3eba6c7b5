package dev.heimdall.engine.observe;

import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.EventExecutorGroup;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Asks each event loop every interval to say that it still turns, and measures how late it does. A
 * loop that is silent for long hangs: its clients get no answer, whatever the database does.
 */
public final class LoopWatch implements AutoCloseable {
  /** Default interval at which a loop reports. */
  public static final Duration DEFAULT_INTERVAL = Duration.ofSeconds(1);

  /** A loop that did not turn for so long. */
  public record Stalled(int loop, Duration silence) {}

  private final List<Beat> beats = new ArrayList<>();
  private final LongSupplier clock;

  /**
   * Starts watching.
   *
   * @param loops as many as the metrics have, in the same order
   */
  public LoopWatch(EventExecutorGroup loops, Metrics metrics, Duration interval) {
    this(loops, metrics, interval, System::nanoTime);
  }

  /** The same with a clock in nanoseconds, as {@link System#nanoTime}; thread-safe. */
  public LoopWatch(
      EventExecutorGroup loops, Metrics metrics, Duration interval, LongSupplier clock) {
    this.clock = clock;
    for (EventExecutor loop : loops) {
      beats.add(new Beat(metrics.loop(beats.size()), interval.toNanos(), clock));
      beats.get(beats.size() - 1).start(loop);
    }
  }

  /** The loops that have been silent for longer than the limit. */
  public List<Stalled> stalled(Duration limit) {
    long now = clock.getAsLong();
    List<Stalled> stalled = new ArrayList<>();
    for (int i = 0; i < beats.size(); i++) {
      Duration silence = Duration.ofNanos(now - beats.get(i).last);
      if (silence.compareTo(limit) > 0) {
        stalled.add(new Stalled(i, silence));
      }
    }
    return stalled;
  }

  @Override
  public void close() {
    beats.forEach(Beat::stop);
  }

  private static final class Beat implements Runnable {
    private final LoopMetrics metrics;
    private final long intervalNanos;
    private final LongSupplier clock;
    private volatile long last;
    private ScheduledFuture<?> schedule;

    Beat(LoopMetrics metrics, long intervalNanos, LongSupplier clock) {
      this.metrics = metrics;
      this.intervalNanos = intervalNanos;
      this.clock = clock;
      this.last = clock.getAsLong();
    }

    void start(EventExecutor loop) {
      schedule = loop.scheduleAtFixedRate(this, intervalNanos, intervalNanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public void run() {
      long now = clock.getAsLong();
      metrics.lag(TimeUnit.NANOSECONDS.toMicros(Math.max(0, now - last - intervalNanos)));
      last = now;
    }

    void stop() {
      schedule.cancel(false);
    }
  }
}
