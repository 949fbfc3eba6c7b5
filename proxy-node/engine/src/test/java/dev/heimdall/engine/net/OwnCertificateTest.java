package dev.heimdall.engine.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heimdall.model.Secret;
import java.io.IOException;
import java.security.cert.X509Certificate;
import java.util.Base64;
import org.junit.jupiter.api.Test;

class OwnCertificateTest {
  private static String pem(String kind, byte[] encoded) {
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
        .formatted(kind, Base64.getMimeEncoder().encodeToString(encoded), kind);
  }

  @Test
  void isSignedByItselfAndStaysTheSame() throws Exception {
    OwnCertificate own = new OwnCertificate();

    X509Certificate certificate = own.identity().chain()[0];

    certificate.checkValidity();
    certificate.verify(certificate.getPublicKey());
    assertThat(certificate.getVersion()).isEqualTo(3);
    assertThat(certificate.getSerialNumber()).isPositive();
    assertThat(certificate.getIssuerX500Principal())
        .isEqualTo(certificate.getSubjectX500Principal());
    assertThat(own.identity().chain()[0]).isSameAs(certificate);
    assertThat(new OwnCertificate().identity().chain()[0]).isNotEqualTo(certificate);
  }

  @Test
  void certificateAndKeyMayBeOneText() throws Exception {
    PemIdentity made = new OwnCertificate().identity();
    String certificate = pem("CERTIFICATE", made.chain()[0].getEncoded());
    String key = pem("PRIVATE KEY", made.key().getEncoded());

    assertThat(PemIdentity.of(new Secret(certificate + key)).chain()).containsExactly(made.chain());
    assertThat(PemIdentity.of(new Secret(key + certificate)).key()).isEqualTo(made.key());
    assertThatThrownBy(() -> PemIdentity.of(new Secret(certificate)))
        .isInstanceOf(IOException.class)
        .hasMessage("tls.certificate: there is no private key in PEM in the text");
    assertThatThrownBy(() -> PemIdentity.of(new Secret(key)))
        .hasMessage(
            "tls.certificate: the text is not a certificate in PEM: No certificate data found");
    String others = pem("PRIVATE KEY", new OwnCertificate().identity().key().getEncoded());
    assertThatThrownBy(() -> PemIdentity.of(new Secret(certificate + others)))
        .hasMessage(
            "tls.certificate: the key in the text does not belong to the first certificate in the"
                + " text");
  }
}
