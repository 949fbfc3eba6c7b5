package dev.heimdall.engine.share;

import java.time.Duration;

/**
 * Pace at which the store answers the look at it each second. One answer that takes long may be
 * that of a busy moment; two in a row are not. Of the link's thread, but for what is read.
 */
final class StorePace {
  /** The far cache would be no gain. */
  static final Duration LONG = Duration.ofMillis(250);

  /** As long as two answers that take long. */
  static final Duration UNANSWERED = LONG.multipliedBy(2);

  private static final Duration SHORT = LONG.dividedBy(2);

  private enum State {
    FAST,
    DOUBTED,
    SLOW,
    RECOVERING;

    boolean slow() {
      return this == SLOW || this == RECOVERING;
    }
  }

  private State state = State.FAST;
  private volatile long millis = StoreState.UNKNOWN;

  /** Of a connection that is new. */
  void begin() {
    state = State.FAST;
    millis = StoreState.UNKNOWN;
  }

  /**
   * The store has answered after that time.
   *
   * @return whether it is slow now and was not, or the other way round
   */
  boolean answered(Duration took) {
    millis = took.toMillis();
    boolean isLong = took.compareTo(LONG) >= 0;
    return become(
        switch (state) {
          case FAST -> isLong ? State.DOUBTED : State.FAST;
          case DOUBTED -> isLong ? State.SLOW : State.FAST;
          case SLOW -> took.compareTo(SHORT) < 0 ? State.RECOVERING : State.SLOW;
          case RECOVERING -> isLong ? State.SLOW : State.FAST;
        });
  }

  /** The store has not answered for {@link #UNANSWERED}; returns what {@link #answered} does. */
  boolean unanswered() {
    millis = UNANSWERED.toMillis();
    return become(State.SLOW);
  }

  private boolean become(State next) {
    boolean changes = next.slow() != state.slow();
    state = next;
    return changes;
  }

  boolean slow() {
    return state.slow();
  }

  /** True if the next look should come soon, as it tells more. */
  boolean doubted() {
    return state == State.DOUBTED || state == State.RECOVERING;
  }

  /** Time of the last answer, in milliseconds; {@link StoreState#UNKNOWN} before the first. */
  long millis() {
    return millis;
  }
}
