package dev.heimdall.manager.accounts;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TotpTest {
  private static final byte[] SECRET = "12345678901234567890".getBytes(StandardCharsets.US_ASCII);

  /** RFC 6238, appendix B, of which the last six digits are shown. */
  @ParameterizedTest
  @CsvSource({
    "59, 287082",
    "1111111109, 081804",
    "1111111111, 050471",
    "1234567890, 005924",
    "2000000000, 279037",
    "20000000000, 353130"
  })
  void codesAreThoseOfTheStandard(long second, String code) {
    assertThat(Totp.code(SECRET, second / 30)).isEqualTo(code);
    assertThat(Totp.step(SECRET, code, Instant.ofEpochSecond(second), 0)).hasValue(second / 30);
  }

  @Test
  void aCodeIsGoodAStepEarlyOrLateAndNotAfterOneThatWasTaken() {
    Instant now = Instant.ofEpochSecond(1_000_000_000);
    long step = now.getEpochSecond() / 30;
    for (long good = step - 1; good <= step + 1; good++) {
      String code = Totp.code(SECRET, good);
      assertThat(Totp.step(SECRET, code, now, 0)).hasValue(good);
      assertThat(Totp.step(SECRET, code, now, good)).isEmpty();
    }
    for (long bad : List.of(step - 2, step + 2)) {
      assertThat(Totp.step(SECRET, Totp.code(SECRET, bad), now, 0)).isEmpty();
    }
    for (String none : List.of("", "1", "12345a", "１２３４５６", "9".repeat(4000))) {
      assertThat(Totp.step(SECRET, none, now, 0)).isEmpty();
    }
  }

  /** RFC 4648, section 10. */
  @ParameterizedTest
  @CsvSource({"f, MY", "fo, MZXQ", "foo, MZXW6", "foob, MZXW6YQ", "fooba, MZXW6YTB"})
  void secretsAreWrittenInBase32(String text, String written) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    assertThat(Totp.base32(bytes)).isEqualTo(written);
    assertThat(Totp.bytes(written)).isEqualTo(bytes);
  }

  @Test
  void recoveryCodesAreTenDifferentOnesHoweverTheyAreTyped() {
    List<String> codes = RecoveryCodes.make(new SecureRandom());
    assertThat(codes).hasSize(10).allMatch(code -> code.matches("([A-Z2-7]{4}-){3}[A-Z2-7]{4}"));
    assertThat(new HashSet<>(codes)).hasSize(10);
    String code = codes.get(0);
    assertThat(RecoveryCodes.hash(code.replace('-', ' ').toLowerCase(Locale.ROOT)))
        .isEqualTo(RecoveryCodes.hash(code))
        .isNotEqualTo(RecoveryCodes.hash(codes.get(1)));
  }
}
