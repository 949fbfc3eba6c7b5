package dev.heimdall.engine.placement;

import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;

/** How long one session's next read waits for a replica to be far enough, and looks again. */
final class CatchUpWait {
  private static final long LOOK_AGAIN = TimeUnit.MILLISECONDS.toNanos(5);

  /** Where the read stands; {@link #become} alone moves it. */
  private enum Stage {
    /** It has not waited. */
    NONE,
    /** It waits, and is judged once more before long. */
    WAITS,
    /** It has waited, and does not now. */
    WAITED
  }

  private final LongConsumer later;
  private final Runnable look;
  private Stage stage = Stage.NONE;
  private long since;

  /** Whether {@link #lookAgain} is to come; it may have been another read's. */
  private boolean timed;

  /**
   * @param later has {@link #lookAgain} called after so many nanoseconds
   * @param look has the read judged once more
   */
  CatchUpWait(LongConsumer later, Runnable look) {
    this.later = later;
    this.look = look;
  }

  private void become(Stage next) {
    stage = next;
  }

  /** Whether the read has not waited so far. */
  boolean isNew() {
    return stage == Stage.NONE;
  }

  /**
   * The read waits, unless it has for long enough.
   *
   * @param most so many nanoseconds in all
   * @return whether it does
   */
  boolean begin(long now, long most) {
    if (isNew()) {
      since = now;
    }
    long left = most - (now - since);
    become(left > 0 ? Stage.WAITS : Stage.WAITED);
    if (left > 0 && !timed) {
      timed = true;
      later.accept(Math.min(left, LOOK_AGAIN));
    }
    return waits();
  }

  void lookAgain() {
    timed = false;
    if (waits()) {
      look.run();
    }
  }

  boolean waits() {
    return stage == Stage.WAITS;
  }

  /**
   * The read is judged, or is refused.
   *
   * @return whether it has waited for that
   */
  boolean stop() {
    boolean did = waits();
    if (did) {
      become(Stage.WAITED);
    }
    return did;
  }

  /** The next read is another one. */
  void end() {
    become(Stage.NONE);
  }
}
