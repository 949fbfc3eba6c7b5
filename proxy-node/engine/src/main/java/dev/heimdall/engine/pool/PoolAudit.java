package dev.heimdall.engine.pool;

import dev.heimdall.engine.backend.ServerConnection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Looks once a second whether each connection of a pool on one loop is where the pool can get it
 * again, and whether the pool's figures agree. What stays wrong for longer than work explains is
 * reported, and a connection that the pool would not get back is closed.
 */
final class PoolAudit {
  private static final long EVERY_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final LoopPool pool;
  private final SharedPool shared;
  private final PoolSuspicions<ServerConnection> connections = new PoolSuspicions<>();
  private final PoolSuspicions<PoolAnomaly> figures = new PoolSuspicions<>();
  private long last;

  PoolAudit(LoopPool pool, SharedPool shared) {
    this.pool = pool;
    this.shared = shared;
    this.last = pool.context().now();
  }

  /** Called about ten times a second. */
  void look(long now) {
    if (now - last < EVERY_NANOS) {
      return;
    }
    last = now;
    Map<ServerConnection, PoolAnomaly> found = new HashMap<>(0);
    for (ServerConnection connection : pool.view().connections()) {
      PoolAnomaly anomaly = anomaly(connection);
      if (anomaly != null) {
        found.put(connection, anomaly);
      }
    }
    connections
        .lasting(found, ServerConnection::lastUsed, now)
        .forEach(
            (connection, anomaly) -> {
              report(anomaly, "server connection " + connection.id());
              connection.close(anomaly.words());
            });
    lookAtFigures(now);
  }

  private PoolAnomaly anomaly(ServerConnection connection) {
    if (connection.closed()) {
      return null; // its end is on its way to the pool
    }
    return switch (pool.view().stateOf(connection)) {
      case "active" -> ofLease(connection);
      case "idle" -> pool.view().isIdle(connection) ? null : PoolAnomaly.NOT_HELD;
      default -> null;
    };
  }

  private static PoolAnomaly ofLease(ServerConnection connection) {
    if (connection.holder() == null) {
      return connection.quiet() ? PoolAnomaly.NO_HOLDER : null;
    }
    return switch (connection.holder().use(connection)) {
      case WORKING -> null;
      case LEAVING -> PoolAnomaly.CLIENT_GONE;
      case NONE -> PoolAnomaly.LEASE_IDLE;
    };
  }

  private void lookAtFigures(long now) {
    Map<PoolAnomaly, PoolAnomaly> found = new HashMap<>(0);
    int missing = shared.limit().used() - shared.shares().counted() - shared.moving();
    if (shared.shares().isFirst(pool) && missing != 0) {
      found.put(PoolAnomaly.COUNT, PoolAnomaly.COUNT);
    }
    boolean waits = pool.counts().waiting() > 0 && !shared.scope().holdsBack();
    if (waits && shared.shares().idleForNobody(pool)) {
      found.put(PoolAnomaly.WAITING, PoolAnomaly.WAITING);
    }
    figures
        .lasting(
            found,
            anomaly -> anomaly == PoolAnomaly.COUNT ? missing : pool.counts().headSince(),
            now)
        .forEach(
            (anomaly, same) ->
                report(
                    anomaly,
                    "%d counted, %d missing, %d waiting"
                        .formatted(shared.limit().used(), missing, pool.counts().waiting())));
  }

  private void report(PoolAnomaly anomaly, String what) {
    shared.scope().report(anomaly, shared.key(), what);
  }
}
