package dev.heimdall.engine.auth;

import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;

/**
 * Data that a server stores of a password for SCRAM-SHA-256, in PostgreSQL's spelling: {@code
 * SCRAM-SHA-256$4096:salt$StoredKey:ServerKey}, the last three in base64. It proves a password
 * right or wrong and cannot be used to log in anywhere; it is still never printed.
 */
public final class ScramVerifier {

  /**
   * Iteration count that PostgreSQL stores by default and that we use for passwords configured as
   * such.
   */
  public static final int DEFAULT_ITERATIONS = 4096;

  private static final String SCHEME = "SCRAM-SHA-256";

  private final byte[] salt;
  private final int iterations;
  private final byte[] storedKey;
  private final byte[] serverKey;

  ScramVerifier(byte[] salt, int iterations, byte[] storedKey, byte[] serverKey) {
    if (salt.length < 1 || salt.length > ScramSyntax.MAX_SALT) {
      throw new IllegalArgumentException(
          "a SCRAM salt has 1 to 256 bytes, got " + salt.length + " bytes");
    }
    if (iterations < 1 || iterations > ScramSyntax.MAX_ITERATIONS) {
      throw new IllegalArgumentException(
          "a SCRAM iteration count is 1 to 1000000, got " + iterations);
    }
    this.salt = salt.clone();
    this.iterations = iterations;
    this.storedKey = storedKey.clone();
    this.serverKey = serverKey.clone();
  }

  /**
   * Reads PostgreSQL's spelling.
   *
   * @throws IllegalArgumentException with a message that holds nothing of the text
   */
  public static ScramVerifier parse(String text) {
    String[] parts = text.split("\\$", -1);
    if (parts.length != 3 || !parts[0].equals(SCHEME)) {
      throw invalid("the parts between \"$\" are not three, or the first is not SCRAM-SHA-256");
    }
    String[] setup = parts[1].split(":", -1);
    String[] keys = parts[2].split(":", -1);
    if (setup.length != 2 || keys.length != 2) {
      throw invalid("the second and third part must hold one \":\" each");
    }
    int iterations = ScramSyntax.iterations(setup[0]);
    if (iterations == 0) {
      throw invalid("the iteration count is not a number from 1 to 1000000");
    }
    byte[] salt = ScramSyntax.base64(setup[1]);
    if (salt == null || salt.length == 0 || salt.length > ScramSyntax.MAX_SALT) {
      throw invalid("the salt is not base64 of 1 to 256 bytes");
    }
    return new ScramVerifier(
        salt, iterations, key(keys[0], "StoredKey"), key(keys[1], "ServerKey"));
  }

  /**
   * Derives the verifier of a password; PostgreSQL would store the same. Takes milliseconds: not
   * for an event loop.
   *
   * @param password as the user writes it; SASLprep is applied here
   * @param salt 1 to 256 bytes
   * @param iterations 1 to 1,000,000
   */
  public static ScramVerifier ofPassword(String password, byte[] salt, int iterations) {
    ScramArithmetic arithmetic = new ScramArithmetic();
    return ofKeys(
        arithmetic.derive(SaslPrep.prepare(password), salt, iterations), salt, iterations);
  }

  static ScramVerifier ofKeys(ScramKeys keys, byte[] salt, int iterations) {
    return new ScramVerifier(
        salt, iterations, new ScramArithmetic().hash(keys.clientKey()), keys.serverKey());
  }

  public byte[] salt() {
    return salt.clone();
  }

  public int iterations() {
    return iterations;
  }

  public byte[] storedKey() {
    return storedKey.clone();
  }

  public byte[] serverKey() {
    return serverKey.clone();
  }

  /** True if the keys are those of the password that this verifier was made of. */
  public boolean accepts(ScramKeys keys) {
    byte[] stored = new ScramArithmetic().hash(keys.clientKey());
    return MessageDigest.isEqual(stored, storedKey)
        & MessageDigest.isEqual(keys.serverKey(), serverKey);
  }

  /** PostgreSQL's spelling, what {@link #parse} reads. */
  public String encoded() {
    Base64.Encoder base64 = Base64.getEncoder();
    return SCHEME
        + "$"
        + iterations
        + ":"
        + base64.encodeToString(salt)
        + "$"
        + base64.encodeToString(storedKey)
        + ":"
        + base64.encodeToString(serverKey);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ScramVerifier that
        && iterations == that.iterations
        && Arrays.equals(salt, that.salt)
        && MessageDigest.isEqual(storedKey, that.storedKey)
        && MessageDigest.isEqual(serverKey, that.serverKey);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(serverKey);
  }

  @Override
  public String toString() {
    return SCHEME + "$***";
  }

  private static byte[] key(String base64, String name) {
    byte[] key = ScramSyntax.base64(base64);
    if (key == null || key.length != ScramArithmetic.KEY_LENGTH) {
      throw invalid("the " + name + " is not base64 of 32 bytes");
    }
    return key;
  }

  private static IllegalArgumentException invalid(String why) {
    return new IllegalArgumentException(
        "not a SCRAM verifier: "
            + why
            + "; expected SCRAM-SHA-256$<iterations>:<salt>$<StoredKey>:<ServerKey>");
  }
}
