package dev.heimdall.manager.login;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The password as it was read last. It is read again when it is a minute old, so that one that was
 * replaced ends; and when another one is tried, so that a new one counts at once, but not more
 * often than every few seconds. While it cannot be read, the last one goes on.
 */
final class KnownPassword implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger("heimdall.manager");

  static final Duration FRESH = Duration.ofMinutes(1);
  static final Duration PAUSE = Duration.ofSeconds(3);

  private final PasswordSource source;
  private final LongSupplier nanoClock;
  private final ReentrantLock reading = new ReentrantLock();

  /**
   * Known digest of the password, and the time of the last query.
   *
   * @param digest of the password; null: none was read yet
   * @param asked when the source was asked last, whether it answered or not
   */
  private record Known(byte[] digest, long asked) {}

  private volatile Known known;

  KnownPassword(PasswordSource source, LongSupplier nanoClock) {
    this.source = source;
    this.nanoClock = nanoClock;
    known = new Known(null, nanoClock.getAsLong() - FRESH.toNanos());
  }

  /** Reads it if it is old, unless another thread does so just now. */
  void look() {
    if (age() >= FRESH.toNanos() && reading.tryLock()) {
      try {
        read(FRESH);
      } finally {
        reading.unlock();
      }
    }
  }

  /**
   * Looks, and waits for the first reading if that is on its way. Before it no user can be let in,
   * so waiting here delays no other.
   */
  void known() throws PasswordException {
    look();
    if (known.digest() == null) {
      readAgain();
    }
    if (known.digest() == null) {
      throw new PasswordException("the manager's password is not known yet");
    }
  }

  /** A word for the one that was read last. */
  String generation() {
    byte[] digest = known.digest();
    return digest == null ? "none" : HexFormat.of().formatHex(digest);
  }

  /** True if it is this one, as it was read last. */
  boolean is(String candidate) {
    return equal(digest(candidate));
  }

  /** True if it is this one by now; may wait for the source. */
  boolean isByNow(String candidate) {
    if (age() >= PAUSE.toNanos()) {
      readAgain();
    }
    return is(candidate);
  }

  private void readAgain() {
    reading.lock();
    try {
      read(PAUSE);
    } finally {
      reading.unlock();
    }
  }

  private long age() {
    return nanoClock.getAsLong() - known.asked();
  }

  /** In constant time, whatever both are. */
  private boolean equal(byte[] digest) {
    byte[] right = known.digest();
    return right != null && MessageDigest.isEqual(right, digest);
  }

  /** Reads it, unless another thread has done so meanwhile. */
  private void read(Duration due) {
    if (age() < due.toNanos()) {
      return;
    }
    byte[] digest = known.digest();
    try {
      digest = digest(source.read());
    } catch (PasswordException e) {
      LOG.warn(
          "{}{}",
          e.getMessage(),
          digest == null ? " No log-in as admin is possible." : " The one before goes on.");
    }
    known = new Known(digest, nanoClock.getAsLong());
  }

  private static byte[] digest(String password) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(password.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  @Override
  public void close() {
    source.close();
  }
}
