package dev.heimdall.engine.auth;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/**
 * Form in which an engine stores a password, other than SCRAM's verifier.
 *
 * @param text as the engine writes it
 */
record StoredHash(String text) {
  static boolean is(String text) {
    return Md5Password.isHash(text) || NativePassword.isHash(text) || Sha2Password.isVerifier(text);
  }

  boolean isMd5() {
    return Md5Password.isHash(text);
  }

  /** True if it was made so that checking a password takes milliseconds. */
  boolean slow() {
    return Sha2Password.isVerifier(text);
  }

  boolean isOf(String user, String password) {
    return slow()
        ? Sha2Password.verifies(text, password)
        : MessageDigest.isEqual(
            text.getBytes(StandardCharsets.US_ASCII),
            (isMd5() ? Md5Password.hash(user, password) : NativePassword.hash(password))
                .getBytes(StandardCharsets.US_ASCII));
  }

  @Override
  public String toString() {
    return "StoredHash[***]";
  }
}
