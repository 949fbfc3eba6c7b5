package dev.heimdall.engine.session;

import dev.heimdall.engine.backend.Variables;
import dev.heimdall.engine.session.lease.PendingReplies;
import dev.heimdall.engine.session.lease.ServerLease;
import dev.heimdall.engine.session.lease.SessionContext;
import dev.heimdall.engine.session.state.ClientTransaction;
import dev.heimdall.engine.session.state.SessionState;
import dev.heimdall.engine.sql.IdleLimits;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.Sqlstate;

/**
 * The limits that a session has set to its own silence. A server connection that it keeps has them,
 * and ends; where it has none at the moment, they are looked at here.
 */
final class OwnIdleLimits {
  static final ServerError OUTSIDE =
      ServerError.fatal(
          Sqlstate.IDLE_SESSION_TIMEOUT, "terminating connection due to idle-session timeout");
  private static final ServerError INSIDE =
      ServerError.fatal(
          Sqlstate.IDLE_IN_TRANSACTION_TIMEOUT,
          "terminating connection due to idle-in-transaction timeout");
  private static final ServerError TRANSACTION =
      ServerError.fatal(
          Sqlstate.TRANSACTION_TIMEOUT, "terminating connection due to transaction timeout");

  private final SessionState carried;
  private final ClientTransaction transaction;
  private final PendingReplies pending;
  private final ServerLease lease;
  private Variables read = Variables.NONE;
  private IdleLimits limits = IdleLimits.NONE;

  OwnIdleLimits(SessionContext session) {
    this.carried = session.carried();
    this.transaction = session.transaction();
    this.pending = session.pending();
    this.lease = session.lease();
  }

  /**
   * Error that ends a session that waits for nothing but its client; null if none does.
   *
   * @param now by the loop's clock
   */
  ServerError exceeded(long now) {
    Variables variables = carried.variables();
    if (variables != read) {
      limits = carried.rules().idleLimits(variables::get);
      read = variables;
    }
    if (limits == IdleLimits.NONE || lease.server() != null || pending.unitOpen()) {
      return null;
    }
    long idle = now - pending.lastActivity();
    if (!transaction.open()) {
      return over(idle, limits.outside()) ? OUTSIDE : null;
    }
    if (over(idle, limits.reading())) { // of what has no server nothing is written
      return INSIDE;
    }
    return over(now - transaction.since(), limits.transaction()) ? TRANSACTION : null;
  }

  /**
   * True if a server connection that is lost now may have ended because of them.
   *
   * @param now by the loop's clock
   */
  boolean reached(long now) {
    IdleLimits all = carried.rules().idleLimits(carried.settings()::now);
    long limit = transaction.open() ? all.shortestInside() : all.outside();
    // The server may have begun to count before its answer was here.
    return limit > 0
        && now - pending.lastActivity() >= limit - limit / 8
        && !pending.awaited()
        && !pending.unitOpen();
  }

  private static boolean over(long nanos, long limit) {
    return limit > 0 && nanos > limit;
  }
}
