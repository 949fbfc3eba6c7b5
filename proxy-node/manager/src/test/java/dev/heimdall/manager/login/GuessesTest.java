package dev.heimdall.manager.login;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class GuessesTest {
  private long now = 1_000_000_000L;
  private final Guesses guesses = new Guesses(() -> now);

  private static InetAddress address(String written) {
    try {
      return InetAddress.getByName(written);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private void pass(Duration time) {
    now += time.toNanos();
  }

  /** A password that is wrong however often it is looked at, or right at once. */
  private record Shown(boolean right) implements Guesses.Try {
    @Override
    public boolean rightByNow() {
      return right;
    }
  }

  private Guesses.Verdict wrong(String from) {
    return guesses.judge(address(from), "admin", new Shown(false));
  }

  /** Guesses once; says how many seconds that had to wait. */
  private long waitAndGuess(String from) {
    Guesses.Verdict verdict = wrong(from);
    long seconds = 0;
    if (verdict instanceof Guesses.Verdict.Wait wait) {
      pass(wait.time());
      seconds = wait.time().toSeconds();
      verdict = wrong(from);
    }
    assertThat(verdict).isInstanceOf(Guesses.Verdict.Wrong.class);
    return seconds;
  }

  @Test
  void eachGuessAfterTheFirstFewWaitsTwiceAsLongUpToHalfAMinute() {
    List<Long> waits = new ArrayList<>();
    for (int i = 0; i < 80; i++) {
      waits.add(waitAndGuess("10.0.0.1"));
    }
    assertThat(waits.subList(0, 13))
        .containsExactly(0L, 0L, 0L, 0L, 0L, 1L, 2L, 4L, 8L, 16L, 30L, 30L, 30L);
    assertThat(waits.subList(13, 80)).containsOnly(30L);
  }

  @Test
  void theRightOneAndTenMinutesForgetThem() {
    for (int i = 0; i < 8; i++) {
      waitAndGuess("10.0.0.1");
    }
    pass(Duration.ofSeconds(30));
    assertThat(guesses.judge(address("10.0.0.1"), "admin", new Shown(true)))
        .isInstanceOf(Guesses.Verdict.Right.class);
    for (int i = 0; i < 5; i++) {
      assertThat(waitAndGuess("10.0.0.1")).isZero();
    }
    assertThat(waitAndGuess("10.0.0.1")).isOne();
    pass(Duration.ofMinutes(11));
    for (int i = 0; i < 5; i++) {
      assertThat(waitAndGuess("10.0.0.1")).isZero();
    }
  }

  @Test
  void nobodyGuessesAtOthersBetweenLogInsOfHisOwn() {
    List<Long> waits = new ArrayList<>();
    for (int i = 0; i < 9; i++) {
      waits.add(waitAndGuess("10.0.0.1"));
      pass(Duration.ofSeconds(30)); // his own are looked at after that, too
      assertThat(guesses.judge(address("10.0.0.1"), "alice", new Shown(true)))
          .isInstanceOf(Guesses.Verdict.Right.class);
      assertThat(guesses.judge(address("10.0.0.1"), "alice", new Shown(true)))
          .isInstanceOf(Guesses.Verdict.Right.class);
    }
    assertThat(waits).containsOnly(0L);

    // The pauses were what he has waited for; without them each has its own.
    waits.clear();
    for (int i = 0; i < 3; i++) {
      waits.add(waitAndGuess("10.0.0.1"));
      guesses.judge(address("10.0.0.1"), "alice", new Shown(true));
    }
    assertThat(waits).containsExactly(0L, 30L, 30L);
  }

  @Test
  void addressesOfOneNetworkOfIpv6CountTogetherAndOthersDoNot() {
    for (int i = 0; i < 5; i++) {
      wrong("2001:db8::" + (i + 1));
    }
    assertThat(wrong("2001:db8::99")).isInstanceOf(Guesses.Verdict.Wait.class);
    assertThat(wrong("2001:db8:0:1::1")).isInstanceOf(Guesses.Verdict.Wrong.class);
    assertThat(wrong("10.0.0.1")).isInstanceOf(Guesses.Verdict.Wrong.class);
  }

  @Test
  void aTryThatBreaksOffIsAWrongOneAndIsOver() {
    Guesses.Try broken =
        new Guesses.Try() {
          @Override
          public boolean right() {
            return false;
          }

          @Override
          public boolean rightByNow() {
            throw new IllegalStateException("told to");
          }
        };
    for (int i = 0; i < 5; i++) {
      assertThatThrownBy(() -> guesses.judge(address("10.0.0.1"), "admin", broken))
          .hasMessage("told to");
    }
    assertThat(waitAndGuess("10.0.0.1")).isOne();
  }
}
