package dev.heimdall.manager.login;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class KnownPasswordTest {
  private long now = 5;
  private String kept = "first";
  private int asked;

  private final KnownPassword password =
      new KnownPassword(
          new PasswordSource() {
            @Override
            public String read() throws PasswordException {
              asked++;
              if (kept == null) {
                throw new PasswordException("it is away.");
              }
              return kept;
            }

            @Override
            public void close() {
              // Nothing is open.
            }
          },
          () -> now);

  private boolean is(String candidate) throws PasswordException {
    password.known();
    return password.is(candidate) || password.isByNow(candidate);
  }

  private void pass(Duration time) {
    now += time.toNanos();
  }

  @Test
  void whileItIsRightItIsReadOnceAMinute() throws Exception {
    for (int i = 0; i < 119; i++) {
      assertThat(is("first")).isTrue();
      pass(Duration.ofSeconds(1));
    }
    assertThat(asked).isEqualTo(2);
  }

  @Test
  void aNewOneCountsWhenItIsTriedButWrongOnesAskSeldom() throws Exception {
    assertThat(is("first")).isTrue();
    kept = "second";
    pass(KnownPassword.PAUSE);
    assertThat(is("second")).isTrue();
    assertThat(is("first")).isFalse();
    for (int i = 0; i < 20; i++) {
      assertThat(is("guess")).isFalse();
    }
    assertThat(asked).isEqualTo(2);
  }

  @Test
  void theOldOneEndsWithinAMinuteThoughNobodyTriesTheNew() throws Exception {
    assertThat(is("first")).isTrue();
    kept = "second";
    assertThat(is("first")).isTrue();
    pass(KnownPassword.FRESH);
    assertThat(is("first")).isFalse();
  }

  @Test
  void whileItCannotBeReadTheLastOneGoesOn() throws Exception {
    assertThat(is("first")).isTrue();
    kept = null;
    pass(Duration.ofHours(1));
    assertThat(is("first")).isTrue();
    assertThat(is("other")).isFalse();
  }

  @Test
  void oneThatWasNeverReadLetsNobodyInAndIsReadLater() throws Exception {
    kept = null;
    assertThatThrownBy(() -> is("")).isInstanceOf(PasswordException.class);
    kept = "first";
    pass(KnownPassword.PAUSE);
    assertThat(is("first")).isTrue();
  }
}
