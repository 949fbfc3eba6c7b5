package dev.heimdall.manager.sessions;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** Texts that strangers carry, and can neither read nor change: AES-GCM, with a key of 256 bits. */
final class Seal {
  static final int KEY_BYTES = 32;

  private static final String ALGORITHM = "AES/GCM/NoPadding";
  private static final int NONCE_BYTES = 12;
  private static final int TAG_BITS = 128;
  private static final SecureRandom RANDOM = new SecureRandom();

  private Seal() {}

  /**
   * Seals a text.
   *
   * @param purpose what it is for: it is opened for nothing else
   */
  static String of(byte[] key, String purpose, String text) {
    byte[] nonce = random(NONCE_BYTES);
    try {
      byte[] sealed =
          cipher(Cipher.ENCRYPT_MODE, key, nonce, purpose)
              .doFinal(text.getBytes(StandardCharsets.UTF_8));
      return Base64.getUrlEncoder()
          .withoutPadding()
          .encodeToString(
              ByteBuffer.allocate(nonce.length + sealed.length).put(nonce).put(sealed).array());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has " + ALGORITHM, e);
    }
  }

  /**
   * Opens a sealed text; empty if it was sealed with another key or for another purpose, or was
   * changed.
   */
  static Optional<String> open(byte[] key, String purpose, String sealed) {
    try {
      byte[] bytes = Base64.getUrlDecoder().decode(sealed);
      if (bytes.length <= NONCE_BYTES) {
        return Optional.empty();
      }
      byte[] nonce = new byte[NONCE_BYTES];
      ByteBuffer.wrap(bytes).get(nonce);
      byte[] text =
          cipher(Cipher.DECRYPT_MODE, key, nonce, purpose)
              .doFinal(bytes, NONCE_BYTES, bytes.length - NONCE_BYTES);
      return Optional.of(new String(text, StandardCharsets.UTF_8));
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  static byte[] random(int count) {
    byte[] bytes = new byte[count];
    RANDOM.nextBytes(bytes);
    return bytes;
  }

  private static Cipher cipher(int mode, byte[] key, byte[] nonce, String purpose)
      throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance(ALGORITHM);
    cipher.init(mode, new SecretKeySpec(key, "AES"), new GCMParameterSpec(TAG_BITS, nonce));
    cipher.updateAAD(purpose.getBytes(StandardCharsets.UTF_8));
    return cipher;
  }
}
