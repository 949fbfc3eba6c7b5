package dev.heimdall.engine.auth;

import dev.heimdall.routing.bounded.BoundedMap;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.Map;

/**
 * Keys that were derived from passwords, so that the milliseconds of PBKDF2 are spent once for a
 * password, salt and iteration count and not once a connection. Least recently used entries go
 * first. Holds keys, never passwords; thread-safe.
 */
public final class ScramKeyCache {

  private final byte[] identitySecret = new byte[32];
  private final Map<Key, Derived> entries;

  /**
   * @param capacity how many derived keys to keep, at least 1; about 300 bytes each
   */
  public ScramKeyCache(int capacity) {
    if (capacity < 1) {
      throw new IllegalArgumentException(
          "the capacity of the SCRAM key cache must be at least 1, got " + capacity);
    }
    new SecureRandom().nextBytes(identitySecret);
    entries = BoundedMap.ofLastUsed(capacity);
  }

  /** The keys, derived now if they are not known; one thread derives, others wait for it. */
  ScramKeys keys(byte[] password, byte[] salt, int iterations) {
    Derived entry;
    Key key = key(password, salt, iterations);
    synchronized (entries) {
      entry = entries.computeIfAbsent(key, absent -> new Derived());
    }
    return entry.deriveOnce(password, salt, iterations);
  }

  /** The keys if they are known, else null; never derives, never waits. */
  ScramKeys known(byte[] password, byte[] salt, int iterations) {
    Key key = key(password, salt, iterations);
    synchronized (entries) {
      Derived entry = entries.get(key);
      return entry == null ? null : entry.keys;
    }
  }

  /** Keeps keys that were derived elsewhere. */
  void remember(byte[] password, byte[] salt, int iterations, ScramKeys keys) {
    Derived entry = new Derived();
    entry.keys = keys;
    Key key = key(password, salt, iterations);
    synchronized (entries) {
      entries.put(key, entry);
    }
  }

  int size() {
    synchronized (entries) {
      return entries.size();
    }
  }

  @Override
  public String toString() {
    return "ScramKeyCache[" + size() + " entries]";
  }

  private Key key(byte[] password, byte[] salt, int iterations) {
    byte[] identity = new ScramArithmetic().hmac(identitySecret, password);
    return new Key(ByteBuffer.wrap(identity), ByteBuffer.wrap(salt.clone()), iterations);
  }

  private record Key(ByteBuffer password, ByteBuffer salt, int iterations) {}

  private static final class Derived {
    private volatile ScramKeys keys;

    synchronized ScramKeys deriveOnce(byte[] password, byte[] salt, int iterations) {
      if (keys == null) {
        keys = new ScramArithmetic().derive(password, salt, iterations);
      }
      return keys;
    }
  }
}
