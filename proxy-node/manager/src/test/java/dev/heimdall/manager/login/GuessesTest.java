package dev.heimdall.manager.login;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
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

  private Guesses.Verdict judge(Caller caller, String user, boolean right) {
    return guesses.judge(caller, Tried.password(user, true), new Shown(right));
  }

  private static Caller at(String from) {
    return Caller.at(address(from));
  }

  private static Caller device(String id, String from) {
    return new Caller(address(from), Optional.of(id));
  }

  private Guesses.Verdict wrong(String from) {
    return judge(at(from), "admin", false);
  }

  private void logIn(Caller caller, String user) {
    assertThat(judge(caller, user, true)).isInstanceOf(Guesses.Verdict.Right.class);
    guesses.met(caller, user);
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
    assertThat(judge(at("10.0.0.1"), "admin", true)).isInstanceOf(Guesses.Verdict.Right.class);
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
      assertThat(judge(at("10.0.0.1"), "alice", true)).isInstanceOf(Guesses.Verdict.Right.class);
      assertThat(judge(at("10.0.0.1"), "alice", true)).isInstanceOf(Guesses.Verdict.Right.class);
    }
    assertThat(waits).containsOnly(0L);

    // The pauses were what he has waited for; without them each has its own.
    waits.clear();
    for (int i = 0; i < 3; i++) {
      waits.add(waitAndGuess("10.0.0.1"));
      judge(at("10.0.0.1"), "alice", true);
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
      assertThatThrownBy(() -> guesses.judge(at("10.0.0.1"), Tried.password("admin", true), broken))
          .hasMessage("told to");
    }
    assertThat(waitAndGuess("10.0.0.1")).isOne();
  }

  /** How many of an hour's guesses at the user admin are looked at; one a second from each. */
  /** Of many each tries every ten seconds: that is far more than there are guesses. */
  private int guessesOfAnHour(List<Caller> callers) {
    int every = callers.size() < 100 ? 1 : 10;
    int seen = 0;
    for (int second = 0; second < 3600; second += every) {
      for (Caller caller : callers) {
        seen += judge(caller, "admin", false) instanceof Guesses.Verdict.Wrong ? 1 : 0;
      }
      pass(Duration.ofSeconds(every));
    }
    return seen;
  }

  private static List<Caller> addresses(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> at("10.0.%d.%d".formatted(i / 250, i % 250)))
        .toList();
  }

  @Test
  void anHourGivesNoMoreGuessesAtAnAccountThanAreDocumented() {
    assertThat(guessesOfAnHour(addresses(1))).isBetween(100, 130);
    assertThat(guessesOfAnHour(addresses(1))).isBetween(100, 130);
  }

  @Test
  void fromManyAddressesThereAreNotMore() {
    assertThat(guessesOfAnHour(addresses(1000))).isBetween(120, 140);
    assertThat(guessesOfAnHour(addresses(1000))).isBetween(100, 120);
  }

  @Test
  void norBesideAnOwnerWhoLogsInAgainAndAgain() {
    int seen = 0;
    for (int second = 0; second < 3600; second++) {
      seen += wrong("10.0.0.1") instanceof Guesses.Verdict.Wrong ? 1 : 0;
      if (judge(at("10.0.0.1"), "admin", true) instanceof Guesses.Verdict.Right) {
        guesses.met(at("10.0.0.1"), "admin");
      }
      pass(Duration.ofSeconds(1));
    }
    assertThat(seen).isBetween(100, 141);
  }

  @Test
  void aRightOneIsNotLookedAtWhileTheAccountsTriesAreUsedUp() {
    for (Caller caller : addresses(20)) {
      assertThat(judge(caller, "admin", false)).isInstanceOf(Guesses.Verdict.Wrong.class);
    }
    Guesses.Try known =
        new Guesses.Try() {
          @Override
          public boolean right() {
            throw new AssertionError("it was compared with the one that is known");
          }

          @Override
          public boolean rightByNow() {
            throw new AssertionError("it was looked at");
          }
        };
    assertThat(guesses.judge(at("10.0.9.9"), Tried.password("admin", true), known))
        .isInstanceOf(Guesses.Verdict.Wait.class);
  }

  @Test
  void guessesAtOneAccountKeepNobodyElseBehindTheAddressOut() {
    for (int i = 0; i < 50; i++) {
      wrong("10.0.0.1");
    }
    for (int i = 0; i < 25; i++) {
      assertThat(judge(at("10.0.0.1"), "user" + i, true)).isInstanceOf(Guesses.Verdict.Right.class);
    }
  }

  @Test
  void anAddressHasManyTriesAndThenOneInTwoSeconds() {
    int free = Allowance.OF_ADDRESS.free();
    for (int i = 0; i < free; i++) {
      assertThat(judge(at("10.0.0.1"), "name" + i, false))
          .isInstanceOf(Guesses.Verdict.Wrong.class);
    }
    assertThat(judge(at("10.0.0.1"), "alice", true)).isInstanceOf(Guesses.Verdict.Wait.class);
    assertThat(judge(at("10.0.0.2"), "alice", true)).isInstanceOf(Guesses.Verdict.Right.class);
    pass(Allowance.OF_ADDRESS.pace());
    assertThat(judge(at("10.0.0.1"), "alice", true)).isInstanceOf(Guesses.Verdict.Right.class);
    assertThat(judge(at("10.0.0.1"), "alice", false)).isInstanceOf(Guesses.Verdict.Wrong.class);
    assertThat(judge(at("10.0.0.1"), "alice", true)).isInstanceOf(Guesses.Verdict.Wait.class);
  }

  @Test
  void whoIsKnownThereHasNothingToWaitFor() {
    logIn(at("10.0.0.1"), "alice");
    for (int i = 0; i < 2 * Allowance.OF_ADDRESS.free(); i++) {
      judge(at("10.0.0.1"), "name" + i, false);
    }
    assertThat(judge(at("10.0.0.1"), "bob", true)).isInstanceOf(Guesses.Verdict.Wait.class);
    assertThat(judge(device("laptop", "10.0.0.1"), "bob", true))
        .isInstanceOf(Guesses.Verdict.Right.class);
    assertThat(judge(at("10.0.0.1"), "alice", true)).isInstanceOf(Guesses.Verdict.Right.class);
  }

  @Test
  void nobodyLocksAnOwnerOutOfHisDevice() {
    assertThat(guessesOfAnHour(addresses(1000))).isPositive();
    judge(at("10.9.9.8"), "admin", false);
    assertThat(judge(at("10.9.9.9"), "admin", true)).isInstanceOf(Guesses.Verdict.Wait.class);
    for (Caller caller : addresses(1000)) {
      assertThat(judge(new Caller(caller.from(), Optional.of("laptop")), "admin", true))
          .isInstanceOf(Guesses.Verdict.Right.class);
    }
  }

  @Test
  void aStolenCookieGivesNoMoreGuesses() {
    List<Caller> stolen =
        addresses(50).stream()
            .map(caller -> new Caller(caller.from(), Optional.of("laptop")))
            .toList();
    assertThat(guessesOfAnHour(stolen)).isBetween(100, 140);
    assertThat(judge(device("phone", "10.0.0.1"), "admin", true))
        .isInstanceOf(Guesses.Verdict.Right.class);
  }

  @Test
  void namesThatNobodyHasMakeNoAccountForgotten() {
    for (Caller caller : addresses(20)) {
      judge(caller, "admin", false);
    }
    for (int i = 0; i < 10_000; i++) {
      guesses.judge(
          at("10.%d.%d.%d".formatted(1 + i / 62_500, i / 250 % 250, i % 250)),
          Tried.password("nobody" + i, false),
          new Shown(false));
    }
    assertThat(judge(at("10.0.9.9"), "admin", false)).isInstanceOf(Guesses.Verdict.Wait.class);
  }

  @Test
  void whatWasNotLookedAtIsNotCounted() {
    Guesses.Try busy =
        new Guesses.Try() {
          @Override
          public boolean right() {
            return false;
          }

          @Override
          public boolean rightByNow() {
            return false;
          }

          @Override
          public boolean seen() {
            return false;
          }
        };
    for (int i = 0; i < 2 * Allowance.OF_ADDRESS.free(); i++) {
      assertThat(guesses.judge(at("10.0.0.1"), Tried.password("admin", true), busy))
          .isEqualTo(new Guesses.Verdict.Wait(Duration.ofSeconds(1)));
    }
    assertThat(waitAndGuess("10.0.0.1")).isZero();
  }

  @Test
  void oneFromAProviderDelaysNoOtherOne() {
    for (int i = 0; i < 100; i++) {
      assertThat(guesses.judge(at("10.0.0.1"), Tried.provider(), new Shown(false)))
          .isInstanceOf(Guesses.Verdict.Wrong.class);
    }
    assertThat(guesses.judge(at("10.0.0.1"), Tried.provider(), new Shown(true)))
        .isInstanceOf(Guesses.Verdict.Right.class);
  }
}
