package dev.heimdall.test.secure;

import dev.heimdall.test.fixture.TestCertificate;
import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** A certificate authority that lives for one test run. */
final class Authority {
  private static final String ECDSA_WITH_SHA256 = "1.2.840.10045.4.3.2";
  private static final String COMMON_NAME = "2.5.4.3";
  private static final String BASIC_CONSTRAINTS = "2.5.29.19";
  private static final String ALTERNATIVE_NAMES = "2.5.29.17";
  private static final SecureRandom RANDOM = new SecureRandom();

  private final String name;
  private final KeyPair keys = newKeys();
  private final X509Certificate certificate;

  Authority(String name) {
    this.name = name;
    byte[] isAuthority =
        Der.sequence(
            Der.objectId(BASIC_CONSTRAINTS), Der.yes(), Der.octets(Der.sequence(Der.yes())));
    this.certificate = sign(name, keys, isAuthority);
  }

  X509Certificate certificate() {
    return certificate;
  }

  /** What `caFile` and its like want. */
  String pem() {
    return TestCertificate.pem("CERTIFICATE", encoded(certificate));
  }

  /**
   * A certificate and its key.
   *
   * @param commonName of the subject
   * @param hosts names and IP addresses that it is valid for; may be none
   */
  Identity issue(String commonName, String... hosts) {
    KeyPair own = newKeys();
    List<byte[]> names = new ArrayList<>();
    for (String host : hosts) {
      names.add(alternativeName(host));
    }
    X509Certificate issued =
        names.isEmpty()
            ? sign(commonName, own)
            : sign(
                commonName,
                own,
                Der.sequence(
                    Der.objectId(ALTERNATIVE_NAMES),
                    Der.octets(Der.sequence(names.toArray(new byte[0][])))));
    return new Identity(own.getPrivate(), issued);
  }

  private static byte[] alternativeName(String host) {
    try {
      return host.matches("[0-9.]+|.*:.*")
          ? Der.tagged(0x87, InetAddress.getByName(host).getAddress())
          : Der.tagged(0x82, host.getBytes(StandardCharsets.US_ASCII));
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(host, e);
    }
  }

  private X509Certificate sign(String subject, KeyPair own, byte[]... extensions) {
    byte[] algorithm = Der.sequence(Der.objectId(ECDSA_WITH_SHA256));
    Instant now = Instant.now();
    List<byte[]> parts =
        new ArrayList<>(
            List.of(
                Der.tagged(0xa0, Der.integer(BigInteger.TWO)),
                Der.integer(new BigInteger(63, RANDOM).add(BigInteger.ONE)),
                algorithm,
                distinguished(name),
                Der.sequence(
                    Der.time(now.minus(Duration.ofHours(1))),
                    Der.time(now.plus(Duration.ofDays(2)))),
                distinguished(subject),
                own.getPublic().getEncoded()));
    if (extensions.length > 0) {
      parts.add(Der.tagged(0xa3, Der.sequence(extensions)));
    }
    byte[] body = Der.sequence(parts.toArray(new byte[0][]));
    try {
      Signature signature = Signature.getInstance("SHA256withECDSA");
      signature.initSign(keys.getPrivate());
      signature.update(body);
      byte[] whole = Der.sequence(body, algorithm, Der.bits(signature.sign()));
      return (X509Certificate)
          CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(whole));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("cannot make the certificate of " + subject, e);
    }
  }

  private static byte[] distinguished(String commonName) {
    return Der.sequence(Der.set(Der.sequence(Der.objectId(COMMON_NAME), Der.text(commonName))));
  }

  private static KeyPair newKeys() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] encoded(X509Certificate certificate) {
    try {
      return certificate.getEncoded();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
