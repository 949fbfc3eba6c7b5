package dev.heimdall.engine.pool;

import dev.heimdall.engine.backend.ConnectFailure;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.backend.ServerConnector;
import dev.heimdall.model.PoolSettings;

/**
 * Opens the connections of one pool on one loop: for those who wait, and as many as are to be there
 * always, as far as the limits and the failures of late allow.
 */
final class Growth {
  private final LoopPool pool;
  private final SharedPool shared;
  private final PooledConnections connections;
  private final Warmup warmup;
  private final WaitQueue waiters;
  private final ConnectAttempts attempts = new ConnectAttempts();

  Growth(
      LoopPool pool,
      SharedPool shared,
      PooledConnections connections,
      Warmup warmup,
      WaitQueue waiters) {
    this.pool = pool;
    this.shared = shared;
    this.connections = connections;
    this.warmup = warmup;
    this.waiters = waiters;
  }

  /** One for each who waits and for whom none is on its way. */
  void grow() {
    if (attempts.tooEarly(now())) {
      return;
    }
    while (!shared.scope().holdsBack()
        && attempts.underWay() + warmup.size() < waiters.size()
        && attempts.mayBegin()) {
      if (shared.limit().isFull()) {
        shared.askOthers(pool);
        return; // as most often where clients wait: nothing else is looked at
      }
      if (shared.scope().room().serverNearlyFull() && shared.askOthers(pool)) {
        return; // rather than one more connection at the server
      }
      if (!shared.reserve(pool)) {
        shared.askOthers(pool);
        return;
      }
      open();
    }
  }

  /**
   * Opens the first connection of a pool that has none, for no waiter yet.
   *
   * @return false where the limits leave none to be opened
   */
  boolean begin() {
    if (attempts.underWay() > 0 || shared.scope().holdsBack() || attempts.tooEarly(now())) {
      return true;
    }
    boolean room = shared.reserve(pool);
    if (room) {
      open();
    }
    return room;
  }

  /** Opens connections for no waiter yet until there are so many, as far as there is room. */
  void ready(int wanted) {
    while (connections.size() + attempts.underWay() < wanted
        && attempts.mayBegin()
        && !attempts.tooEarly(now())
        && !shared.scope().holdsBack()
        && !shared.scope().room().serverNearlyFull()
        && shared.reserveSpare()) {
      open();
    }
  }

  void keepMinimum(PoolSettings settings) {
    if (shared.keepsMinimum(pool)
        && !shared.scope().holdsBack()
        && !attempts.failing()
        && !shared.scope().room().serverNearlyFull()
        && shared.limit().used() < Math.min(settings.minIdle(), settings.size())
        && shared.reserve(pool)) {
      open();
    }
  }

  /** Connections go to another server: what attempts at the one before met says nothing. */
  void startAfresh() {
    attempts.startAfresh();
  }

  int underWay() {
    return attempts.underWay();
  }

  /** Failure of the last attempt; null if it succeeded. */
  ConnectFailure lastFailure() {
    return attempts.lastFailure();
  }

  private long now() {
    return pool.context().now();
  }

  private void open() {
    if (shared.scope().room().serverNearlyFull()) {
      shared.scope().room().makeRoomFor(pool);
    }
    int attempt = attempts.begun();
    long generation = shared.generation();
    shared
        .scope()
        .connectPooled(
            pool.context(),
            shared.key(),
            pool,
            new ServerConnector.Handler() {
              @Override
              public void connected(ServerConnection connection) {
                attempts.succeeded(attempt);
                pool.opened(connection, generation);
              }

              @Override
              public void failed(ConnectFailure failure) {
                connectFailed(attempt, failure);
              }
            });
  }

  private void connectFailed(int attempt, ConnectFailure failure) {
    pool.context().tick();
    boolean meant = attempts.failed(attempt, failure, now());
    shared.free();
    if (failure.tooMany()) {
      shared.scope().room().makeRoomFor(pool); // the next attempt finds it
    }
    pool.notOpened(
        failure,
        meant && (failure.permanent() || shared.scope().reader() && connections.isEmpty()));
  }
}
