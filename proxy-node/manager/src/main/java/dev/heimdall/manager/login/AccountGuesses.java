package dev.heimdall.manager.login;

import dev.heimdall.model.callers.Networks;
import dev.heimdall.routing.bounded.BoundedMap;
import java.net.InetAddress;
import java.util.Map;

/**
 * Wrong tries at each account, wherever they come from: after some, one in a while. Devices and
 * networks from which its owner has logged in have tries of their own, and so has this machine: a
 * stranger who uses up the others' keeps no user out who comes from his usual address.
 */
final class AccountGuesses {
  private static final int MOST_ACCOUNTS = 4096;
  private static final int MOST_OWN = 64;
  private static final String ANYWHERE = "";
  private static final String THIS_MACHINE = "loopback";
  private static final String DEVICE = "device ";

  private final Allowance allowance;

  /** Used-up tries by account, and below that by origin. */
  private final Map<String, Map<String, Long>> accounts = BoundedMap.ofLastUsed(MOST_ACCOUNTS);

  /**
   * Used-up tries for names that no account has: however many are tried, they make no account
   * forgotten.
   */
  private final Map<String, Map<String, Long>> strangers = BoundedMap.ofLastUsed(MOST_ACCOUNTS);

  AccountGuesses(Allowance allowance) {
    this.allowance = allowance;
  }

  /** Returns the time until a try is allowed, in nanoseconds. */
  long left(Tried account, Caller caller, long now) {
    Map<String, Long> places = known(account);
    return allowance.left(places.getOrDefault(place(places, caller), now), now);
  }

  void take(Tried account, Caller caller, long now) {
    places(account).compute(place(places(account), caller), (place, used) -> taken(used, now));
  }

  private long taken(Long used, long now) {
    return allowance.taken(used == null ? now : used, now);
  }

  /** The try that was taken was a right one, or was not looked at. */
  void giveBack(Tried account, Caller caller) {
    Map<String, Long> places = known(account);
    if (!places.isEmpty()) {
      places.computeIfPresent(place(places, caller), (place, used) -> allowance.givenBack(used));
    }
  }

  /** Its owner is in: where he comes from is one of his. */
  void met(Tried account, Caller caller, long now) {
    Map<String, Long> places = places(account);
    places.putIfAbsent(network(caller.from()), now);
    caller.device().ifPresent(device -> places.putIfAbsent(DEVICE + device, now));
  }

  /** Returns the known tries of an account; a mere query makes no other account forgotten. */
  private Map<String, Long> known(Tried account) {
    return (account.exists() ? accounts : strangers).getOrDefault(account.name(), Map.of());
  }

  private Map<String, Long> places(Tried account) {
    return (account.exists() ? accounts : strangers)
        .computeIfAbsent(account.name(), name -> BoundedMap.ofLastUsed(MOST_OWN));
  }

  private static String place(Map<String, Long> places, Caller caller) {
    if (caller.device().isPresent()) {
      return DEVICE + caller.device().get();
    }
    String network = network(caller.from());
    return network.equals(THIS_MACHINE) || places.containsKey(network) ? network : ANYWHERE;
  }

  private static String network(InetAddress from) {
    return from.isLoopbackAddress() ? THIS_MACHINE : Networks.key(from);
  }
}
