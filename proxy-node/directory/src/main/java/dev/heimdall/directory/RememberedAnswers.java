package dev.heimdall.directory;

import dev.heimdall.directory.DirectoryAnswer.Accepted;
import dev.heimdall.directory.DirectoryAnswer.Rejected;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Recent answers of a directory: for each user the accepted password, and apart from that rejected
 * passwords, so that guesses displace no correct entry. Passwords are kept as a hash with a salt of
 * each entry and a key of this process. Thread-safe.
 */
final class RememberedAnswers {
  /** Of users, and of rejected passwords. */
  static final int MOST = 10_000;

  private static final String HASH = "HmacSHA256";
  private static final int SALT = 16;

  private final long acceptedFor;
  private final long rejectedFor;
  private final LongSupplier clock;
  private final SecureRandom random = new SecureRandom();
  private final byte[] key = new byte[32];
  private final byte[] rejectedSalt = new byte[SALT];
  private final Map<String, Right> accepted = new Bounded<>();
  private final Map<String, Long> rejected = new Bounded<>();

  private record Right(byte[] salt, byte[] hash, Accepted answer, long until) {}

  private static final class Bounded<V> extends LinkedHashMap<String, V> {
    private static final long serialVersionUID = 1;

    @Override
    protected boolean removeEldestEntry(Map.Entry<String, V> eldest) {
      return size() > MOST;
    }
  }

  /**
   * @param clock nanoseconds from anywhere
   */
  RememberedAnswers(Duration acceptedFor, Duration rejectedFor, LongSupplier clock) {
    this.acceptedFor = acceptedFor.toNanos();
    this.rejectedFor = rejectedFor.toNanos();
    this.clock = clock;
    random.nextBytes(key);
    random.nextBytes(rejectedSalt);
  }

  /** Returns the remembered answer for them, where that is still valid. */
  synchronized Optional<DirectoryAnswer> of(String user, String password) {
    long now = clock.getAsLong();
    Right right = accepted.get(user);
    if (right != null && right.until - now <= 0) {
      accepted.remove(user);
      right = null;
    }
    if (right != null && MessageDigest.isEqual(right.hash, hash(right.salt, user, password))) {
      return Optional.of(right.answer);
    }
    if (rejected.isEmpty()) {
      return Optional.empty();
    }
    String wrong = wrong(user, password);
    Long until = rejected.get(wrong);
    if (until == null) {
      return Optional.empty();
    }
    if (until - now <= 0) {
      rejected.remove(wrong);
      return Optional.empty();
    }
    return Optional.of(new Rejected());
  }

  /** A directory has answered; what was not known is not remembered. */
  synchronized void remember(String user, String password, DirectoryAnswer answer) {
    if (answer instanceof Accepted right) {
      accepted.remove(user);
      rejected.remove(wrong(user, password));
      if (acceptedFor > 0) {
        byte[] salt = new byte[SALT];
        random.nextBytes(salt);
        accepted.put(
            user,
            new Right(salt, hash(salt, user, password), right, clock.getAsLong() + acceptedFor));
      }
    } else if (answer instanceof Rejected) {
      Right right = accepted.get(user);
      if (right != null && MessageDigest.isEqual(right.hash, hash(right.salt, user, password))) {
        accepted.remove(user);
      }
      if (rejectedFor > 0) {
        String wrong = wrong(user, password);
        rejected.remove(wrong);
        rejected.put(wrong, clock.getAsLong() + rejectedFor);
      }
    }
  }

  private String wrong(String user, String password) {
    return Base64.getEncoder().encodeToString(hash(rejectedSalt, user, password));
  }

  private byte[] hash(byte[] salt, String user, String password) {
    try {
      Mac mac = Mac.getInstance(HASH);
      mac.init(new SecretKeySpec(key, HASH));
      mac.update(salt);
      byte[] name = user.getBytes(StandardCharsets.UTF_8);
      mac.update(Integer.toString(name.length).getBytes(StandardCharsets.US_ASCII));
      mac.update((byte) 0);
      mac.update(name);
      return mac.doFinal(password.getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java runtime has " + HASH, e);
    }
  }

  @Override
  public synchronized String toString() {
    return "RememberedAnswers[" + accepted.size() + ", " + rejected.size() + "]";
  }
}
