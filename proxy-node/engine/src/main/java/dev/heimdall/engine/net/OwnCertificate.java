package dev.heimdall.engine.net;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/**
 * The certificate of a node whose user has none: signed by itself, made when it is first needed,
 * and the same for all virtual databases and reloads until the node stops. It keeps eavesdroppers
 * out, as SQL Server's own does, and proves to clients nothing of the node: no authority is behind
 * it.
 */
public final class OwnCertificate {
  private static final String NAME = "Heimdall_Self_Signed";
  private static final int YEARS = 10;
  private static final int INTEGER = 0x02;
  private static final int BIT_STRING = 0x03;
  private static final int UTF8_STRING = 0x0c;
  private static final int OCTET_STRING = 0x04;
  private static final int UTC_TIME = 0x17;
  private static final int GENERALIZED_TIME = 0x18;
  private static final int FIRST_GENERALIZED_YEAR = 2050;
  private static final int SEQUENCE = 0x30;
  private static final int SET = 0x31;
  private static final int DNS_NAME = 0x82;
  private static final int EXTENSIONS = 0xa3;

  /** Version 3, which some TLS libraries of clients insist on. */
  private static final byte[] VERSION = {(byte) 0xa0, 3, INTEGER, 1, 2};

  /** The subject alternative name's object identifier, 2.5.29.17, with tag and length. */
  private static final byte[] ALTERNATIVE_NAME = {0x06, 3, 0x55, 0x1d, 0x11};

  /** The common name's object identifier, 2.5.4.3, with tag and length. */
  private static final byte[] COMMON_NAME = {0x06, 3, 0x55, 4, 3};

  /** That of ecdsa-with-SHA256, 1.2.840.10045.4.3.2. */
  private static final byte[] ECDSA = {
    0x06, 8, 0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 4, 3, 2
  };

  private PemIdentity identity;

  /** Returns the certificate with its key. */
  synchronized PemIdentity identity() throws IOException {
    if (identity == null) {
      try {
        identity = make();
      } catch (GeneralSecurityException e) {
        throw new IOException("tls.selfSigned: no certificate could be made: " + e, e);
      }
    }
    return identity;
  }

  private static PemIdentity make() throws GeneralSecurityException {
    SecureRandom random = new SecureRandom();
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"), random);
    KeyPair pair = generator.generateKeyPair();
    OffsetDateTime now = OffsetDateTime.now(ZoneOffset.UTC);
    byte[] algorithm = der(SEQUENCE, ECDSA);
    byte[] name =
        der(
            SEQUENCE,
            der(
                SET,
                der(
                    SEQUENCE,
                    COMMON_NAME,
                    der(UTF8_STRING, NAME.getBytes(StandardCharsets.US_ASCII)))));
    byte[] content =
        der(
            SEQUENCE,
            VERSION,
            der(INTEGER, new BigInteger(Long.SIZE, random).add(BigInteger.ONE).toByteArray()),
            algorithm,
            name,
            der(
                SEQUENCE,
                // Clocks of clients may be behind.
                time(now.minusDays(1)),
                time(now.plusYears(YEARS))),
            name,
            pair.getPublic().getEncoded(),
            der(EXTENSIONS, der(SEQUENCE, alternativeName())));
    Signature signature = Signature.getInstance("SHA256withECDSA");
    signature.initSign(pair.getPrivate(), random);
    signature.update(content);
    byte[] whole =
        der(SEQUENCE, content, algorithm, der(BIT_STRING, new byte[] {0}, signature.sign()));
    X509Certificate certificate =
        (X509Certificate)
            CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(whole));
    return new PemIdentity(pair.getPrivate(), certificate);
  }

  private static byte[] alternativeName() {
    byte[] dns = der(DNS_NAME, "heimdall.invalid".getBytes(StandardCharsets.US_ASCII));
    return der(SEQUENCE, ALTERNATIVE_NAME, der(OCTET_STRING, der(SEQUENCE, dns)));
  }

  private static byte[] time(OffsetDateTime moment) {
    boolean isLate = moment.getYear() >= FIRST_GENERALIZED_YEAR;
    String pattern = (isLate ? "yyyy" : "yy") + "MMddHHmmss'Z'";
    return der(
        isLate ? GENERALIZED_TIME : UTC_TIME,
        DateTimeFormatter.ofPattern(pattern).format(moment).getBytes(StandardCharsets.US_ASCII));
  }

  /** Returns one element of DER around these. */
  private static byte[] der(int tag, byte[]... parts) {
    int length = 0;
    for (byte[] part : parts) {
      length += part.length;
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(tag);
    if (length < 0x80) {
      out.write(length);
    } else if (length < 0x100) {
      out.write(0x81);
      out.write(length);
    } else {
      out.write(0x82);
      out.write(length >> 8);
      out.write(length);
    }
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }
}
