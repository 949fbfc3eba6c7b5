package dev.heimdall.engine.auth;

import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.stream.IntStream;

/**
 * SASLprep (RFC 4013) as PostgreSQL applies it to passwords before SCRAM: a password that the
 * profile forbids is used as it was typed, and what is forbidden is looked for before
 * normalisation, not after. Both matter: a stricter reading derives other keys than the server did.
 */
final class SaslPrep {

  private SaslPrep() {}

  /** The bytes to derive SCRAM keys from. */
  static byte[] prepare(String password) {
    return prepared(password).getBytes(StandardCharsets.UTF_8);
  }

  private static String prepared(String password) {
    if (password.chars().allMatch(c -> c < 0x80)) {
      return password;
    }
    int[] mapped =
        password
            .codePoints()
            .map(c -> StringPrepTables.NON_ASCII_SPACE.contains(c) ? ' ' : c)
            .filter(c -> !StringPrepTables.MAPPED_TO_NOTHING.contains(c))
            .toArray();
    if (mapped.length == 0 || isForbidden(mapped) || breaksBidirectionalRule(mapped)) {
      return password;
    }
    return Normalizer.normalize(new String(mapped, 0, mapped.length), Normalizer.Form.NFKC);
  }

  private static boolean isForbidden(int[] text) {
    return IntStream.of(text)
        .anyMatch(
            c ->
                StringPrepTables.PROHIBITED.contains(c) || StringPrepTables.UNASSIGNED.contains(c));
  }

  /** Text with a right-to-left character must begin and end with one and hold no left-to-right. */
  private static boolean breaksBidirectionalRule(int[] text) {
    if (IntStream.of(text).noneMatch(StringPrepTables.RIGHT_TO_LEFT::contains)) {
      return false;
    }
    return IntStream.of(text).anyMatch(StringPrepTables.LEFT_TO_RIGHT::contains)
        || !StringPrepTables.RIGHT_TO_LEFT.contains(text[0])
        || !StringPrepTables.RIGHT_TO_LEFT.contains(text[text.length - 1]);
  }
}
