package dev.heimdall.engine.session;

import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.Sqlstate;
import dev.heimdall.model.ClientSettings;
import java.time.Duration;

/** The time limits of a client's settings. */
final class TimeLimits {
  private final SessionControl client;

  TimeLimits(SessionControl client) {
    this.client = client;
  }

  /**
   * Ends what has exceeded a limit.
   *
   * @param now by the loop's clock
   */
  void check(ClientSettings limits, long now) {
    boolean resting = client.resting();
    long idle = now - client.lastActivity();
    if (exceeds(idle, limits.incompleteMessageTimeout()) && client.awaitsRestOfMessage()) {
      client.fatal(
          ServerError.fatal(
              Sqlstate.IDLE_SESSION_TIMEOUT,
              "terminating connection due to incomplete message timeout"));
    } else if (resting
        && (client.inTransaction() || client.batchOpen())
        && exceeds(idle, limits.idleInTransactionTimeout())) {
      client.fatal(
          ServerError.fatal(
              Sqlstate.IDLE_IN_TRANSACTION_TIMEOUT,
              "terminating connection due to idle-in-transaction timeout"));
    } else if (resting && !client.inTransaction() && exceeds(idle, limits.idleTimeout())) {
      client.fatal(
          ServerError.fatal(
              Sqlstate.IDLE_SESSION_TIMEOUT, "terminating connection due to idle-session timeout"));
    } else if (!limits.replyTimeout().isZero()
        && client.readsNothing(now, limits.replyTimeout().toNanos())) {
      client.endUnread();
    } else if (!limits.queryTimeout().isZero()
        && client.overdue(now, limits.queryTimeout().toNanos())) {
      client.cancelOverdue();
    } else if (!limits.cancelTimeout().isZero()
        && client.cancelIgnored(now, limits.cancelTimeout().toNanos())) {
      client.abandonOverdue();
    }
  }

  private static boolean exceeds(long nanos, Duration limit) {
    return !limit.isZero() && nanos > limit.toNanos();
  }
}
