package dev.heimdall.engine.client;

import java.util.HashMap;
import java.util.Map;

/**
 * Application names whose clients have server connections of their own, at one virtual database of
 * an engine whose servers learn the name at log-in alone. Bounded, as each name makes a pool: a
 * name keeps its slot until another one needs it and the last log-in by it is long ago.
 * Thread-safe.
 */
final class ApplicationNames {
  private final Map<String, Long> lastLogIns = new HashMap<>();

  /**
   * Takes a slot for the name of a client that logs in.
   *
   * @param most slots that there are
   * @param idleNanos age of the last log-in from which on a name's slot may be given to another
   * @return false where all slots are other names'
   */
  synchronized boolean take(String name, int most, long idleNanos, long now) {
    while (lastLogIns.size() > most) {
      lastLogIns.remove(oldest());
    }
    if (!lastLogIns.containsKey(name) && lastLogIns.size() == most) {
      String oldest = oldest();
      if (oldest == null || now - lastLogIns.get(oldest) < idleNanos) {
        return false;
      }
      lastLogIns.remove(oldest);
    }
    lastLogIns.put(name, now);
    return true;
  }

  /** Name with the earliest last log-in; null where there is none. */
  private String oldest() {
    String oldest = null;
    for (Map.Entry<String, Long> entry : lastLogIns.entrySet()) {
      if (oldest == null || entry.getValue() - lastLogIns.get(oldest) < 0) {
        oldest = entry.getKey();
      }
    }
    return oldest;
  }
}
