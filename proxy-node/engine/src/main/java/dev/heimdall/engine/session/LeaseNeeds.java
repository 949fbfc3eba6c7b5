package dev.heimdall.engine.session;

import dev.heimdall.engine.backend.LeaseUse;
import dev.heimdall.engine.backend.ServerConnection;

/** What a session has its server connection for, as an audit of the pool asks. */
final class LeaseNeeds {
  private final ClientSession session;

  LeaseNeeds(ClientSession session) {
    this.session = session;
  }

  LeaseUse of(ServerConnection held) {
    if (session.server() != held) {
      return LeaseUse.NONE;
    }
    if (session.closed()) {
      return LeaseUse.LEAVING;
    }
    return session.state() != ClientSession.State.ACTIVE || working(held) || waiting()
        ? LeaseUse.WORKING
        : LeaseUse.NONE;
  }

  private boolean working(ServerConnection held) {
    return session.busy()
        || session.inTransaction()
        || held.groupOpen()
        || held.copyIn()
        || !held.quiet()
        || session.requests().input().midMessage()
        || session.lease().keepsServer();
  }

  /** Whether something else than its client has to happen before it goes on. */
  private boolean waiting() {
    return session.requests().blocked()
        || session.lease().awaitsSettings()
        || session.lease().repeats()
        || session.listening().busy()
        || session.atConsole()
        || session.foreign().busy()
        || session.requests().course().held()
        || session.requests().course().side().busy()
        || session.transactionReplay().active();
  }
}
