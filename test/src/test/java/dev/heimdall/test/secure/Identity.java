package dev.heimdall.test.secure;

import dev.heimdall.test.fixture.TestCertificate;
import java.nio.charset.StandardCharsets;
import java.security.PrivateKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.Base64;

/** A certificate with its private key. */
record Identity(PrivateKey key, X509Certificate certificate) {

  String certificatePem() {
    try {
      return pem("CERTIFICATE", certificate.getEncoded());
    } catch (CertificateEncodingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** PKCS #8, not encrypted. */
  String keyPem() {
    return pem("PRIVATE KEY", key.getEncoded());
  }

  /** As a node is given it. */
  TestCertificate files() {
    return new TestCertificate(certificatePem(), keyPem());
  }

  static String pem(String what, byte[] der) {
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
        .formatted(
            what,
            Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII)).encodeToString(der),
            what);
  }

  @Override
  public String toString() {
    return certificate.getSubjectX500Principal().getName();
  }
}
