package dev.heimdall.engine.auth;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

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

  /** 16 bytes. */
  byte[] saltOf(String user) {
    return Arrays.copyOf(derive("salt", user), LENGTH);
  }

  /** A verifier that looks like any other and that no password fits. */
  ScramVerifier mockVerifier(String user) {
    return new ScramVerifier(
        saltOf(user),
        ScramVerifier.DEFAULT_ITERATIONS,
        derive("StoredKey", user),
        derive("ServerKey", user));
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
