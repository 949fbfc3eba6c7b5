package dev.heimdall.model.tls;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;

/** Private keys and the certificates that they are for. */
public final class KeyPairs {
  private KeyPairs() {}

  /** True if they are a pair: a TLS library may find out only when the first client comes. */
  public static boolean belong(PrivateKey key, PublicKey certified) {
    String method =
        switch (key.getAlgorithm()) {
          case "RSA" -> "SHA256withRSA";
          case "EC" -> "SHA256withECDSA";
          default -> key.getAlgorithm();
        };
    try {
      byte[] probe = "do they belong together?".getBytes(StandardCharsets.US_ASCII);
      Signature signature = Signature.getInstance(method);
      signature.initSign(key);
      signature.update(probe);
      byte[] signed = signature.sign();
      signature.initVerify(certified);
      signature.update(probe);
      return signature.verify(signed);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }
}
