package dev.heimdall.manager.login;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Guesses at accounts, from wherever. */
class AccountGuessesTest {
  private static final int FREE = 20;
  private static final Duration PACE = Duration.ofSeconds(30);

  private final AtomicLong clock = new AtomicLong(-5);
  private final AccountGuesses guesses = new AccountGuesses(Allowance.OF_PASSWORDS);

  private static InetAddress address(String text) {
    try {
      return InetAddress.getByName(text);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private Duration take(String from) {
    return take("alice", Caller.at(address(from)));
  }

  private Duration take(String user, Caller caller) {
    Tried account = Tried.password(user, true);
    long left = guesses.left(account, caller, clock.get());
    if (left == 0) {
      guesses.take(account, caller, clock.get());
    }
    return Duration.ofNanos(left);
  }

  private void right(Caller caller) {
    Tried account = Tried.password("alice", true);
    guesses.giveBack(account, caller);
    guesses.met(account, caller, clock.get());
  }

  private void useUp() {
    for (int i = 0; i < FREE; i++) {
      assertThat(take("10.0.0." + i)).isZero();
    }
  }

  @Test
  void whoOnlyAsksMakesNoNameForgotten() {
    Caller caller = Caller.at(address("10.0.0.1"));
    Tried nobody = Tried.password("nobody", false);
    for (int i = 0; i < FREE; i++) {
      guesses.take(nobody, caller, clock.get());
    }

    for (int i = 0; i < 10_000; i++) {
      guesses.left(Tried.password("name" + i, false), caller, clock.get());
    }

    assertThat(guesses.left(nobody, caller, clock.get())).isEqualTo(PACE.toNanos());
  }

  @Test
  void fromManyAddressesThereAreNotMoreThanFromOne() {
    useUp();

    assertThat(take("10.0.1.1")).isEqualTo(PACE);
    assertThat(take("bob", Caller.at(address("10.0.1.1")))).isZero();
    clock.addAndGet(PACE.toNanos());
    assertThat(take("10.0.1.2")).isZero();
    assertThat(take("10.0.1.3")).isEqualTo(PACE);
  }

  @Test
  void aStrangerKeepsNobodyOutWhoComesFromWhereHeAlwaysComesFrom() {
    assertThat(take("192.0.2.1")).isZero();
    right(Caller.at(address("192.0.2.1")));
    useUp();

    assertThat(take("10.0.1.1")).isPositive();
    assertThat(take("192.0.2.1")).isZero();
    assertThat(take("127.0.0.1")).isZero();
  }

  @Test
  void triesFromAKnownNetworkAreCountedToo() {
    right(Caller.at(address("192.0.2.1")));
    for (int i = 0; i < FREE; i++) {
      assertThat(take("192.0.2.1")).isZero();
    }

    assertThat(take("192.0.2.1")).isPositive();
  }

  @Test
  void aRightOneUsesUpNothing() {
    for (int i = 0; i < 3 * FREE; i++) {
      assertThat(take("192.0.2.1")).isZero();
      right(Caller.at(address("192.0.2.1")));
    }
  }

  @Test
  void aDeviceHasItsOwnWhereverItIs() {
    Caller laptop = new Caller(address("192.0.2.1"), Optional.of("laptop"));
    useUp();

    for (int i = 0; i < FREE; i++) {
      assertThat(take("alice", laptop)).isZero();
    }
    assertThat(take("alice", laptop)).isPositive();
    assertThat(take("alice", new Caller(address("198.51.100.1"), Optional.of("laptop"))))
        .isPositive();
    assertThat(take("alice", new Caller(address("192.0.2.1"), Optional.of("phone")))).isZero();
  }
}
