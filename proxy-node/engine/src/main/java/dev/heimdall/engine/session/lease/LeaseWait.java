package dev.heimdall.engine.session.lease;

import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.observe.PoolMetrics;
import dev.heimdall.engine.pool.Waiter;
import dev.heimdall.engine.reply.ClientOutput;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.Sqlstate;

/** A session's wait in the queue of a pool: for a connection, or until none will come. */
public final class LeaseWait {
  private final SessionContext session;
  private final ServerLease lease;
  private final ReplicaChoice replicas;
  private final Waiter waiter;
  private final ClientOutput output;
  private final LoopContext loop;
  private final PoolMetrics counters;
  private long since;

  LeaseWait(SessionContext session, ServerLease lease, ReplicaChoice replicas) {
    this.session = session;
    this.lease = lease;
    this.replicas = replicas;
    this.waiter = session.waiter();
    this.output = session.output();
    this.loop = session.loop();
    this.counters = session.counters();
  }

  void begin() {
    lease.become(LeaseState.WAITING);
    since = loop.now();
  }

  /** There is a connection, or the session does without. */
  void over() {
    counters.waited((loop.now() - since) / 1000);
  }

  /** None will come. */
  void refused(ServerError error) {
    if (lease.state() != LeaseState.WAITING) {
      return; // cancelled or gone in the meantime
    }
    if (goesOn(error)) {
      over();
      lease.become(LeaseState.READY);
      session.requests().process();
      return;
    }
    counters.waitTimedOut((loop.now() - since) / 1000);
    lease.become(LeaseState.READY);
    boolean lost = mayLeaveDatabase() && lease.destinations().losesDatabase(error);
    if (lost || error.sqlState().startsWith(Sqlstate.ADMIN_SHUTDOWN)) {
      session.fatal(error.asFatal());
    } else {
      lease.refuse(error);
    }
  }

  /** True if the session looks for a connection elsewhere now. */
  private boolean goesOn(ServerError error) {
    if (replicas.away()) {
      replicas.refused();
      return true;
    }
    return leavesDatabase(error);
  }

  /**
   * True if it goes on without the database that was denied to it. A session whose first connection
   * this would have been does not: its client was welcomed by what servers had reported to others,
   * where a server would have denied the log-in.
   */
  private boolean leavesDatabase(ServerError error) {
    Destinations destinations = lease.destinations();
    if (!destinations.losesDatabase(error)) {
      return false;
    }
    boolean begun = session.start().databaseLost() || session.carried().sent() > 0;
    boolean leaves = begun && mayLeaveDatabase();
    if (leaves) {
      destinations.leaveDatabase();
    }
    return leaves;
  }

  private boolean mayLeaveDatabase() {
    return session.carried().rules().goesOnWithoutDatabase();
  }

  /** Notifies the client that its wait has become long, if it waits. */
  public boolean isLong() {
    if (lease.state() == LeaseState.WAITING) {
      output.notice(
          ServerError.notice("waiting for a server connection: all those of this pool are busy"));
      return true;
    }
    return false;
  }

  /** There is no writer any more: what a replica may answer does not wait for one. */
  void writerLost() {
    if (replicas.mayLeave() && stop()) {
      session.requests().process();
    }
  }

  /** The writer is silent: what a replica may answer now does not wait for it. */
  public void writerSilent() {
    if (replicas.mayBeAnsweredElsewhere() && stop()) {
      session.requests().process();
    }
  }

  /** Leaves the queue; says whether the session stood in it. */
  public boolean stop() {
    if (lease.state() == LeaseState.WAITING && lease.destinations().lender().cancel(waiter)) {
      lease.become(LeaseState.READY);
      return true;
    }
    return false;
  }

  /** Nanoseconds that the session has waited for a connection, or 0. */
  public long nanos() {
    return lease.state() == LeaseState.WAITING ? loop.nanoTime() - since : 0;
  }
}
