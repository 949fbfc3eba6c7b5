package dev.heimdall.engine.auth;

/**
 * What a client sends in place of its password, in the way of some protocol: a hash of it and of a
 * challenge, say.
 */
public interface PasswordProof {
  /**
   * Whether it was made with this password. Takes as long whether it was or not.
   *
   * @param password in UTF-8; not kept
   */
  boolean isOf(byte[] password);
}
