package dev.heimdall.engine.session.lease;

import dev.heimdall.engine.backend.LeaseUse;
import dev.heimdall.engine.backend.ServerConnection;

/** Purpose for which a session has its connection, for an audit of the pool. */
public final class LeaseAudit {
  private final SessionContext session;
  private final ServerLease lease;

  public LeaseAudit(SessionContext session) {
    this.session = session;
    this.lease = session.lease();
  }

  public LeaseUse use(ServerConnection held) {
    if (lease.server() != held) {
      return LeaseUse.NONE;
    }
    if (lease.closed()) {
      return LeaseUse.LEAVING;
    }
    return lease.state() != LeaseState.ACTIVE || working(held) || waiting()
        ? LeaseUse.WORKING
        : LeaseUse.NONE;
  }

  private boolean working(ServerConnection held) {
    return session.pending().outstanding() > 0
        || session.transaction().open()
        || held.groupOpen()
        || held.copyIn()
        || !held.quiet()
        || session.requests().midMessage()
        || lease.keepsServer()
        || session.carried().held();
  }

  /** True if something else than its client has to happen before it goes on. */
  private boolean waiting() {
    return lease.awaitsSettings()
        || lease.resending().pending()
        || session.listening().busy()
        || session.waits();
  }
}
