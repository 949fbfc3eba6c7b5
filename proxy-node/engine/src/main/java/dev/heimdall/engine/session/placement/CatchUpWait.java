package dev.heimdall.engine.session.placement;

import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;

/** Wait of one session's next read for a replica that is far enough, with repeated checks. */
final class CatchUpWait {
  /** Between looks at replicas that will have caught up before long. */
  static final long SOON = TimeUnit.MILLISECONDS.toNanos(5);

  /**
   * Interval between such checks where the wait may be long and many wait: while there is no
   * writer.
   */
  static final long AT_TIMES = TimeUnit.MILLISECONDS.toNanos(25);

  /** State of the read; only {@link #become} changes it. */
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

  /** True if {@link #lookAgain} is to come; it may have been another read's. */
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

  /** True if the read has not waited so far. */
  boolean isNew() {
    return stage == Stage.NONE;
  }

  /**
   * The read waits, unless it has for long enough.
   *
   * @param most so many nanoseconds in all
   * @param every nanoseconds between two looks
   * @return whether it does
   */
  boolean begin(long now, long most, long every) {
    if (isNew()) {
      since = now;
    }
    long left = most - (now - since);
    become(left > 0 ? Stage.WAITS : Stage.WAITED);
    if (left > 0 && !timed) {
      timed = true;
      later.accept(Math.min(left, every));
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
