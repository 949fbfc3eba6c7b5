package dev.heimdall.engine.session.statement;

import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.rules.ConcurrencyLimit;
import dev.heimdall.engine.rules.Decision;
import dev.heimdall.engine.rules.RateLimit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Delays a statement as long as rules want it: until its rate allows it, until it has a slot among
 * those that run at the same time, and then for its fixed delay.
 */
final class Throttle {
  /** Time after which a statement without a slot tries again. */
  private static final long ASK_AGAIN_NANOS = 500_000;

  private enum Phase {
    RATE,
    PLACE,
    DELAY,
    OVER
  }

  private final LoopContext loop;
  private final Runnable over;
  private final Consumer<? super Throwable> failed;
  private final Decision decision;
  private final List<ConcurrencyLimit> places = new ArrayList<>(2);
  private Phase phase = Phase.RATE;
  private ScheduledFuture<?> timer;

  /**
   * @param over runs when it is over, if it was not at once
   * @param failed takes what that has thrown
   */
  Throttle(LoopContext loop, Decision decision, Runnable over, Consumer<? super Throwable> failed) {
    this.loop = loop;
    this.decision = decision;
    this.over = over;
    this.failed = failed;
  }

  /** True if rules want this statement to wait for anything. */
  static boolean wanted(Decision decision) {
    return !decision.rateLimits().isEmpty()
        || !decision.concurrency().isEmpty()
        || decision.delayMicros() > 0;
  }

  /** Begins; says whether it is over at once. */
  boolean begin() {
    long wait = 0;
    for (RateLimit limit : decision.rateLimits()) {
      wait = Math.max(wait, limit.reserve(loop.nanoTime()));
    }
    if (wait > 0) {
      sleep(wait);
      return false;
    }
    return go();
  }

  private void sleep(long nanos) {
    timer = loop.later(this::wake, nanos, TimeUnit.NANOSECONDS, failed);
  }

  private void wake() {
    if (go()) {
      over.run();
    }
  }

  private boolean go() {
    if (phase == Phase.RATE) {
      phase = Phase.PLACE;
    }
    if (phase == Phase.PLACE) {
      if (!takePlaces()) {
        sleep(ASK_AGAIN_NANOS);
        return false;
      }
      phase = Phase.DELAY;
      if (decision.delayMicros() > 0) {
        sleep(TimeUnit.MICROSECONDS.toNanos(decision.delayMicros()));
        return false;
      }
    }
    phase = Phase.OVER;
    return true;
  }

  /** All places or none, so that statements which need two cannot block each other. */
  private boolean takePlaces() {
    for (ConcurrencyLimit limit : decision.concurrency()) {
      if (!limit.tryAcquire()) {
        givePlacesBack();
        return false;
      }
      places.add(limit);
    }
    return true;
  }

  /** The places that the statement has; the statement that takes them gives them back. */
  List<ConcurrencyLimit> takeOver() {
    List<ConcurrencyLimit> taken = List.copyOf(places);
    places.clear();
    return taken;
  }

  /** The statement will not be sent. */
  void cancel() {
    if (timer != null) {
      timer.cancel(false);
    }
    phase = Phase.OVER;
    givePlacesBack();
  }

  private void givePlacesBack() {
    places.forEach(ConcurrencyLimit::release);
    places.clear();
  }
}
