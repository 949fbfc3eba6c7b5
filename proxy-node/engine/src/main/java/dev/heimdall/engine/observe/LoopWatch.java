package dev.heimdall.engine.observe;

import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.EventExecutorGroup;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

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

  /**
   * Starts watching.
   *
   * @param loops as many as the metrics have, in the same order
   */
  public LoopWatch(EventExecutorGroup loops, Metrics metrics, Duration interval) {
    for (EventExecutor loop : loops) {
      beats.add(new Beat(metrics.loop(beats.size()), interval.toNanos()));
      beats.get(beats.size() - 1).start(loop);
    }
  }

  /** The loops that have been silent for longer than the limit. */
  public List<Stalled> stalled(Duration limit) {
    long now = System.nanoTime();
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
    private volatile long last = System.nanoTime();
    private ScheduledFuture<?> schedule;

    Beat(LoopMetrics metrics, long intervalNanos) {
      this.metrics = metrics;
      this.intervalNanos = intervalNanos;
    }

    void start(EventExecutor loop) {
      schedule = loop.scheduleAtFixedRate(this, intervalNanos, intervalNanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public void run() {
      long now = System.nanoTime();
      metrics.lag(TimeUnit.NANOSECONDS.toMicros(Math.max(0, now - last - intervalNanos)));
      last = now;
    }

    void stop() {
      schedule.cancel(false);
    }
  }
}
