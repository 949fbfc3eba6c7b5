package dev.heimdall.routing;

import java.time.Duration;
import java.util.function.Supplier;

/**
 * Pause before the next query of the API: doubled each time that the API requests fewer calls or
 * does not answer, and reduced again step by step. For one thread.
 */
public final class RdsPace {
  /** It says so itself when calls of one account are too many; others make calls too. */
  private static final Duration LONGEST = Duration.ofMinutes(10);

  private final Supplier<Duration> interval;
  private Duration pause = Duration.ZERO;

  /**
   * @param interval while all is well, from now on
   */
  public RdsPace(Supplier<Duration> interval) {
    this.interval = interval;
  }

  /** The pause after this answer. */
  public Duration after(TopologyReading answer) {
    if (answer.had(AwsTrouble.Kind.THROTTLED) || answer.had(AwsTrouble.Kind.FAILED)) {
      pause = within(within(pause).multipliedBy(2));
    } else if (answer.barred()) {
      return within(LONGEST);
    } else {
      pause = within(pause.multipliedBy(3).dividedBy(4));
    }
    return pause;
  }

  /** Adopts the pause that another component, which has queried since, has found necessary. */
  public void adopt(Duration found) {
    pause = within(found);
  }

  private Duration within(Duration wanted) {
    Duration shortest = interval.get();
    Duration most = shortest.compareTo(LONGEST) > 0 ? shortest : LONGEST;
    Duration least = wanted.compareTo(shortest) < 0 ? shortest : wanted;
    return least.compareTo(most) > 0 ? most : least;
  }
}
