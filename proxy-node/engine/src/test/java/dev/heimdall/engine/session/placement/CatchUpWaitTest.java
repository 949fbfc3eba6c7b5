package dev.heimdall.engine.session.placement;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class CatchUpWaitTest {
  private static final long MOST = TimeUnit.MILLISECONDS.toNanos(12);
  private static final long LOOK = TimeUnit.MILLISECONDS.toNanos(5);

  private final List<Long> timers = new ArrayList<>();
  private final List<String> judged = new ArrayList<>();
  private final CatchUpWait wait = new CatchUpWait(timers::add, () -> judged.add("again"));

  @Test
  void aReadLooksAgainUntilItHasWaitedForLongEnough() {
    assertThat(wait.isNew()).isTrue();
    assertThat(wait.begin(100, MOST, CatchUpWait.SOON)).isTrue();
    wait.lookAgain();
    assertThat(judged).hasSize(1);
    assertThat(wait.stop()).isTrue();
    assertThat(wait.isNew()).isFalse();
    assertThat(wait.begin(100 + 2 * LOOK, MOST, CatchUpWait.SOON)).isTrue();
    wait.lookAgain();
    wait.stop();
    assertThat(wait.begin(100 + MOST, MOST, CatchUpWait.SOON)).isFalse();
    assertThat(wait.waits()).isFalse();
    assertThat(timers).containsExactly(LOOK, MOST - 2 * LOOK);
  }

  @Test
  void oneThatIsRefusedIsNotJudgedAgain() {
    wait.begin(0, MOST, CatchUpWait.SOON);
    assertThat(wait.stop()).isTrue();
    assertThat(wait.stop()).isFalse();
    wait.lookAgain();
    assertThat(judged).isEmpty();
  }

  @Test
  void theNextReadWaitsForItselfAndSharesATimerThatIsStillToCome() {
    wait.begin(0, MOST, CatchUpWait.SOON);
    wait.end();
    assertThat(wait.waits()).isFalse();
    assertThat(wait.begin(MOST, MOST, CatchUpWait.SOON)).isTrue();
    assertThat(timers).hasSize(1);
    wait.lookAgain();
    assertThat(judged).hasSize(1);
  }
}
