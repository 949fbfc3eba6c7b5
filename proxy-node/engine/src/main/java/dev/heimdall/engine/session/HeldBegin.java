package dev.heimdall.engine.session;

import dev.heimdall.engine.backend.InternalQuery;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.session.lease.ServerLease;
import dev.heimdall.engine.wire.ServerError;

/** The BEGIN that was answered before there was a server connection, on its way there. */
final class HeldBegin extends InternalQuery {
  private final ServerLease lease;

  HeldBegin(ServerLease lease) {
    this.lease = lease;
  }

  @Override
  protected void done(ServerConnection from, ServerError error) {
    if (error != null && !from.closed()) {
      // What follows it is on its way, and must not be taken for a transaction's.
      from.end().closeForState("BEGIN", error);
    } else if (lease.closed()) {
      lease.abandonment().rest(from);
    } else {
      lease.settle();
    }
  }
}
