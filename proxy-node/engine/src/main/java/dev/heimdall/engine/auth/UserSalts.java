package dev.heimdall.engine.auth;

import dev.heimdall.model.Secret;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/**
 * The salt of each user name that has none of its own, always the same for the same name: a name
 * that exists with a plain password and a name that does not exist look alike. Nodes of one fleet
 * that hold the same secret answer with the same salts.
 */
public final class UserSalts {

  private static final int LENGTH = 16;
  private static final int MIN_SECRET = 16;

  private final byte[] secret;

  /**
   * @param secret at least 16 random bytes, the same over restarts of the node where that is
   *     possible
   */
  public UserSalts(byte[] secret) {
    if (secret.length < MIN_SECRET) {
      throw new IllegalArgumentException(
          "the secret of the salts must have at least 16 bytes, got " + secret.length);
    }
    this.secret = secret.clone();
  }

  /**
   * The secret of a fleet's nodes: made of a key that they have in common, so that salts differ
   * neither between them nor from one start to the next; random where there is no such key.
   */
  public static byte[] secretOf(Optional<Secret> fleetKey, SecureRandom random) {
    if (fleetKey.isPresent()) {
      return new ScramArithmetic()
          .hmac(
              fleetKey.get().value().getBytes(StandardCharsets.UTF_8),
              "salts of user names".getBytes(StandardCharsets.UTF_8));
    }
    byte[] secret = new byte[32];
    random.nextBytes(secret);
    return secret;
  }

  /** 16 bytes. */
  byte[] saltOf(String user) {
    return Arrays.copyOf(derive("salt", user), LENGTH);
  }

  /** A verifier that looks like any other and that no password fits. */
  ScramVerifier mockVerifier(String user, int iterations) {
    return new ScramVerifier(
        saltOf(user), iterations, derive("StoredKey", user), derive("ServerKey", user));
  }

  /** One of two for each name, the same one each time. */
  boolean coin(String user) {
    return (derive("coin", user)[0] & 1) == 0;
  }

  /** A stored MD5 hash of no password that anybody knows. */
  String mockMd5Hash(String user) {
    return "md5" + HexFormat.of().formatHex(derive("md5", user), 0, 16);
  }

  private byte[] derive(String purpose, String user) {
    return new ScramArithmetic()
        .hmac(secret, (purpose + '\0' + user).getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public String toString() {
    return "UserSalts[***]";
  }
}
