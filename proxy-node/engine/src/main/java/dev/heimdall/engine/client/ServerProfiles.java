package dev.heimdall.engine.client;

import dev.heimdall.engine.backend.Variables;
import dev.heimdall.engine.pool.PoolKey;
import dev.heimdall.engine.wire.Greeting;
import dev.heimdall.routing.bounded.BoundedMap;
import java.util.Collections;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Values that servers reported to sessions with the same start-up parameters, in the server's
 * spelling: a client that logs in with these needs no server for its welcome. Thread-safe.
 */
final class ServerProfiles {
  private static final int MAX_PROFILES = 1000;

  private final Map<Key, Greeting> profiles =
      Collections.synchronizedMap(BoundedMap.ofLastUsed(MAX_PROFILES));

  /** Number of their changes. */
  private final AtomicLong changes = new AtomicLong();

  /**
   * Start-up parameters (but application_name, which varies freely) that sessions of a pool ask
   * for.
   *
   * @param revision of what the role's sessions start with
   */
  record Key(PoolKey pool, long revision, Variables variables) {}

  /** Null when no session with this key has come yet. */
  Greeting get(Key key) {
    return profiles.get(key);
  }

  /** Change counter: results of {@link #get} are valid as long as this is the same. */
  long changes() {
    return changes.get();
  }

  void put(Key key, Greeting greeting) {
    profiles.put(key, greeting);
    changes.incrementAndGet();
  }

  /** Drops all that is known of a pool: the next log-in to it asks a server. */
  void forget(PoolKey pool) {
    if (profiles.keySet().removeIf(key -> key.pool().equals(pool))) {
      changes.incrementAndGet();
    }
  }

  void clear() {
    profiles.clear();
    changes.incrementAndGet();
  }
}
