package dev.heimdall.engine.cache.far;

import dev.heimdall.model.Spelled;
import java.util.concurrent.TimeUnit;

/**
 * Keeps requests from a store that fails or is slow. Opens after some failures in a row, when a
 * quarter of the last requests have failed, or when half of them have failed or were slow; after a
 * pause, which grows, a few probes must succeed. Thread-safe; has no clock of its own.
 */
final class Breaker {
  static final int IN_A_ROW = 5;
  static final int WINDOW = 64;

  /** With fewer requests than this the window says nothing. */
  static final int ENOUGH = 32;

  static final long FIRST_PAUSE = TimeUnit.SECONDS.toNanos(1);
  static final long LONGEST_PAUSE = TimeUnit.SECONDS.toNanos(30);

  /** State that decides if requests are let through. */
  enum State implements Spelled {
    /** They are. */
    CLOSED,
    /** None is. */
    OPEN,
    /** One at a time, to see how it goes. */
    HALF_OPEN
  }

  private enum Outcome {
    GOOD,
    SLOW,
    FAILED
  }

  private final long slowNanos;
  private final int probes;
  private final Outcome[] window = new Outcome[WINDOW];
  private volatile State state = State.CLOSED;
  private int next;
  private int seen;
  private int slow;
  private int failed;
  private int inARow;
  private int probesDone;
  private long pause = FIRST_PAUSE;
  private long changedAt;
  private boolean everOpen;

  /**
   * @param slowNanos requests that take longer are slow
   * @param probes that must succeed in a row
   */
  Breaker(long slowNanos, int probes) {
    this.slowNanos = slowNanos;
    this.probes = probes;
  }

  State state() {
    return state;
  }

  boolean closed() {
    return state == State.CLOSED;
  }

  /** Length of the pause while it is open, as of the time when it was opened. */
  synchronized long pauseNanos() {
    return pause;
  }

  /** Begins to probe, if it is time for it; the caller says what becomes of the probe. */
  synchronized boolean probe(long now) {
    if (state == State.OPEN && now - changedAt >= pause) {
      become(State.HALF_OPEN, now);
      return true;
    }
    return false;
  }

  /**
   * A request was answered while the breaker was closed.
   *
   * @return whether this has opened it
   */
  synchronized boolean answered(long nanos, long now) {
    inARow = 0;
    return note(nanos > slowNanos ? Outcome.SLOW : Outcome.GOOD, now);
  }

  /** A request that was let through had no answer, or an error; returns as above. */
  synchronized boolean failed(long now) {
    inARow++;
    return note(Outcome.FAILED, now);
  }

  /**
   * The probe was answered; while the breaker is still half open after this, another one must be.
   *
   * @return whether this has closed it
   */
  synchronized boolean probeAnswered(long nanos, long now) {
    if (state != State.HALF_OPEN) {
      return false;
    }
    if (nanos > slowNanos) {
      become(State.OPEN, now);
      return false;
    }
    probesDone++;
    if (probesDone < probes) {
      return false;
    }
    become(State.CLOSED, now);
    return true;
  }

  synchronized void probeFailed(long now) {
    if (state == State.HALF_OPEN) {
      become(State.OPEN, now);
    }
  }

  private boolean note(Outcome outcome, long now) {
    if (state != State.CLOSED) {
      return false; // of a request that was sent before it was opened
    }
    if (seen == WINDOW) {
      count(window[next], -1);
    } else {
      seen++;
    }
    window[next] = outcome;
    count(outcome, 1);
    next = (next + 1) % WINDOW;
    boolean opens =
        inARow >= IN_A_ROW
            || (seen >= ENOUGH && (failed * 4 >= seen || (failed + slow) * 2 > seen));
    if (opens) {
      become(State.OPEN, now);
    }
    return opens;
  }

  private void count(Outcome outcome, int by) {
    switch (outcome) {
      case SLOW -> slow += by;
      case FAILED -> failed += by;
      case GOOD -> {}
    }
  }

  /** The only place where the state changes. */
  private void become(State to, long now) {
    if (to == State.OPEN) {
      boolean again = state == State.HALF_OPEN || (everOpen && now - changedAt < LONGEST_PAUSE);
      pause = again ? Math.min(2 * pause, LONGEST_PAUSE) : FIRST_PAUSE;
      everOpen = true;
    }
    probesDone = 0;
    next = 0;
    seen = 0;
    slow = 0;
    failed = 0;
    inARow = 0;
    changedAt = now;
    state = to;
  }
}
