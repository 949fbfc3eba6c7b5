package dev.heimdall.engine.changes;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Checks if a reader keeps up with its server. One that has not read for a while what the server
 * had written by then is heard so late that nothing is served until it has caught up. One thread at
 * a time.
 */
public final class Distance {
  private static final long MOST_BEHIND_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final ChangeReader.Progress progress;
  private final LongSupplier clock;
  private long goal;
  private long since;
  private boolean behind;

  /**
   * @param progress is following
   * @param clock {@link System#nanoTime}
   */
  public Distance(ChangeReader.Progress progress, LongSupplier clock) {
    this.progress = progress;
    this.clock = clock;
    since = clock.getAsLong();
  }

  /**
   * To be told several times a second.
   *
   * @param read up to where the log was read
   * @param written up to where the server has written it
   */
  public void at(long read, long written) {
    long now = clock.getAsLong();
    if (read >= goal) {
      // What was to be read may be from long ago when it is at last: so is what comes next, then.
      boolean soon = now - since <= MOST_BEHIND_NANOS;
      goal = written;
      since = now;
      if (behind && soon) {
        behind = false;
        progress.following();
      }
    } else if (!behind && now - since > MOST_BEHIND_NANOS) {
      behind = true;
      progress.behind("what the server had written 5 s ago is not read yet");
    }
  }
}
