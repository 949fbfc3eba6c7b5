package dev.heimdall.engine.auth;

import dev.heimdall.model.FailedLogInSettings;
import dev.heimdall.model.callers.Networks;
import dev.heimdall.routing.bounded.BoundedMap;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Wrong passwords of late, by address and user, and how long the next log-in of the same has to
 * wait before its password is looked at. Whether the user exists makes no difference. Log-ins that
 * wait stand behind each other: many connections at once guess no faster than one. Thread-safe.
 */
public final class FailedLogIns {
  static final int MAX_REMEMBERED = 10_000;

  /** Of a longer name, which a stranger makes up, only the beginning is remembered. */
  static final int LONGEST_NAME = 64;

  private static final long FIRST_DELAY = TimeUnit.MILLISECONDS.toNanos(100);

  /** After so long without a wrong password there has been none. */
  private static final long FORGET = TimeUnit.MINUTES.toNanos(10);

  private final LongSupplier clock;
  private final Map<Key, Entry> entries = BoundedMap.ofLastUsed(MAX_REMEMBERED);

  private record Key(String network, String user) {
    static Key of(InetAddress address, String user) {
      return new Key(
          Networks.key(address),
          user.length() > LONGEST_NAME ? user.substring(0, LONGEST_NAME) : user);
    }
  }

  private static final class Entry {
    int failures;
    long lastFailure;

    /** Earliest time at which the password of the next log-in may be checked. */
    long next;
  }

  /**
   * @param clock as {@link System#nanoTime}
   */
  public FailedLogIns(LongSupplier clock) {
    this.clock = clock;
  }

  /**
   * The turn of a log-in whose password is there.
   *
   * @return how many nanoseconds it waits; empty when so many wait before it that it must not
   */
  public synchronized OptionalLong turn(
      InetAddress address, String user, FailedLogInSettings settings) {
    if (entries.isEmpty()) {
      return OptionalLong.of(0);
    }
    Entry entry = entry(Key.of(address, user));
    long delay = entry == null ? 0 : delay(entry.failures, settings);
    if (delay == 0) {
      return OptionalLong.of(0);
    }
    long now = clock.getAsLong();
    long at = Math.max(entry.next - now, 0);
    if (at > settings.maxDelay().toNanos()) {
      return OptionalLong.empty();
    }
    entry.next = now + at + delay;
    return OptionalLong.of(at);
  }

  /**
   * A password was wrong.
   *
   * @return how long the next log-in will be delayed; zero as long as it is not
   */
  public synchronized Duration failed(
      InetAddress address, String user, FailedLogInSettings settings) {
    Key key = Key.of(address, user);
    Entry entry = entry(key);
    if (entry == null) {
      entry = new Entry();
      entries.put(key, entry);
    }
    long now = clock.getAsLong();
    entry.failures = Math.min(entry.failures + 1, 1_000_000);
    entry.lastFailure = now;
    long delay = delay(entry.failures, settings);
    if (entry.failures == 1 || entry.next - (now + delay) < 0) {
      entry.next = now + delay;
    }
    return Duration.ofNanos(delay);
  }

  /** A password was right. */
  public synchronized void succeeded(InetAddress address, String user) {
    if (!entries.isEmpty()) {
      entries.remove(Key.of(address, user));
    }
  }

  /** Addresses with users of which wrong passwords are remembered. */
  public synchronized int size() {
    return entries.size();
  }

  private Entry entry(Key key) {
    Entry entry = entries.get(key);
    if (entry != null && clock.getAsLong() - entry.lastFailure > FORGET) {
      entries.remove(key);
      return null;
    }
    return entry;
  }

  private static long delay(int failures, FailedLogInSettings settings) {
    int beyond = failures - settings.free();
    if (beyond < 0 || settings.maxDelay().isZero()) {
      return 0;
    }
    return Math.min(FIRST_DELAY << Math.min(beyond, 30), settings.maxDelay().toNanos());
  }
}
