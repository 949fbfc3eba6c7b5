package dev.heimdall.engine.auth;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Passwords of MySQL's method caching_sha2_password. What a server keeps is {@code $A$}, three
 * hexadecimal digits of thousands of rounds, {@code $}, twenty characters of salt, and 43 of a hash
 * as crypt(3) makes it with SHA-256. It may also be written as MySQL prints it with {@code
 * print_identified_with_as_hex}: {@code 0x} and hexadecimal digits.
 */
public final class Sha2Password {
  private static final String PREFIX = "$A$";
  private static final String HEX = "0x";
  private static final int SALT = 20;
  private static final int HASH = 43;
  private static final int HEADER = PREFIX.length() + 3 + 1;
  private static final int LENGTH = HEADER + SALT + HASH;

  /** More than MySQL allows would keep a thread busy. */
  private static final int MOST_THOUSANDS = 0xFFF;

  private static final String DIGITS =
      "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

  private Sha2Password() {}

  /**
   * The answer to a challenge; nothing for an empty password.
   *
   * @param challenge 20 bytes
   */
  public static byte[] response(byte[] password, byte[] challenge) {
    if (password.length == 0) {
      return new byte[0];
    }
    MessageDigest digest = sha256();
    byte[] once = digest.digest(password);
    byte[] twice = digest.digest(once);
    digest.update(twice);
    byte[] mask = digest.digest(challenge);
    for (int i = 0; i < mask.length; i++) {
      mask[i] ^= once[i];
    }
    return mask;
  }

  /** True if a client's answer is that of this password, in time that tells nothing of it. */
  public static boolean matches(byte[] password, byte[] challenge, byte[] response) {
    return MessageDigest.isEqual(response(password, challenge), response);
  }

  /** True if the text has the form of what a server keeps. */
  public static boolean isVerifier(String text) {
    String plain = plain(text);
    return plain != null
        && plain.length() == LENGTH
        && plain.startsWith(PREFIX)
        && plain.charAt(HEADER - 1) == '$'
        && plain.chars().allMatch(c -> c < 128)
        && thousands(plain) > 0;
  }

  /**
   * True if the verifier was made of this password. Takes milliseconds: not for an event loop.
   *
   * @param verifier for which {@link #isVerifier} holds
   */
  static boolean verifies(String verifier, String password) {
    String plain = plain(verifier);
    byte[] salt = plain.substring(HEADER, HEADER + SALT).getBytes(StandardCharsets.US_ASCII);
    byte[] kept = plain.substring(HEADER + SALT).getBytes(StandardCharsets.US_ASCII);
    byte[] made =
        crypt(password.getBytes(StandardCharsets.UTF_8), salt, 1000 * thousands(plain))
            .getBytes(StandardCharsets.US_ASCII);
    return MessageDigest.isEqual(kept, made);
  }

  private static String plain(String text) {
    if (!text.startsWith(HEX)) {
      return text;
    }
    try {
      return new String(
          HexFormat.of().parseHex(text.substring(HEX.length())), StandardCharsets.ISO_8859_1);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private static int thousands(String plain) {
    try {
      int thousands = Integer.parseInt(plain.substring(PREFIX.length(), HEADER - 1), 16);
      return thousands > MOST_THOUSANDS ? 0 : thousands;
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  /** The hash of crypt(3) with SHA-256, but with a salt of twenty bytes. */
  static String crypt(byte[] key, byte[] salt, int rounds) {
    MessageDigest digest = sha256();
    digest.update(key);
    digest.update(salt);
    byte[] other = digest.digest(key);
    digest.update(key);
    digest.update(salt);
    digest.update(repeated(other, key.length));
    for (int left = key.length; left > 0; left >>= 1) {
      digest.update((left & 1) == 0 ? key : other);
    }
    byte[] result = digest.digest();
    byte[] keys = sequence(digest, key, key.length, key.length);
    byte[] salts = sequence(digest, salt, 16 + (result[0] & 0xFF), salt.length);
    for (int round = 0; round < rounds; round++) {
      boolean odd = (round & 1) != 0;
      digest.update(odd ? keys : result);
      if (round % 3 != 0) {
        digest.update(salts);
      }
      if (round % 7 != 0) {
        digest.update(keys);
      }
      result = digest.digest(odd ? result : keys);
    }
    return encoded(result);
  }

  /** The digest of so many times the bytes, repeated to this length. */
  private static byte[] sequence(MessageDigest digest, byte[] bytes, int times, int length) {
    for (int i = 0; i < times; i++) {
      digest.update(bytes);
    }
    return repeated(digest.digest(), length);
  }

  private static byte[] repeated(byte[] bytes, int length) {
    ByteArrayOutputStream result = new ByteArrayOutputStream(length + bytes.length);
    while (result.size() < length) {
      result.writeBytes(bytes);
    }
    return Arrays.copyOf(result.toByteArray(), length);
  }

  private static String encoded(byte[] hash) {
    StringBuilder text = new StringBuilder(HASH);
    int[] at = {0, 10, 20};
    for (int group = 0; group < 10; group++) {
      digits(
          text, hash[at[0]] << 16 & 0xFF0000 | hash[at[1]] << 8 & 0xFF00 | hash[at[2]] & 0xFF, 4);
      int last = at[2];
      at[2] = at[1] + 1;
      at[1] = at[0] + 1;
      at[0] = last + 1;
    }
    digits(text, hash[31] << 8 & 0xFF00 | hash[30] & 0xFF, 3);
    return text.toString();
  }

  private static void digits(StringBuilder text, int value, int count) {
    int left = value;
    for (int i = 0; i < count; i++) {
      text.append(DIGITS.charAt(left & 0x3F));
      left >>= 6;
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java has no SHA-256", e);
    }
  }
}
