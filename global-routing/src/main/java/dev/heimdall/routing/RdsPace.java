package dev.heimdall.routing;

import java.time.Duration;

/**
 * How long to wait before the API is asked again: twice as long each time that it asks for fewer
 * calls or does not answer, and less again little by little. For one thread.
 */
public final class RdsPace {
  /** It says so itself when calls of one account are too many; others make calls too. */
  private static final Duration LONGEST = Duration.ofMinutes(10);

  private final Duration interval;
  private Duration pause;

  /**
   * @param interval while all is well
   */
  public RdsPace(Duration interval) {
    this.interval = interval;
    pause = interval;
  }

  /** The pause after this answer. */
  public Duration after(RdsAnswer answer) {
    if (answer.had(AwsTrouble.Kind.THROTTLED) || answer.had(AwsTrouble.Kind.FAILED)) {
      pause = within(pause.multipliedBy(2));
    } else if (answer.barred()) {
      return within(LONGEST);
    } else {
      pause = within(pause.multipliedBy(3).dividedBy(4));
    }
    return pause;
  }

  /** Somebody else, who asked since, has found what pause is needed. */
  public void adopt(Duration found) {
    pause = within(found);
  }

  private Duration within(Duration wanted) {
    Duration most = interval.compareTo(LONGEST) > 0 ? interval : LONGEST;
    Duration least = wanted.compareTo(interval) < 0 ? interval : wanted;
    return least.compareTo(most) > 0 ? most : least;
  }
}
