package dev.heimdall.engine.auth;

import java.nio.charset.StandardCharsets;
import java.security.DigestException;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The formulas of RFC 5802 with SHA-256. It keeps its {@link Mac} and {@link MessageDigest}, whose
 * look-up costs more than what they compute, and nothing of what they computed: one object serves
 * all exchanges of a thread, one after the other, and is not thread-safe.
 */
public final class ScramArithmetic {

  static final int KEY_LENGTH = 32;

  private static final int HMAC_BLOCK = 64;
  private static final int INNER_PADDING = 0x36;
  private static final int OUTER_PADDING = 0x5c;
  private static final byte[] FIRST_BLOCK = {0, 0, 0, 1};
  private static final byte[] CLIENT_KEY = "Client Key".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] SERVER_KEY = "Server Key".getBytes(StandardCharsets.US_ASCII);

  private final Mac mac;
  private final MessageDigest sha256;

  public ScramArithmetic() {
    try {
      mac = Mac.getInstance("HmacSHA256");
      sha256 = MessageDigest.getInstance("SHA-256");
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java has no HmacSHA256, which SCRAM needs", e);
    }
  }

  byte[] hash(byte[] data) {
    return sha256.digest(data);
  }

  byte[] hmac(byte[] key, byte[] data) {
    useKey(key);
    return mac.doFinal(data);
  }

  /** Costs about 0.3 microseconds an iteration: milliseconds, for an off-loop thread. */
  ScramKeys derive(byte[] password, byte[] salt, int iterations) {
    byte[] salted = saltedPassword(password, salt, iterations);
    return new ScramKeys(hmac(salted, CLIENT_KEY), hmac(salted, SERVER_KEY));
  }

  /**
   * The function Hi of RFC 5802, PBKDF2. The JDK's own takes characters, refuses an empty password,
   * and hashes both padded keys again in each round, as {@link Mac} does; copies of the digests
   * behind these halve the work.
   */
  private byte[] saltedPassword(byte[] password, byte[] salt, int iterations) {
    byte[] key = password.length > HMAC_BLOCK ? hash(password) : password;
    useKey(key);
    mac.update(salt);
    byte[] round = mac.doFinal(FIRST_BLOCK);
    byte[] sum = round.clone();
    try {
      MessageDigest inner = behindPadded(key, INNER_PADDING);
      MessageDigest outer = behindPadded(key, OUTER_PADDING);
      for (int i = 1; i < iterations; i++) {
        digestBehind(inner, round);
        digestBehind(outer, round);
        for (int j = 0; j < KEY_LENGTH; j++) {
          sum[j] ^= round[j];
        }
      }
    } catch (CloneNotSupportedException | DigestException e) {
      throw new IllegalStateException("this Java's SHA-256 cannot be copied", e);
    }
    return sum;
  }

  private MessageDigest behindPadded(byte[] key, int padding) throws CloneNotSupportedException {
    byte[] block = Arrays.copyOf(key, HMAC_BLOCK);
    for (int i = 0; i < HMAC_BLOCK; i++) {
      block[i] ^= (byte) padding;
    }
    MessageDigest digest = (MessageDigest) sha256.clone();
    digest.update(block);
    return digest;
  }

  /** Replaces {@code data} by the digest of what {@code state} has seen and {@code data}. */
  private static void digestBehind(MessageDigest state, byte[] data)
      throws CloneNotSupportedException, DigestException {
    MessageDigest digest = (MessageDigest) state.clone();
    digest.update(data);
    digest.digest(data, 0, KEY_LENGTH);
  }

  static byte[] xor(byte[] left, byte[] right) {
    byte[] result = left.clone();
    for (int i = 0; i < result.length; i++) {
      result[i] ^= right[i];
    }
    return result;
  }

  private void useKey(byte[] key) {
    try {
      // HMAC pads keys with zeros, so one zero is the empty key that SecretKeySpec refuses to hold.
      mac.init(new SecretKeySpec(key.length == 0 ? new byte[1] : key, "HmacSHA256"));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("HmacSHA256 refused a key", e);
    }
  }
}
