package dev.heimdall.engine.auth;

import java.io.IOException;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.security.spec.PSSParameterSpec;
import java.util.Locale;

/**
 * The channel binding {@code tls-server-end-point} of RFC 5929: a hash of the server's certificate.
 */
public final class TlsServerEndPoint {

  private TlsServerEndPoint() {}

  /**
   * The binding data: the certificate hashed with the hash of its signature, SHA-256 where that is
   * MD5 or SHA-1.
   *
   * @return null when the signature algorithm has no hash of its own (Ed25519, Ed448): nothing is
   *     defined then, and channel binding cannot be offered
   */
  public static byte[] of(X509Certificate certificate) {
    String hash = hashOfSignature(certificate);
    if (hash == null) {
      return null;
    }
    try {
      return MessageDigest.getInstance(hash).digest(certificate.getEncoded());
    } catch (CertificateEncodingException e) {
      throw new IllegalArgumentException("the certificate cannot be encoded", e);
    } catch (GeneralSecurityException e) {
      return null;
    }
  }

  private static String hashOfSignature(X509Certificate certificate) {
    String algorithm = certificate.getSigAlgName().toUpperCase(Locale.ROOT);
    if (algorithm.equals("RSASSA-PSS")) {
      return strengthened(hashOfPss(certificate));
    }
    int with = algorithm.indexOf("WITH");
    return with < 0 ? null : strengthened(algorithm.substring(0, with));
  }

  private static String hashOfPss(X509Certificate certificate) {
    byte[] encoded = certificate.getSigAlgParams();
    if (encoded == null) {
      return "SHA-1"; // the default of the structure
    }
    try {
      AlgorithmParameters parameters = AlgorithmParameters.getInstance("RSASSA-PSS");
      parameters.init(encoded);
      return parameters.getParameterSpec(PSSParameterSpec.class).getDigestAlgorithm();
    } catch (GeneralSecurityException | IOException e) {
      return "";
    }
  }

  private static String strengthened(String hash) {
    switch (hash.toUpperCase(Locale.ROOT).replace("-", "").replace("/", "")) {
      case "MD5":
      case "SHA1":
      case "SHA256":
        return "SHA-256";
      case "SHA224":
        return "SHA-224";
      case "SHA384":
        return "SHA-384";
      case "SHA512":
        return "SHA-512";
      case "SHA3256":
        return "SHA3-256";
      case "SHA3384":
        return "SHA3-384";
      case "SHA3512":
        return "SHA3-512";
      default:
        return null;
    }
  }
}
