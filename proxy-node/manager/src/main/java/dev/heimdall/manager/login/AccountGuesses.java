package dev.heimdall.manager.login;

import java.net.InetAddress;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Tries at each account, wherever they come from: after some, one in a while. Networks from which
 * its owner has logged in have tries of their own, and so has this machine: a stranger who uses up
 * the others' keeps nobody out who comes from where he always comes from.
 */
final class AccountGuesses {
  /**
   * How many there are.
   *
   * @param free before any wait
   * @param pace after those, one in this time
   */
  record Allowance(int free, Duration pace) {
    static final Allowance OF_PASSWORDS = new Allowance(20, Duration.ofSeconds(30));

    /** Whoever tries codes has the password; of a million codes three are right at a time. */
    static final Allowance OF_CODES = new Allowance(10, Duration.ofMinutes(5));
  }

  private static final int MOST_ACCOUNTS = 4096;
  private static final int MOST_NETWORKS = 32;
  private static final String ANYWHERE = "";
  private static final String THIS_MACHINE = "loopback";

  private final Allowance allowance;
  private final LongSupplier nanoClock;

  /**
   * By account, and below that by network: until when the tries are used up, if there were none
   * free.
   */
  private final Map<String, Map<String, Long>> accounts = new Newest<>(MOST_ACCOUNTS);

  /** Forgets what was not used for longest. */
  private static final class Newest<V> extends LinkedHashMap<String, V> {
    private static final long serialVersionUID = 1L;

    private final int most;

    Newest(int most) {
      super(16, 0.75f, /* accessOrder= */ true);
      this.most = most;
    }

    @Override
    protected boolean removeEldestEntry(Map.Entry<String, V> eldest) {
      return size() > most;
    }
  }

  AccountGuesses(Allowance allowance, LongSupplier nanoClock) {
    this.allowance = allowance;
    this.nanoClock = nanoClock;
  }

  /** Takes a try; if there is none, how long it is until there is one. */
  synchronized Duration take(String account, InetAddress from) {
    Map<String, Long> networks = networks(account);
    String network = network(networks, from);
    long now = nanoClock.getAsLong();
    long used = Math.max(networks.getOrDefault(network, now) - now, 0);
    long left = used - allowance.pace().toNanos() * (allowance.free() - 1);
    if (left > 0) {
      return Duration.ofNanos(left);
    }
    networks.put(network, now + used + allowance.pace().toNanos());
    return Duration.ZERO;
  }

  /** The try that was taken was a right one, and there is more to show. */
  synchronized void giveBack(String account, InetAddress from) {
    Map<String, Long> networks = networks(account);
    networks.computeIfPresent(
        network(networks, from), (network, used) -> used - allowance.pace().toNanos());
  }

  /** The try that was taken was a right one, and he is in. */
  synchronized void right(String account, InetAddress from) {
    giveBack(account, from);
    met(account, from);
  }

  /** He is in, from this network: it is one of his. */
  synchronized void met(String account, InetAddress from) {
    networks(account).putIfAbsent(own(from), nanoClock.getAsLong());
  }

  private Map<String, Long> networks(String account) {
    return accounts.computeIfAbsent(account, name -> new Newest<>(MOST_NETWORKS));
  }

  private static String network(Map<String, Long> networks, InetAddress from) {
    String own = own(from);
    return own.equals(THIS_MACHINE) || networks.containsKey(own) ? own : ANYWHERE;
  }

  private static String own(InetAddress from) {
    return from.isLoopbackAddress() ? THIS_MACHINE : Guesses.key(from);
  }
}
