package dev.heimdall.secrets.credentials;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;

/**
 * Signs tokens that RDS takes for a password: the URL of a request that is never made, without its
 * scheme, signed with version 4 of AWS's signatures. The SDK does the same, but writes tokens into
 * its log on the way.
 *
 * @param server host and port, as the token's user connects to it
 */
record IamToken(String server, String user, String region) {
  private static final String ALGORITHM = "AWS4-HMAC-SHA256";
  private static final String MINUTES_15 = "900";
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

  String signed(AwsCredentials by, Instant now) {
    String time = TIME.format(now);
    String day = time.substring(0, 8);
    String scope = day + "/" + region + "/rds-db/aws4_request";
    Map<String, String> parameters = new TreeMap<>();
    parameters.put("Action", "connect");
    parameters.put("DBUser", user);
    parameters.put("X-Amz-Algorithm", ALGORITHM);
    parameters.put("X-Amz-Credential", by.accessKeyId() + "/" + scope);
    parameters.put("X-Amz-Date", time);
    parameters.put("X-Amz-Expires", MINUTES_15);
    parameters.put("X-Amz-SignedHeaders", "host");
    if (by instanceof AwsSessionCredentials session) {
      parameters.put("X-Amz-Security-Token", session.sessionToken());
    }
    String query =
        parameters.entrySet().stream()
            .map(each -> each.getKey() + "=" + encoded(each.getValue()))
            .collect(Collectors.joining("&"));
    try {
      String request = "GET\n/\n" + query + "\nhost:" + server + "\n\nhost\n" + hash("");
      String what = String.join("\n", ALGORITHM, time, scope, hash(request));
      byte[] key = bytes("AWS4" + by.secretAccessKey());
      for (String part : new String[] {day, region, "rds-db", "aws4_request", what}) {
        key = hmac(key, part);
      }
      return server + "/?" + query + "&X-Amz-Signature=" + HexFormat.of().formatHex(key);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java has no SHA-256", e);
    }
  }

  private static String encoded(String value) {
    return URLEncoder.encode(value, StandardCharsets.UTF_8)
        .replace("+", "%20")
        .replace("*", "%2A")
        .replace("%7E", "~");
  }

  private static String hash(String text) throws GeneralSecurityException {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes(text)));
  }

  private static byte[] hmac(byte[] key, String text) throws GeneralSecurityException {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(key, "HmacSHA256"));
    return mac.doFinal(bytes(text));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
