package dev.heimdall.test.secure;

import dev.heimdall.test.fixture.TestCertificate;
import java.security.PrivateKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;

/** A certificate with its private key. */
record Identity(PrivateKey key, X509Certificate certificate) {

  String certificatePem() {
    try {
      return TestCertificate.pem("CERTIFICATE", certificate.getEncoded());
    } catch (CertificateEncodingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** PKCS #8, not encrypted. */
  String keyPem() {
    return TestCertificate.pem("PRIVATE KEY", key.getEncoded());
  }

  /** As a node is given it. */
  TestCertificate files() {
    return new TestCertificate(certificatePem(), keyPem());
  }

  @Override
  public String toString() {
    return certificate.getSubjectX500Principal().getName();
  }
}
