package dev.heimdall.engine.dialect.mysql.login;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.Base64;
import javax.crypto.Cipher;

/**
 * The key under which clients send their passwords where they have no TLS. It is made when the
 * first of them asks for it, which takes a while: not for an event loop. Thread-safe.
 */
final class RsaKey {
  private static final int BITS = 2048;

  /** Bytes of what is encrypted with it. */
  static final int ENCRYPTED = BITS / 8;

  private KeyPair pair;

  private synchronized KeyPair pair() {
    if (pair == null) {
      try {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(BITS);
        pair = generator.generateKeyPair();
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException("this Java makes no RSA keys", e);
      }
    }
    return pair;
  }

  /** The public part, in PEM. */
  byte[] pem() {
    String lines =
        Base64.getMimeEncoder(64, new byte[] {'\n'})
            .encodeToString(pair().getPublic().getEncoded());
    return ("-----BEGIN PUBLIC KEY-----\n" + lines + "\n-----END PUBLIC KEY-----\n")
        .getBytes(StandardCharsets.US_ASCII);
  }

  /**
   * The password with its zero byte.
   *
   * @param challenge by which it was mixed before
   * @return null for what was not encrypted with this key
   */
  byte[] password(byte[] encrypted, byte[] challenge) {
    try {
      Cipher cipher = Cipher.getInstance("RSA/ECB/OAEPWithSHA-1AndMGF1Padding");
      cipher.init(Cipher.DECRYPT_MODE, pair().getPrivate());
      byte[] password = cipher.doFinal(encrypted);
      for (int i = 0; i < password.length; i++) {
        password[i] ^= challenge[i % challenge.length];
      }
      return password;
    } catch (GeneralSecurityException e) {
      return null;
    }
  }
}
