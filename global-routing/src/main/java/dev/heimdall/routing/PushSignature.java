package dev.heimdall.routing;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Signs what is pushed to nodes: HMAC-SHA256, under a key that both sides have, over time, nonce
 * and body, each of the first two on a line of its own.
 */
public final class PushSignature {
  /** The header that says when it was signed: seconds since 1970. */
  public static final String TIMESTAMP = "X-Heimdall-Timestamp";

  /** The header with what is never used twice: 16 to 64 letters, digits, {@code _} or {@code -}. */
  public static final String NONCE = "X-Heimdall-Nonce";

  /** The header with the signature, in hexadecimal digits. */
  public static final String SIGNATURE = "X-Heimdall-Signature";

  /** Keys are not shorter. */
  public static final int SHORTEST_KEY = 32;

  /** A new key, and the one that it takes the place of. */
  public static final int MOST_KEYS = 2;

  private static final String ALGORITHM = "HmacSHA256";

  private final SecretKeySpec key;

  /**
   * @param key at least {@link #SHORTEST_KEY} characters
   */
  public PushSignature(String key) {
    if (key.length() < SHORTEST_KEY) {
      throw new IllegalArgumentException(
          "a key for pushes needs at least " + SHORTEST_KEY + " characters");
    }
    this.key = new SecretKeySpec(key.getBytes(StandardCharsets.UTF_8), ALGORITHM);
  }

  /**
   * By each key of a text, one a line, the newest first: that one signs, and all are accepted.
   *
   * @throws IllegalArgumentException if these are no keys, or too many; the message shows none
   */
  public static List<PushSignature> all(String keys) {
    List<String> lines = keys.lines().map(String::strip).filter(line -> !line.isEmpty()).toList();
    if (lines.isEmpty() || lines.size() > MOST_KEYS) {
      throw new IllegalArgumentException(
          "one or " + MOST_KEYS + " keys for pushes are needed, one a line, not " + lines.size());
    }
    return lines.stream().map(PushSignature::new).toList();
  }

  /** The signature. */
  public String of(Instant at, String nonce, byte[] body) {
    return of("" + at.getEpochSecond(), nonce, body);
  }

  private String of(String timestamp, String nonce, byte[] body) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      mac.update((timestamp + "\n" + nonce + "\n").getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(mac.doFinal(body));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("each JDK has " + ALGORITHM, e);
    }
  }

  /** True if this is the signature; takes as long for any that is not. */
  public boolean fits(String timestamp, String nonce, byte[] body, String signature) {
    return MessageDigest.isEqual(
        of(timestamp, nonce, body).getBytes(StandardCharsets.US_ASCII),
        signature.getBytes(StandardCharsets.UTF_8));
  }
}
