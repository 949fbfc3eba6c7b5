package dev.heimdall.secrets;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** Encryption that notices any change of what was encrypted: AES-256 in GCM. */
final class Seal {
  static final int KEY_BYTES = 32;

  private static final int NONCE_BYTES = 12;
  private static final int TAG_BITS = 128;

  private final SecureRandom random = new SecureRandom();
  private final SecretKey key;

  private Seal(byte[] key) {
    if (key.length != KEY_BYTES) {
      throw new IllegalArgumentException("A key has 32 bytes.");
    }
    this.key = new SecretKeySpec(key, "AES");
  }

  /** With a key of 32 bytes. */
  static Seal with(byte[] key) {
    return new Seal(key);
  }

  /** A key that is unknown. */
  static byte[] newKey() {
    byte[] key = new byte[KEY_BYTES];
    new SecureRandom().nextBytes(key);
    return key;
  }

  /**
   * Encrypts.
   *
   * @param purpose what it is for: it can only be read for the same
   */
  byte[] close(byte[] plain, String purpose) {
    byte[] nonce = new byte[NONCE_BYTES];
    random.nextBytes(nonce);
    try {
      byte[] sealed = cipher(Cipher.ENCRYPT_MODE, nonce, purpose).doFinal(plain);
      return ByteBuffer.allocate(nonce.length + sealed.length).put(nonce).put(sealed).array();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has AES in GCM", e);
    }
  }

  /**
   * Decrypts.
   *
   * @throws AEADBadTagException when it was changed, or sealed with another key or for another
   *     purpose
   */
  byte[] open(byte[] sealed, String purpose) throws AEADBadTagException {
    if (sealed.length < NONCE_BYTES + TAG_BITS / Byte.SIZE) {
      throw new AEADBadTagException("too short");
    }
    byte[] nonce = new byte[NONCE_BYTES];
    ByteBuffer.wrap(sealed).get(nonce);
    try {
      return cipher(Cipher.DECRYPT_MODE, nonce, purpose)
          .doFinal(sealed, NONCE_BYTES, sealed.length - NONCE_BYTES);
    } catch (AEADBadTagException e) {
      throw e;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has AES in GCM", e);
    }
  }

  private Cipher cipher(int mode, byte[] nonce, String purpose) throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
    cipher.updateAAD(purpose.getBytes(StandardCharsets.UTF_8));
    return cipher;
  }
}
