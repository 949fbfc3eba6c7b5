package dev.heimdall.engine.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Md5PasswordTest {

  private static final byte[] SALT = {1, 2, (byte) 0xfe, (byte) 0xff};

  @Test
  void hashIsThatOfPasswordThenUser() {
    assertThat(Md5Password.hash("shop", "secret")).isEqualTo("md5f433c50293bc7afbe20b67ceb15a1e55");
    assertThat(Md5Password.hash("märz", "pässwörd"))
        .isEqualTo("md5f77d8fbbd3e82e983a7ae5ce35ddbe86");
  }

  @Test
  void responseHashesTheHexDigitsWithTheSalt() {
    String hash = Md5Password.hash("shop", "secret");

    assertThat(Md5Password.response(hash, SALT)).isEqualTo("md5805c0fbf790e8b9eb537a580b088a161");
  }

  @Test
  void onlyTheRightResponseMatches() {
    String hash = Md5Password.hash("shop", "secret");
    byte[] right = Md5Password.response(hash, SALT).getBytes(StandardCharsets.US_ASCII);

    assertThat(Md5Password.matches(hash, SALT, right)).isTrue();
    assertThat(Md5Password.matches(hash, new byte[4], right)).isFalse();
    assertThat(Md5Password.matches(Md5Password.hash("shop", "other"), SALT, right)).isFalse();
    assertThat(Md5Password.matches(hash, SALT, new byte[0])).isFalse();
    for (int i = 0; i < right.length; i++) {
      byte[] wrong = right.clone();
      wrong[i] ^= 1;
      assertThat(Md5Password.matches(hash, SALT, wrong)).isFalse();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "md5",
        "md50123456789abcdef0123456789abcde",
        "md50123456789abcdef0123456789abcdef0",
        "md50123456789ABCDEF0123456789abcdef",
        "md50123456789abcdeg0123456789abcdef",
        "MD50123456789abcdef0123456789abcdef"
      })
  void anythingElseIsNoStoredHash(String text) {
    assertThat(Md5Password.isHash(text)).isFalse();
    assertThatThrownBy(() -> Md5Password.response(text, SALT))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("32 lower-case hexadecimal digits");
  }

  @Test
  void saltOfAnotherLengthIsRefused() {
    assertThatThrownBy(() -> Md5Password.response(Md5Password.hash("a", "b"), new byte[5]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("got 5");
  }
}
