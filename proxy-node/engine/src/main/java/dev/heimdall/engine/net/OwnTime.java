package dev.heimdall.engine.net;

import dev.heimdall.routing.threads.StandStill;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Time of one event loop in which its process ran. A process that gets no processor, or whose
 * machine stands still, finds all that was sent to it meanwhile late, which is its own fault alone:
 * limits of its clients do not count that time. It is known by beats that come late. Belongs to the
 * loop's thread.
 */
public final class OwnTime {
  private static final long BEAT = Duration.ofMillis(100).toNanos();

  private final EventExecutor loop;
  private final LongSupplier clock;

  /** Nanoseconds that have counted by the last look. */
  private long ran;

  private long lookedAt;
  private int limits;
  private ScheduledFuture<?> beat;

  /**
   * @param clock nanoseconds as {@link System#nanoTime} counts them
   */
  public OwnTime(EventExecutor loop, LongSupplier clock) {
    this.loop = loop;
    this.clock = clock;
  }

  /** Runs a task when so much time has passed in which the process ran. */
  public Limit after(Duration time, Runnable task) {
    look();
    if (beat == null) {
      lookedAt = clock.getAsLong();
      beat();
    }
    limits++;
    return new Limit(time.toNanos(), task);
  }

  private void beat() {
    beat = loop.schedule(this::beats, BEAT, TimeUnit.NANOSECONDS);
  }

  private void beats() {
    look();
    beat = null;
    if (limits > 0) {
      beat();
    }
  }

  private void look() {
    long now = clock.getAsLong();
    long passed = now - lookedAt;
    ran += passed > BEAT + StandStill.NOTICED.toNanos() ? BEAT : passed;
    lookedAt = now;
  }

  /** A task that runs later, unless it is cancelled. */
  public final class Limit {
    private final long nanos;
    private final Runnable task;
    private final long ranBefore = ran;
    private final long begunAt = lookedAt;

    /** Null when it is over. */
    private ScheduledFuture<?> check;

    private Limit(long nanos, Runnable task) {
      this.nanos = nanos;
      this.task = task;
      checkIn(nanos);
    }

    private void checkIn(long rest) {
      check = loop.schedule(this::check, rest, TimeUnit.NANOSECONDS);
    }

    private void check() {
      look();
      long rest =
          Math.min(nanos - (ran - ranBefore), StandStill.LONGEST * nanos - (lookedAt - begunAt));
      if (rest > 0) {
        checkIn(rest);
      } else {
        over();
        task.run();
      }
    }

    private void over() {
      check = null;
      limits--;
    }

    /** The task does not run any more; as often as is wanted. */
    public void cancel() {
      if (check != null) {
        check.cancel(false);
        over();
      }
    }
  }
}
