package dev.heimdall.engine.pool;

import dev.heimdall.engine.backend.ConnectFailure;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.Sqlstate;
import dev.heimdall.model.PoolSettings;
import java.time.Duration;

/** Limits on the number of waiters in a pool's queue, and on their waiting time. */
final class WaitLimits {
  private final PoolScope scope;
  private final PoolKey key;
  private final WaitQueue waiters;

  WaitLimits(PoolScope scope, PoolKey key, WaitQueue waiters) {
    this.scope = scope;
    this.key = key;
    this.waiters = waiters;
  }

  /** Reason that one more waiter is not accepted; null if it is. */
  ServerError full() {
    if (!scope.directed()) {
      return scope.missing().noRoom();
    }
    int maxQueue = settings().maxQueue();
    if (maxQueue == 0 || waiters.size() < maxQueue) {
      return null;
    }
    exhausted(Duration.ZERO);
    return ServerError.error(
            Sqlstate.TOO_MANY_CONNECTIONS, "too many statements wait for a server connection")
        .withDetail("pool.maxQueue is " + maxQueue + ".");
  }

  /**
   * Refuses those who have waited for too long, and tells those who wait for long.
   *
   * @param unreachable why no server could be reached; null when that is not known, or one was
   */
  void look(long now, ConnectFailure unreachable) {
    if (scope.directed()) {
      refuseLate(now, settings().queueTimeout());
    }
    // No client waits for ever for a server that cannot be reached, or is not known.
    if (!scope.directed()) {
      refuse(scope.missing().error(), scope.serverWait(), now);
    } else if (unreachable != null) {
      Duration limit =
          unreachable.withheld()
              ? scope.plan().source().credentials().patience()
              : scope.serverWait();
      refuse(unreachable.error(), limit, now);
    }
    if (!settings().queueNotice().isZero()) {
      waiters.notice(settings().queueNotice(), now, scope.events()::waitNoticed);
    }
  }

  private void refuse(ServerError why, Duration limit, long now) {
    while (waiters.waitsLonger(limit, now)) {
      waiters.next().refused(why);
    }
  }

  private void refuseLate(long now, Duration timeout) {
    if (scope.directedWithin(timeout, now)) {
      return; // before that there was nothing to wait in a queue for
    }
    while (!timeout.isZero() && waiters.waitsLonger(timeout, now)) {
      long waited = now - waiters.firstSince();
      Waiter late = waiters.next();
      exhausted(Duration.ofNanos(waited));
      late.refused(
          ServerError.error(
                  Sqlstate.TOO_MANY_CONNECTIONS,
                  "no server connection became free within " + timeout.toMillis() + " ms")
              .withHint(
                  "The pool of this user and database is busy; see SHOW POOLS and the setting pool.size."));
    }
  }

  private void exhausted(Duration waited) {
    scope.events().exhausted(scope.vdb(), key, settings().size(), waiters.size(), waited);
  }

  private PoolSettings settings() {
    return scope.plan().settings();
  }
}
