package dev.heimdall.engine.session.lease;

import dev.heimdall.engine.backend.InternalQuery;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.backend.StateChange;
import dev.heimdall.engine.backend.StateQuery;
import dev.heimdall.engine.backend.Variables;
import dev.heimdall.engine.observe.PoolMetrics;
import dev.heimdall.engine.reply.ClientOutput;
import dev.heimdall.engine.session.state.SessionState;
import dev.heimdall.engine.vdb.VdbContext;
import dev.heimdall.engine.wire.ServerError;

/** Makes the variables of a session's server connection the session's. */
final class StateTransfer {
  private final SessionContext session;
  private final ServerLease lease;
  private final ClientOutput output;
  private final SessionState carried;
  private final Destinations destinations;
  private final VdbContext vdb;
  private final PoolMetrics counters;

  StateTransfer(SessionContext session, ServerLease lease) {
    this.session = session;
    this.lease = lease;
    this.output = session.output();
    this.carried = session.carried();
    this.destinations = lease.destinations();
    this.vdb = session.vdb();
    this.counters = session.counters();
  }

  /**
   * Sets the session's variables on its connection.
   *
   * @param tellClient whether what that changes is to be reported to the client
   */
  void begin(ServerConnection server, boolean tellClient) {
    counters.stateReplayed();
    if (carried.settings().fixedByUse(destinations.variables())) {
      vdb.fixedSettingUsed();
    }
    StateChange change = new StateChange(server.applied(), destinations.variables());
    server
        .requests()
        .change(
            lease.state() == LeaseState.STARTING && carried.given().checks()
                ? carried.given().checked(change)
                : change,
            preparation(tellClient));
  }

  /**
   * The connection did not take the session's variables. Either it does not let go of what another
   * session has set on it, and then no session may have it, or the session's own values are to
   * blame.
   */
  void findOut(ServerConnection from, boolean tellClient, ServerError error) {
    Variables wanted = destinations.variables();
    if (!from.applied().exceed(wanted)) {
      if (from.residue().wasTainted() && carried.settings().fixedByUse(wanted)) {
        // Another session may have fixed it.
        closeUnusable(from, "SET", error);
      } else {
        refusedThere(from, error);
      }
      return;
    }
    if (!from.requests().restores(from.applied(), wanted)) {
      closeUsed(from, error);
      return;
    }
    from.requests()
        .restore(
            from.applied(),
            wanted,
            new InternalQuery() {
              @Override
              protected void done(ServerConnection restored, ServerError why) {
                if (restored.closed()) {
                  return; // the loss of the connection is reported next
                }
                if (why != null) {
                  closeUnusable(restored, "RESET", why);
                  return;
                }
                restored.applied(restored.applied().restoredTo(wanted));
                if (lease.closed()) {
                  lease.abandonment().rest(restored);
                } else {
                  begin(lease.server(), tellClient);
                }
              }
            });
  }

  /** Another session's state sticks to the connection: it is closed, and another one is taken. */
  private void closeUnusable(ServerConnection from, String statement, ServerError error) {
    from.hold(null);
    from.end().closeForState(statement, error);
    replace(from, error);
  }

  /**
   * Closes a connection on which another session's choice remains as long as the connection:
   * another one is taken.
   */
  private void closeUsed(ServerConnection from, ServerError error) {
    from.hold(null);
    from.close("another session has chosen on it what cannot be taken back");
    replace(from, error);
  }

  private void replace(ServerConnection from, ServerError error) {
    lease.giveBack(from);
    switch (lease.state()) {
      case CLOSED -> {}
      case STARTING -> lease.start();
      default -> {
        if (carried.pins().any()) {
          session.fatal(error.asFatal());
        } else {
          lease.become(LeaseState.READY);
          session.requests().process();
        }
      }
    }
  }

  /** The session's own values are rejected: its client gets the error. */
  private void refusedThere(ServerConnection from, ServerError error) {
    if (lease.state() == LeaseState.STARTING) {
      from.residue().taint();
      lease.giveBack(from);
      lease.refused(error); // the writer may take what a replica does not, such as SERIALIZABLE
      return;
    }
    boolean ends = carried.pins().any() || isLasting(error);
    from.hold(null);
    from.end().closeForState("SET", error);
    lease.giveBack(from);
    if (ends) {
      session.fatal(error.asFatal());
      return;
    }
    if (session.replicas().away()) {
      session.replicas().refusedThere();
      lease.become(LeaseState.READY);
      session.requests().process();
    } else {
      lease.become(LeaseState.READY);
      lease.refuse(error);
    }
  }

  /**
   * True if the values will not be taken later either, as when a role was revoked or dropped: not
   * even a RESET of the client's would get as far as a server any more.
   */
  private static boolean isLasting(ServerError error) {
    return error.sqlState().startsWith("42") || error.sqlState().startsWith("22");
  }

  /** Sets them ahead of another statement of ours; if it is refused, that is found out later. */
  void applyAhead(ServerConnection connection) {
    Variables wanted = destinations.variables();
    counters.stateReplayed();
    connection
        .requests()
        .change(
            new StateChange(connection.applied(), wanted),
            new StateQuery("SET") { // whom it serves hears of the loss
              @Override
              protected void ended(ServerConnection from, ServerError error) {
                if (error == null) {
                  from.applied(wanted);
                  from.reported().takeChanged();
                }
              }
            });
  }

  /** A statement of ours that must succeed before the client's may follow. */
  InternalQuery preparation(boolean tellClient) {
    return new Preparation(tellClient);
  }

  private final class Preparation extends InternalQuery {
    private final boolean tellClient;

    Preparation(boolean tellClient) {
      this.tellClient = tellClient;
    }

    @Override
    public void parameterChanged(ServerConnection from, String name, String value) {
      if (tellClient && !lease.closed()) {
        output.parameter(name, value);
      }
    }

    @Override
    public boolean answeredElsewhere(ServerConnection from) {
      return lease.goesElsewhere(from);
    }

    @Override
    protected void done(ServerConnection from, ServerError error) {
      lease.prepared(from, tellClient, error);
    }
  }
}
