package dev.heimdall.manager.accounts;

import java.security.SecureRandom;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Codes for a user without his authenticator, such as {@code ABCD-EFGH-IJKL-MNOP}. They are as
 * random as a key, so that a plain hash gives nothing away.
 */
final class RecoveryCodes {
  private static final int COUNT = 10;
  private static final int BYTES = 10;
  private static final String PARTS = "(?<=\\G.{4})(?=.)";

  private RecoveryCodes() {}

  static List<String> make(SecureRandom random) {
    return Stream.generate(
            () -> {
              byte[] bytes = new byte[BYTES];
              random.nextBytes(bytes);
              return Totp.base32(bytes).replaceAll(PARTS, "-");
            })
        .limit(COUNT)
        .toList();
  }

  /** However it was typed. */
  static String hash(String code) {
    return Tokens.hash(code.toUpperCase(Locale.ROOT).replaceAll("[^A-Z2-7]", ""));
  }
}
