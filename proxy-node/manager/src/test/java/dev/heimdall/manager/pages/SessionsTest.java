package dev.heimdall.manager.pages;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.manager.accounts.Role;
import dev.heimdall.manager.login.LogIn;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class SessionsTest {
  private static final LogIn.Who ADMIN = new LogIn.Who("admin", Role.ADMIN, false, "first");
  private static final Function<LogIn.Who, Optional<LogIn.Who>> NOW = Optional::of;

  private final AtomicLong clock = new AtomicLong(-5);
  private final Sessions sessions = new Sessions(clock::get);

  private void pass(Duration time) {
    clock.addAndGet(time.toNanos());
  }

  @Test
  void aSessionEndsWhenItIsNotUsedAndAfterItsLongestTime() {
    String idle = sessions.begin(ADMIN);
    String used = sessions.begin(ADMIN);
    Duration step = Sessions.IDLE.minusMinutes(1);
    pass(step);
    assertThat(sessions.find(used, NOW)).isPresent();
    pass(Duration.ofMinutes(1));
    assertThat(sessions.find(idle, NOW)).isEmpty();
    assertThat(sessions.find(used, NOW)).isPresent();
    for (Duration on = Sessions.IDLE; on.plus(step).compareTo(Sessions.LONGEST) < 0; ) {
      on = on.plus(step);
      pass(step);
      assertThat(sessions.find(used, NOW)).as("after " + on).isPresent();
    }
    pass(step);
    assertThat(sessions.find(used, NOW)).isEmpty();
  }

  @Test
  void aSessionEndsWithItsPassword() {
    String token = sessions.begin(ADMIN);
    assertThat(sessions.find(token, NOW)).isPresent();
    assertThat(sessions.find(token, who -> Optional.empty())).isEmpty();
    assertThat(sessions.find(token, NOW)).isEmpty();
  }

  @Test
  void thereAreOnlySoManyAndTheOneThatRestedLongestMakesRoom() {
    String first = sessions.begin(ADMIN);
    String second = sessions.begin(ADMIN);
    assertThat(sessions.find(first, NOW)).isPresent();
    for (int i = 2; i <= Sessions.MOST; i++) {
      sessions.begin(ADMIN);
    }
    assertThat(sessions.find(second, NOW)).isEmpty();
    assertThat(sessions.find(first, NOW)).isPresent();
  }

  @Test
  void nobodyElsesWordIsAToken() {
    assertThat(sessions.begin(ADMIN)).isNotEqualTo(sessions.begin(ADMIN));
    assertThat(sessions.find("", NOW)).isEmpty();
    assertThat(sessions.find("x", NOW)).isEmpty();
  }
}
