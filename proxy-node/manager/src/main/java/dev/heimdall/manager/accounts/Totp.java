package dev.heimdall.manager.accounts;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.OptionalLong;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Codes of six digits that a secret and the time give (RFC 6238: HMAC-SHA-1, 30 s), as every
 * authenticator has them. One that is a step early or late is taken, as clocks differ.
 */
final class Totp {
  static final int SECRET_BYTES = 20;

  private static final String ALGORITHM = "HmacSHA1";
  private static final int STEP_SECONDS = 30;
  private static final int MODULUS = 1_000_000;
  private static final int OFFSET_MASK = 0xf;
  private static final int SIGN_MASK = 0x7fffffff;
  private static final String BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  private static final int BITS = 5;

  private Totp() {}

  /**
   * The step that a code is of.
   *
   * @param after the step of the last code that was taken: each is good once
   * @return empty: it is of none that may be taken
   */
  static OptionalLong step(byte[] secret, String code, Instant now, long after) {
    long current = now.getEpochSecond() / STEP_SECONDS;
    OptionalLong found = OptionalLong.empty();
    for (long step = current - 1; step <= current + 1; step++) {
      boolean same =
          MessageDigest.isEqual(
              code(secret, step).getBytes(StandardCharsets.UTF_8),
              code.getBytes(StandardCharsets.UTF_8));
      if (same && step > after) {
        found = OptionalLong.of(step);
      }
    }
    return found;
  }

  static String code(byte[] secret, long step) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(secret, ALGORITHM));
      byte[] hash = mac.doFinal(ByteBuffer.allocate(Long.BYTES).putLong(step).array());
      int offset = hash[hash.length - 1] & OFFSET_MASK;
      int number = ByteBuffer.wrap(hash, offset, Integer.BYTES).getInt() & SIGN_MASK;
      return "%06d".formatted(number % MODULUS);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has " + ALGORITHM, e);
    }
  }

  /** As authenticators take secrets, without padding. */
  static String base32(byte[] bytes) {
    StringBuilder text = new StringBuilder();
    int bits = 0;
    int held = 0;
    for (byte next : bytes) {
      bits = bits << Byte.SIZE | next & 0xff;
      held += Byte.SIZE;
      while (held >= BITS) {
        held -= BITS;
        text.append(BASE32.charAt(bits >> held & (1 << BITS) - 1));
      }
      bits &= (1 << held) - 1;
    }
    if (held > 0) {
      text.append(BASE32.charAt(bits << BITS - held & (1 << BITS) - 1));
    }
    return text.toString();
  }

  static byte[] bytes(String base32) {
    ByteBuffer bytes = ByteBuffer.allocate(base32.length() * BITS / Byte.SIZE);
    int bits = 0;
    int held = 0;
    for (char letter : base32.toCharArray()) {
      bits = bits << BITS | BASE32.indexOf(letter);
      held += BITS;
      if (held >= Byte.SIZE) {
        held -= Byte.SIZE;
        bytes.put((byte) (bits >> held));
        bits &= (1 << held) - 1;
      }
    }
    return bytes.array();
  }
}
