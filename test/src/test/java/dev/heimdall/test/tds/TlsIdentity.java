package dev.heimdall.test.tds;

import dev.heimdall.test.fixture.TestCertificate;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** The JDK's TLS context with a certificate of tests. */
final class TlsIdentity {
  private TlsIdentity() {}

  static SSLContext of(TestCertificate identity) {
    try {
      Certificate certificate =
          CertificateFactory.getInstance("X.509")
              .generateCertificate(
                  new ByteArrayInputStream(
                      identity.certificate().getBytes(StandardCharsets.US_ASCII)));
      byte[] key =
          Base64.getMimeDecoder().decode(identity.key().replaceAll("-----[A-Z ]+-----", ""));
      PrivateKey privateKey =
          KeyFactory.getInstance(certificate.getPublicKey().getAlgorithm())
              .generatePrivate(new PKCS8EncodedKeySpec(key));
      char[] nothing = new char[0];
      KeyStore store = KeyStore.getInstance("JKS");
      store.load(null, nothing);
      store.setKeyEntry("server", privateKey, nothing, new Certificate[] {certificate});
      KeyManagerFactory keys = KeyManagerFactory.getInstance("SunX509");
      keys.init(store, nothing);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keys.getKeyManagers(), null, null);
      return context;
    } catch (GeneralSecurityException | java.io.IOException e) {
      throw new IllegalStateException("no TLS context for tests", e);
    }
  }
}
