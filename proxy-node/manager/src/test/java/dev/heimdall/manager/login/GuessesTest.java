package dev.heimdall.manager.login;

import static org.assertj.core.api.Assertions.assertThat;

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

  private long wrongAndWait(String from) {
    guesses.wrong(address(from));
    Duration wait = guesses.wait(address(from)).orElse(Duration.ZERO);
    pass(wait);
    return wait.toSeconds();
  }

  @Test
  void eachGuessAfterTheFirstFewWaitsTwiceAsLongUpToHalfAMinute() {
    List<Long> waits = new ArrayList<>();
    for (int i = 0; i < 80; i++) {
      waits.add(wrongAndWait("10.0.0.1"));
    }
    assertThat(waits.subList(0, 12))
        .containsExactly(0L, 0L, 0L, 0L, 1L, 2L, 4L, 8L, 16L, 30L, 30L, 30L);
    assertThat(waits.subList(12, 80)).containsOnly(30L);
  }

  @Test
  void theRightOneAndTenMinutesForgetThem() {
    for (int i = 0; i < 8; i++) {
      wrongAndWait("10.0.0.1");
    }
    guesses.right(address("10.0.0.1"));
    assertThat(wrongAndWait("10.0.0.1")).isZero();
    for (int i = 0; i < 8; i++) {
      wrongAndWait("10.0.0.1");
    }
    pass(Duration.ofMinutes(11));
    assertThat(wrongAndWait("10.0.0.1")).isZero();
  }

  @Test
  void addressesOfOneNetworkOfIpv6CountTogetherAndOthersDoNot() {
    for (int i = 0; i < 5; i++) {
      guesses.wrong(address("2001:db8::" + (i + 1)));
    }
    assertThat(guesses.wait(address("2001:db8::99"))).isPresent();
    assertThat(guesses.wait(address("2001:db8:0:1::1"))).isEmpty();
    assertThat(guesses.wait(address("10.0.0.1"))).isEmpty();
  }
}
