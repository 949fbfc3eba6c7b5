package dev.heimdall.manager.login;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Wrong passwords from each address: after some, the next try has to wait, twice as long each time
 * up to half a minute. Addresses of IPv6 count by their network, which one machine has to itself.
 */
final class Guesses {
  private static final int FREE = 5;
  private static final long LONGEST_SECONDS = 30;
  private static final Duration FORGOTTEN = Duration.ofMinutes(10);
  private static final int MOST_ADDRESSES = 4096;
  private static final int NETWORK_BYTES = 8;

  private record Wrong(int count, long last, long until) {}

  private final LongSupplier nanoClock;
  private final Map<String, Wrong> addresses =
      new LinkedHashMap<>(16, 0.75f, /* accessOrder= */ true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Wrong> eldest) {
          return size() > MOST_ADDRESSES;
        }
      };

  Guesses(LongSupplier nanoClock) {
    this.nanoClock = nanoClock;
  }

  /** How long this address has to wait before it may try again; empty: it may. */
  synchronized Optional<Duration> wait(InetAddress from) {
    Wrong wrong = addresses.get(key(from));
    long left = wrong == null ? 0 : wrong.until() - nanoClock.getAsLong();
    return left > 0 ? Optional.of(Duration.ofNanos(left)) : Optional.empty();
  }

  synchronized void wrong(InetAddress from) {
    long now = nanoClock.getAsLong();
    Wrong before = addresses.get(key(from));
    int count =
        before == null || now - before.last() > FORGOTTEN.toNanos() ? 1 : before.count() + 1;
    long seconds =
        count < FREE ? 0 : Math.min(LONGEST_SECONDS, 1L << Math.min(count - FREE, Integer.SIZE));
    addresses.put(key(from), new Wrong(count, now, now + Duration.ofSeconds(seconds).toNanos()));
  }

  synchronized void right(InetAddress from) {
    addresses.remove(key(from));
  }

  private static String key(InetAddress from) {
    byte[] bytes = from.getAddress();
    return HexFormat.of()
        .formatHex(from instanceof Inet6Address ? Arrays.copyOf(bytes, NETWORK_BYTES) : bytes);
  }
}
