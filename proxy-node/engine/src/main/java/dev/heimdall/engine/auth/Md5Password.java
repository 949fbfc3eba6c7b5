package dev.heimdall.engine.auth;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;

/**
 * PostgreSQL's MD5 passwords: for old servers, and for old clients where the configuration asks for
 * it. The hash is as good as the password to its holder.
 */
public final class Md5Password {

  private static final String PREFIX = "md5";
  private static final int LENGTH = 35;
  private static final int SALT_LENGTH = 4;

  private Md5Password() {}

  /** The hash as stored: {@code md5} and 32 hexadecimal digits. */
  public static String hash(String user, String password) {
    return PREFIX + hex(utf8(password), utf8(user));
  }

  /** True if the text has the form of a stored hash. */
  public static boolean isHash(String text) {
    return text.length() == LENGTH
        && text.startsWith(PREFIX)
        && text.substring(PREFIX.length())
            .chars()
            .allMatch(c -> (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'));
  }

  /**
   * The answer to a server's challenge.
   *
   * @param hash what {@link #hash} gives
   * @param salt the 4 bytes of the challenge
   */
  public static String response(String hash, byte[] salt) {
    if (!isHash(hash)) {
      throw new IllegalArgumentException(
          "not a stored MD5 password: expected \"md5\" and 32 lower-case hexadecimal digits");
    }
    if (salt.length != SALT_LENGTH) {
      throw new IllegalArgumentException("an MD5 salt has 4 bytes, got " + salt.length);
    }
    return PREFIX + hex(utf8(hash.substring(PREFIX.length())), salt);
  }

  /**
   * True if a client's answer is right, in time that does not depend on where it differs.
   *
   * @param response the client's answer without the final zero byte
   */
  public static boolean matches(String hash, byte[] salt, byte[] response) {
    return MessageDigest.isEqual(utf8(response(hash, salt)), response);
  }

  private static String hex(byte[] first, byte[] second) {
    try {
      MessageDigest md5 = MessageDigest.getInstance("MD5");
      md5.update(first);
      return HexFormat.of().formatHex(md5.digest(second));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(
          "this Java has no MD5 (FIPS mode?): use scram-sha-256 instead of md5", e);
    }
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
