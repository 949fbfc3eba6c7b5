package dev.heimdall.engine.auth;

import java.security.SecureRandom;
import java.util.Base64;

/** Source of SCRAM nonces: printable ASCII without a comma, never the same twice. */
@FunctionalInterface
public interface NonceSource {

  /** The next nonce, 1 to 256 characters. */
  String next();

  /** Nonces of 144 random bits, 24 characters: PostgreSQL's own size. */
  static NonceSource random(SecureRandom random) {
    return () -> {
      byte[] bits = new byte[18];
      random.nextBytes(bits);
      return Base64.getEncoder().encodeToString(bits);
    };
  }
}
