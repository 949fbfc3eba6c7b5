package dev.heimdall.model.report;

import dev.heimdall.model.Secret;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Signs reports of nodes, and what a manager answers, by a key that both have: HMAC with SHA-256. A
 * report's signature holds for one path, time and nonce; an answer's for one report.
 */
public final class ReportSignature {
  /** The header that says when a report was signed: milliseconds since 1970. */
  public static final String TIME = "X-Heimdall-Time";

  /** The header with what is never used twice: 16 to 64 letters, digits, {@code _} or {@code -}. */
  public static final String NONCE = "X-Heimdall-Nonce";

  /** The header with the signature of a report or an answer, in hexadecimal digits. */
  public static final String SIGNATURE = "X-Heimdall-Signature";

  /** Bytes of a report. */
  public static final int LARGEST_REPORT = 256 << 10;

  private static final String ALGORITHM = "HmacSHA256";

  private static final String REPORT = "heimdall report 1";
  private static final String ANSWER = "heimdall answer 1";

  private final SecretKeySpec key;

  private ReportSignature(String key) {
    this.key = new SecretKeySpec(key.getBytes(StandardCharsets.UTF_8), ALGORITHM);
  }

  /** By each key, one a line, the newest first. */
  public static List<ReportSignature> all(Secret keys) {
    return keys.value()
        .lines()
        .map(String::strip)
        .filter(line -> !line.isEmpty())
        .map(ReportSignature::new)
        .toList();
  }

  /**
   * Of a report.
   *
   * @param time as the header has it
   */
  public String ofReport(String path, String time, String nonce, byte[] body) {
    return of(REPORT + "\nPOST\n" + path + "\n" + time + "\n" + nonce + "\n", body);
  }

  /**
   * Of the answer to a report.
   *
   * @param nonce of the report
   */
  public String ofAnswer(int status, String nonce, byte[] body) {
    return of(ANSWER + "\n" + status + "\n" + nonce + "\n", body);
  }

  private String of(String head, byte[] body) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      mac.update(head.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(mac.doFinal(body));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("each JDK has " + ALGORITHM, e);
    }
  }

  /** True if two signatures are equal; takes as long for any that are not. */
  public static boolean equal(String expected, String signature) {
    return MessageDigest.isEqual(
        expected.getBytes(StandardCharsets.US_ASCII), signature.getBytes(StandardCharsets.UTF_8));
  }
}
