package dev.heimdall.engine.auth;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;

/**
 * Passwords of MySQL's and MariaDB's method mysql_native_password. What a server keeps is {@code *}
 * and the hexadecimal digits of SHA-1 of SHA-1 of the password.
 */
public final class NativePassword {
  private static final String PREFIX = "*";
  private static final int DIGITS = 40;

  private NativePassword() {}

  /** The hash as servers keep it. */
  public static String hash(String password) {
    return PREFIX
        + HexFormat.of()
            .withUpperCase()
            .formatHex(sha1(sha1(password.getBytes(StandardCharsets.UTF_8))));
  }

  /** True if the text has the form of a stored hash. */
  public static boolean isHash(String text) {
    return text.length() == PREFIX.length() + DIGITS
        && text.startsWith(PREFIX)
        && text.substring(PREFIX.length())
            .chars()
            .allMatch(c -> (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F'));
  }

  /**
   * The answer to a challenge; nothing for an empty password.
   *
   * @param challenge 20 bytes
   */
  public static byte[] response(byte[] password, byte[] challenge) {
    if (password.length == 0) {
      return new byte[0];
    }
    return responseOfKey(sha1(password), challenge);
  }

  /**
   * Returns the answer to a challenge by a key that a client has proved, see {@link #key}.
   *
   * @param challenge 20 bytes
   */
  static byte[] responseOfKey(byte[] key, byte[] challenge) {
    return xor(key, sha1(challenge, sha1(key)));
  }

  /** True if a client's answer is that of this password, in time that tells nothing of it. */
  public static boolean matches(byte[] password, byte[] challenge, byte[] response) {
    return MessageDigest.isEqual(response(password, challenge), response);
  }

  /**
   * True if a client's answer fits the hash that a server stores of the password.
   *
   * @param hash what {@link #hash} gives
   */
  public static boolean matchesHash(String hash, byte[] challenge, byte[] response) {
    return key(hash, challenge, response) != null;
  }

  /**
   * Returns the key that a right answer reveals to a holder of the hash: SHA-1 of the password,
   * enough to answer any server that keeps the same hash.
   *
   * @param hash what {@link #hash} gives
   * @return null for a wrong answer
   */
  public static byte[] key(String hash, byte[] challenge, byte[] response) {
    byte[] twice = HexFormat.of().parseHex(hash.substring(PREFIX.length()));
    if (response.length != twice.length) {
      return null;
    }
    byte[] once = xor(response, sha1(challenge, twice));
    return MessageDigest.isEqual(sha1(once), twice) ? once : null;
  }

  private static byte[] xor(byte[] one, byte[] other) {
    byte[] result = one.clone();
    for (int i = 0; i < result.length; i++) {
      result[i] ^= other[i];
    }
    return result;
  }

  private static byte[] sha1(byte[]... parts) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-1");
      for (byte[] part : parts) {
        digest.update(part);
      }
      return digest.digest();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java has no SHA-1", e);
    }
  }
}
