package dev.heimdall.engine.kit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.net.OwnTime;
import dev.heimdall.routing.threads.StandStill;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A limit counts the time in which its process ran. */
class OwnTimeTest {
  private static final Duration LIMIT = Duration.ofSeconds(10);

  private final Turns turns = new Turns();
  private final OwnTime time = new OwnTime(turns.node(), turns::now);
  private int over;

  private OwnTime.Limit limit() {
    return time.after(LIMIT, () -> over++);
  }

  @AfterEach
  void close() {
    turns.close();
  }

  @Test
  void aProcessThatRunsKeepsItToTheMillisecond() {
    limit();
    turns.advance(LIMIT.minusMillis(1));
    assertThat(over).isZero();
    turns.advance(Duration.ofMillis(2));
    assertThat(over).isOne();
    turns.advance(LIMIT.multipliedBy(2));
    assertThat(over).isOne();
  }

  @Test
  void timeInWhichItStoodStillDoesNotCount() {
    limit();
    turns.advance(LIMIT.dividedBy(2));
    turns.standStill(LIMIT.multipliedBy(2));
    turns.advance(LIMIT.dividedBy(2).minusMillis(200));
    assertThat(over).isZero();
    turns.advance(Duration.ofMillis(201));
    assertThat(over).isOne();
  }

  /** One that runs for a moment now and then. */
  @Test
  void aStarvedProcessGivesLonger() {
    limit();
    Duration pause = Duration.ofMillis(500);
    for (int times = 0; times < 99; times++) {
      turns.standStill(pause);
    }
    assertThat(over).isZero();
    for (int times = 0; times < 3; times++) {
      turns.standStill(pause);
    }
    assertThat(over).isOne();
  }

  @Test
  void nothingTakesMoreThanEightTimesAsLong() {
    limit();
    turns.standStill(LIMIT.multipliedBy(StandStill.LONGEST).minusMillis(200));
    assertThat(over).isZero();
    turns.standStill(LIMIT);
    turns.advance(Duration.ofMillis(1));
    assertThat(over).isOne();
  }

  @Test
  void whatIsCancelledIsNeverOver() {
    OwnTime.Limit cancelled = limit();
    OwnTime.Limit other = limit();
    cancelled.cancel();
    cancelled.cancel();
    turns.advance(LIMIT.plusMillis(1));
    assertThat(over).isOne();
    other.cancel();
    limit();
    turns.advance(LIMIT.plusMillis(1));
    assertThat(over).isEqualTo(2);
  }
}
