package dev.heimdall.manager.accounts;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/**
 * Hashes of passwords: PBKDF2 with HMAC-SHA-256, salted, {@code pbkdf2-sha256$ROUNDS$SALT$HASH}.
 * Each keeps a processor busy for a good part of a second, so there are only so many at a time.
 */
public final class PasswordHash {
  /** Number of rounds that OWASP recommends for this function. */
  public static final int ROUNDS = 600_000;

  private static final String ALGORITHM = "PBKDF2WithHmacSHA256";
  private static final String FORM = "pbkdf2-sha256$%d$%s$%s";
  private static final Pattern WRITTEN =
      Pattern.compile("pbkdf2-sha256\\$([0-9]{1,8})\\$([^$]+)\\$([^$]+)");
  private static final int SALT_BYTES = 16;
  private static final int HASH_BITS = 256;
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final int rounds;
  private final Semaphore turns =
      new Semaphore(Math.max(1, Runtime.getRuntime().availableProcessors() / 4), /* fair= */ true);
  private final SecureRandom random = new SecureRandom();
  private final String nobodys;

  /** Too many are at it. */
  public static final class Busy extends Exception {
    private static final long serialVersionUID = 1L;

    Busy() {
      super("Too many log in at this moment: try again.");
    }
  }

  public PasswordHash() {
    this(ROUNDS);
  }

  /**
   * With less effort, for tests.
   *
   * @param rounds how often the function is applied
   */
  public PasswordHash(int rounds) {
    this.rounds = rounds;
    nobodys =
        FORM.formatted(rounds, base64(bytes(SALT_BYTES)), base64(bytes(HASH_BITS / Byte.SIZE)));
  }

  /** The hash of a password. */
  public String of(String password) throws Busy {
    byte[] salt = bytes(SALT_BYTES);
    return FORM.formatted(rounds, base64(salt), base64(derived(password, salt, rounds)));
  }

  /** True if a password has this hash. */
  public boolean is(String hash, String password) throws Busy {
    Matcher written = WRITTEN.matcher(hash);
    if (!written.matches()) {
      return false;
    }
    byte[] derived =
        derived(
            password,
            Base64.getDecoder().decode(written.group(2)),
            Math.max(1, Integer.parseInt(written.group(1))));
    return MessageDigest.isEqual(derived, Base64.getDecoder().decode(written.group(3)));
  }

  /** Takes as long as {@link #is}, for an account that there is not; false. */
  public boolean isNobodys(String password) throws Busy {
    is(nobodys, password);
    return false;
  }

  private byte[] derived(String password, byte[] salt, int times) throws Busy {
    try {
      if (!turns.tryAcquire(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new Busy();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Busy();
    }
    PBEKeySpec key = new PBEKeySpec(password.toCharArray(), salt, times, HASH_BITS);
    try {
      return SecretKeyFactory.getInstance(ALGORITHM).generateSecret(key).getEncoded();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has " + ALGORITHM, e);
    } finally {
      key.clearPassword();
      turns.release();
    }
  }

  private byte[] bytes(int count) {
    byte[] bytes = new byte[count];
    random.nextBytes(bytes);
    return bytes;
  }

  private static String base64(byte[] bytes) {
    return Base64.getEncoder().withoutPadding().encodeToString(bytes);
  }
}
