package dev.heimdall.engine.session;

import dev.heimdall.engine.pool.LaneUser;
import dev.heimdall.engine.pool.Waiter;
import dev.heimdall.engine.statement.ObservedSession;

/** A session as its pool, its server connection and operators call it back. */
interface WiredSession extends ObservedSession, LaneUser, Waiter, StatementOwner {
  @Override
  void failed(Throwable cause);
}
