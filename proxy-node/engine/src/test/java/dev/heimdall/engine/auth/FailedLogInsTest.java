package dev.heimdall.engine.auth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.model.FailedLogInSettings;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** How long log-ins wait after wrong passwords. */
class FailedLogInsTest {
  private static final FailedLogInSettings SETTINGS =
      new FailedLogInSettings(3, Duration.ofSeconds(1));

  private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 1_000_000);
  private final FailedLogIns failed = new FailedLogIns(clock::get);
  private final InetAddress here = address("192.0.2.1");

  private static InetAddress address(String text) {
    try {
      return InetAddress.getByName(text);
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  private long turnMillis(InetAddress from, String user) {
    OptionalLong wait = failed.turn(from, user, SETTINGS);
    return wait.isPresent() ? Duration.ofNanos(wait.getAsLong()).toMillis() : -1;
  }

  private long failMillis(InetAddress from, String user) {
    return failed.failed(from, user, SETTINGS).toMillis();
  }

  private void pass(Duration time) {
    clock.addAndGet(time.toNanos());
  }

  @Test
  void ofALongNameOnlyTheBeginningIsRemembered() {
    String begin = "x".repeat(FailedLogIns.LONGEST_NAME);
    for (int i = 0; i < 10; i++) {
      failMillis(here, begin + i + "x".repeat(9_000));
    }

    assertThat(failed.size()).isEqualTo(1);
    assertThat(turnMillis(here, begin + "another")).isEqualTo(1000);
  }

  @Test
  void delayBeginsAfterTheFreeOnesAndDoublesUpToTheMost() {
    long[] delays = new long[8];
    for (int i = 0; i < delays.length; i++) {
      delays[i] = failMillis(here, "alice");
    }
    assertThat(delays).containsExactly(0, 0, 100, 200, 400, 800, 1000, 1000);
    assertThat(turnMillis(here, "alice")).isEqualTo(1000);
  }

  @Test
  void onlyTheSameUserFromTheSameNetworkWaits() {
    InetAddress there = address("2001:db8::1");
    for (int i = 0; i < 3; i++) {
      failMillis(here, "alice");
      failMillis(there, "bob");
    }
    assertThat(turnMillis(here, "alice")).isEqualTo(100);
    assertThat(turnMillis(here, "bob")).isZero();
    assertThat(turnMillis(address("192.0.2.2"), "alice")).isZero();
    assertThat(turnMillis(address("2001:db8::ffff:2"), "bob")).isEqualTo(100);
    assertThat(turnMillis(address("2001:db8:0:1::1"), "bob")).isZero();
  }

  @Test
  void logInsAtTheSameTimeWaitBehindEachOtherAndNotForLongerThanTheMost() {
    for (int i = 0; i < 5; i++) {
      failMillis(here, "alice");
    }
    assertThat(turnMillis(here, "alice")).isEqualTo(400);
    assertThat(turnMillis(here, "alice")).isEqualTo(800);
    assertThat(turnMillis(here, "alice")).isEqualTo(-1);
    pass(Duration.ofSeconds(2));
    assertThat(turnMillis(here, "alice")).isZero();
  }

  @Test
  void rightPasswordOrTimeEndsIt() {
    for (int i = 0; i < 4; i++) {
      failMillis(here, "alice");
      failMillis(here, "bob");
    }
    failed.succeeded(here, "alice");
    assertThat(turnMillis(here, "alice")).isZero();
    pass(Duration.ofMinutes(11));
    assertThat(failMillis(here, "bob")).isZero();
  }

  @Test
  void tableIsBounded() {
    for (int i = 0; i < 12_000; i++) {
      failMillis(here, "user" + i);
    }
    assertThat(failed.size()).isEqualTo(10_000);
  }

  @Test
  void nothingIsDelayedWhereThatIsOff() {
    FailedLogInSettings off = new FailedLogInSettings(1, Duration.ZERO);
    for (int i = 0; i < 9; i++) {
      assertThat(failed.failed(here, "alice", off)).isZero();
    }
    assertThat(failed.turn(here, "alice", off)).hasValue(0);
  }
}
