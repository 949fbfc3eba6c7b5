package dev.heimdall.engine.toy;

import dev.heimdall.engine.auth.PasswordProof;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * What a client sends with its request: a hash of its password and of the greeting's challenge.
 *
 * @param salt the challenge
 */
record ToyProof(byte[] salt, byte[] response) implements PasswordProof {
  @Override
  public boolean isOf(byte[] password) {
    return MessageDigest.isEqual(response, of(new String(password, StandardCharsets.UTF_8), salt));
  }

  static byte[] of(String password, byte[] salt) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(salt);
      return digest.digest(password.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A password under a key, or what it was before. */
  static byte[] mixed(byte[] password, byte[] key) {
    byte[] mixed = password.clone();
    for (int i = 0; i < mixed.length; i++) {
      mixed[i] ^= key[i % key.length];
    }
    return mixed;
  }
}
