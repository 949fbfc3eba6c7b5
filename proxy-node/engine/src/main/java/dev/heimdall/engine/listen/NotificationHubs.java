package dev.heimdall.engine.listen;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.pool.PoolKey;
import dev.heimdall.engine.pool.VdbPools;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The hubs of one virtual database, one for each pool whose clients listen; thread-safe. */
public final class NotificationHubs {
  private final VdbPools pools;
  private final NotificationFormat format;
  private final Senders senders = new Senders();
  private final Map<PoolKey, SharedHub> hubs = new ConcurrentHashMap<>();

  /**
   * @param users clients that have joined and not left
   */
  private record SharedHub(NotificationHub hub, int users) {}

  public NotificationHubs(VdbPools pools, NotificationFormat format) {
    this.pools = pools;
    this.format = format;
  }

  public NotificationFormat format() {
    return format;
  }

  /** Senders of notifications. */
  public Senders senders() {
    return senders;
  }

  /**
   * The hub that listens for the clients of a pool; it lives on the loop of the client that joins
   * first, until every client that joined has called {@link #leave}.
   */
  NotificationHub join(PoolKey key, LoopContext loop) {
    return hubs.compute(
            key,
            (k, known) ->
                known == null
                    ? new SharedHub(new NotificationHub(pools, format, senders, k, loop), 1)
                    : new SharedHub(known.hub(), known.users() + 1))
        .hub();
  }

  void leave(PoolKey key) {
    hubs.computeIfPresent(
        key,
        (k, known) -> known.users() == 1 ? null : new SharedHub(known.hub(), known.users() - 1));
  }

  /** The server connections of this loop that listen; call on the loop. */
  public Map<PoolKey, ServerConnection> connections(LoopContext loop) {
    Map<PoolKey, ServerConnection> connections = new HashMap<>();
    hubs.forEach(
        (key, shared) -> {
          NotificationHub hub = shared.hub();
          if (hub.loop() == loop && hub.connection() != null) {
            connections.put(key, hub.connection());
          }
        });
    return connections;
  }
}
