package dev.heimdall.engine.session.lease;

import dev.heimdall.engine.backend.ReplyOwner;
import dev.heimdall.engine.backend.ReportedValues;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.listen.Listening;
import dev.heimdall.engine.observe.PoolMetrics;
import dev.heimdall.engine.pool.Lane;
import dev.heimdall.engine.pool.LoopPool;
import dev.heimdall.engine.pool.Waiter;
import dev.heimdall.engine.prepared.NameResolution;
import dev.heimdall.engine.session.state.CarriedSettings;
import dev.heimdall.engine.session.state.ClientTransaction;
import dev.heimdall.engine.session.state.Losses;
import dev.heimdall.engine.session.state.SessionPins;
import dev.heimdall.engine.session.state.SessionState;
import dev.heimdall.engine.vdb.VdbContext;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.TransactionState;

/**
 * The tie between a session and its server connection: gets one, makes its variables the session's,
 * and gives it back when nothing keeps the session on it. The session's {@link LeaseState} says how
 * far that is, and moves here only.
 */
public final class ServerLease {
  private final SessionContext session;
  private final ReplyOwner owner;
  private final Waiter waiter;
  private final Losses lost;
  private final SessionStatements statements;
  private final ReplicaChoice replicas;
  private final SessionState carried;
  private final CarriedSettings settings;
  private final ClientTransaction transaction;
  private final Listening listening;
  private final NameResolution resolution;
  private final VdbContext vdb;
  private final PoolMetrics counters;
  private final Destinations destinations;
  private final RulePins rulePins = new RulePins();
  private final SessionPins pins;
  private final StateInquiry inquiry;
  private final Abandonment abandonment;
  private final StateTransfer transfer;
  private final FirstConnection first;
  private final Backpressure backpressure;
  private final LeaseWait waiting;
  private final Resending resending;

  private LeaseState state = LeaseState.STARTING;

  private ServerConnection server;

  /**
   * @param replicas where the session's reads go
   */
  public ServerLease(SessionContext session, ReplicaChoice replicas) {
    this.session = session;
    this.owner = session.owner();
    this.waiter = session.waiter();
    this.lost = session.losses();
    this.statements = session.statements();
    this.replicas = replicas;
    this.carried = session.carried();
    this.settings = carried.settings();
    this.transaction = session.transaction();
    this.listening = session.listening();
    this.resolution = session.resolution();
    this.vdb = session.vdb();
    this.counters = session.counters();
    this.destinations = new Destinations(session, this, replicas);
    this.pins = carried.pins();
    this.inquiry = new StateInquiry(session, this);
    this.abandonment = new Abandonment(session, this);
    this.transfer = new StateTransfer(session, this);
    this.first = new FirstConnection(session, this, replicas);
    this.backpressure = new Backpressure(session.output());
    this.waiting = new LeaseWait(session, this, replicas);
    this.resending = new Resending(session, this);
  }

  public LeaseState state() {
    return state;
  }

  public void become(LeaseState next) {
    if (!state.mayBecome(next)) {
      throw new IllegalStateException("a session cannot go from " + state + " to " + next);
    }
    state = next;
  }

  /** The session's connection; null when it has none. */
  public ServerConnection server() {
    return server;
  }

  /** Destinations that the session's connections come from. */
  public Destinations destinations() {
    return destinations;
  }

  /** Decisions of rules on giving the connection back. */
  public RulePins rulePins() {
    return rulePins;
  }

  /** True if the session stays on its connection between transactions. */
  public boolean keepsServer() {
    return pins.any() || rulePins.keeps(vdb.multiplexes());
  }

  // ---- getting a connection

  /** Asks for a connection from which to learn what servers report to sessions like this one. */
  public void start() {
    first.get();
  }

  /** Takes a connection that was made for this session, outside the pools. */
  public void dedicate(ServerConnection connection) {
    server = connection;
    connection.hold(owner);
    connection.applied(carried.variables());
  }

  /** True if what the client sent may be carried out; if not, it was refused or has ended. */
  public boolean admits() {
    if (!session.sharing().again() && session.endsDrained()) {
      return false;
    }
    ServerError untold = lost.takeUntold();
    if (untold != null) {
      session.requests().refuse(untold);
    }
    return untold == null;
  }

  /**
   * Gets a connection for what the client sent.
   *
   * @return whether the session has one that is ready for use
   */
  public boolean need() {
    if (!admits()) {
      return false;
    }
    LoopPool lender = destinations.choose();
    ServerError outwaited = replicas.outwaited();
    if (outwaited != null) {
      session.requests().refuse(outwaited);
      return false;
    }
    if (replicas.awaits() || !replicas.away() && resending.awaitsWriter()) {
      // It comes again when a replica may be far enough, or there is a writer.
      session.requests().block();
      return false;
    }
    ServerConnection shared = destinations.mayShare() ? session.sharing().place(lender) : null;
    if (shared != null) {
      server = shared;
      become(LeaseState.ACTIVE); // until the whole batch is sent
      return true;
    }
    ServerConnection connection = lender.acquire(waiter);
    if (connection != null && !replicas.mayUse(connection)) {
      lender.release(connection);
      return need(); // it is barred from replicas now
    }
    if (connection == null) {
      if (state == LeaseState.READY) {
        waiting.begin();
      }
      return false;
    }
    attach(connection);
    return state == LeaseState.ACTIVE;
  }

  /** The session's batch is in the pipeline of its shared connection. */
  public void sentShared() {
    become(LeaseState.SHARING);
  }

  /** The session has nothing more in the pipeline of its shared connection. */
  public void leaveShared() {
    server = null;
    backpressure.resume();
    become(LeaseState.READY);
  }

  /** Continues reading after the answer to a shared statement has been passed on. */
  public void settleShared() {
    listening.deliver();
    if (!session.drained()) {
      session.requests().process();
    }
  }

  /** A place in a shared connection's pipeline is here instead of a connection. */
  public void placed(Lane lane) {
    waiting.over();
    server = session.sharing().take(lane);
    become(LeaseState.ACTIVE);
    session.requests().process();
  }

  /** A connection that was waited for is here. */
  public void acquired(ServerConnection connection) {
    if (state == LeaseState.STARTING) {
      attach(connection);
      return;
    }
    if (!replicas.mayUse(connection)) {
      waiting.over();
      become(LeaseState.READY);
      destinations.lender().release(connection);
      session.requests().process();
      return;
    }
    attach(connection);
    if (state == LeaseState.ACTIVE) {
      session.requests().process();
    }
  }

  /** None will come. */
  public void refused(ServerError error) {
    if (state == LeaseState.STARTING) {
      first.refused(error);
    } else {
      waiting.refused(error);
    }
  }

  /** The client's statement gets the error. */
  void refuse(ServerError error) {
    session
        .requests()
        .refuse(
            error.isFatal()
                ? ServerError.error(error.sqlState(), error.message()).withNumber(error.number())
                : error);
  }

  /** There is no writer any more: what a replica may answer does not wait for one. */
  public void writerLost() {
    if (state == LeaseState.STARTING) {
      first.writerLost();
    } else {
      waiting.writerLost();
    }
  }

  /**
   * True if another server may do what this connection is being made ready for: then nothing of the
   * client's is on its way, and nothing that it has is there alone.
   */
  boolean goesElsewhere(ServerConnection from) {
    if (server != from || lost.transactionLost()) {
      return false;
    }
    return switch (state) {
      case SYNCING -> !keepsServer() && !settings.unread() && replicas.mayBeAnsweredElsewhere();
      case STARTING -> first.goesElsewhere();
      default -> false;
    };
  }

  /** The session's wait for a connection. */
  public LeaseWait waiting() {
    return waiting;
  }

  // ---- making it the session's

  private void attach(ServerConnection connection) {
    session.sharing().alone();
    server = connection;
    connection.hold(owner);
    counters.serverAssigned();
    boolean ready = connection.applied().equals(destinations.variables());
    if (state == LeaseState.STARTING) {
      if (ready && !carried.given().checks()) {
        first.ready(connection);
      } else {
        transfer.begin(connection, false);
      }
      return;
    }
    if (state == LeaseState.WAITING) {
      waiting.over();
    }
    if (connection.residue().foreignSequences()
        && !replicas.away()
        && (keepsServer() || vdb.forgetsSequencesFirst())) {
      session.protocol().forgetSequences(connection);
    }
    if (lost.transactionLost()) {
      become(LeaseState.SYNCING);
      if (!ready) {
        transfer.applyAhead(connection); // what comes right behind the ROLLBACK must find them
      }
      lost.failTransaction(connection, transfer.preparation(false));
    } else if (!ready) {
      become(LeaseState.SYNCING);
      transfer.begin(connection, false);
    } else {
      become(LeaseState.ACTIVE);
    }
  }

  /** A statement that had to succeed before the client's has ended. */
  void prepared(ServerConnection from, boolean tellClient, ServerError error) {
    if (state == LeaseState.CLOSED) {
      from.residue().taint(); // what was set for it is set, and that was not noted
      abandonment.rest(from);
      return;
    }
    if (lost.failed(from)) {
      become(LeaseState.ACTIVE);
      session.requests().process();
      return;
    }
    if (from.closed()) {
      return; // the loss of the connection is reported next
    }
    if (error != null) {
      transfer.findOut(from, tellClient, error);
      return;
    }
    from.applied(destinations.variables());
    from.reported().takeChanged();
    if (state == LeaseState.STARTING) {
      first.ready(from);
      return;
    }
    become(LeaseState.ACTIVE);
    session.requests().process();
    settle();
  }

  // ---- letting it go

  /** A statement of the node's own has ended for which the client's statements waited. */
  public void internalDone(ServerConnection from) {
    if (state == LeaseState.CLOSED) {
      abandonment.rest(from);
    } else {
      settle();
    }
  }

  /** Everything sent was answered: read on, or let the connection go. */
  public void settle() {
    if (state != LeaseState.ACTIVE
        || session.pending().outstanding() > 0
        || server == null
        || server.closed() // the loss of the connection is reported next
        || inquiry.underWay()
        || listening.holdsServer()
        || session.requests().streaming()
        || session.protocol().awaitsRest(server)) {
      return;
    }
    if (transaction.status() == TransactionState.IDLE && !server.groupOpen()) {
      ReportedValues reported = server.reported();
      if (reported.hasChanged()) {
        settings.changedUnseen(reported.takeChanged(), server);
      }
      if (!settings.touched().isEmpty()) {
        if (carried.held()) {
          // Asked now, the server would forget what the next statement may ask.
          session.requests().process();
        } else {
          inquiry.readSettings(server);
        }
        return;
      }
      if (pins.mayBeOver(server) && !carried.held()) {
        inquiry.readPins(server);
        return;
      }
      if (resolution.settle()) {
        server.statements().settle();
      }
      if (!pins.any()) {
        statements.settingsKnown();
      }
      if (listening.decide(server)) {
        return;
      }
      if (listening.announces()) {
        return;
      }
      listening.deliver();
      if (!server.applied().equals(destinations.variables())) {
        become(LeaseState.SYNCING);
        transfer.begin(server, true);
        return;
      }
      if ((!keepsServer() || replicas.away()) && !carried.held()) {
        become(LeaseState.READY);
        detach();
        if (session.drained()) {
          return;
        }
      }
    }
    session.requests().process();
  }

  /**
   * True if the values of settings by which the next statement is to be judged are on their way;
   * the reader comes again when they are there.
   */
  public boolean awaitsSettings() {
    return inquiry.underWay() || (carried.settingsInFlight() && !skips());
  }

  /** True if the server takes back what the open batch has changed, and ignores the rest of it. */
  private boolean skips() {
    return server != null && server.replies().skipping();
  }

  /**
   * True if the client's next statement waits for statements of the node's own on its connection.
   */
  public boolean preparing() {
    return state == LeaseState.SYNCING
        || (state == LeaseState.ACTIVE && awaitsSettings() && !server.groupOpen());
  }

  /** Notes that queries on a lost connection will not be answered. */
  public void captureLost() {
    inquiry.lost();
  }

  /** It goes back, unless a rule closes it. */
  void detach() {
    ServerConnection connection = server;
    server = null;
    backpressure.resume();
    if (rulePins.takeDropConnection()) {
      connection.hold(null);
      connection.close("a rule does not let it be used again");
    }
    giveBack(connection);
  }

  /** The session does without its connection until it needs one again. */
  public void putDown() {
    become(LeaseState.READY);
    detach();
  }

  /** The connection goes back to the pool that lent it. */
  public void giveBack(ServerConnection connection) {
    server = null;
    if (vdb.needsUnusedConnections() && connection.residue().tainted()) {
      connection.residue().lastUse();
    }
    destinations.lender().release(connection);
  }

  /** The connection is lost, or was never a pool's. */
  public void forgetServer() {
    server = null;
    backpressure.forget();
  }

  /** The session has ended: it waits no longer, and its pools may go. */
  public void leave() {
    if (destinations.home() != null && server == null) {
      destinations.lender().cancel(waiter);
    }
    destinations.leave();
  }

  /** Component that sends statements again after a pause, or when there is a writer. */
  public Resending resending() {
    return resending;
  }

  /** A connection that nothing keeps goes back before what was sent over it is sent again. */
  void putDownIfFree() {
    if (server != null && (!keepsServer() || replicas.away())) {
      become(LeaseState.READY);
      detach();
    }
  }

  /** Component that keeps the server from sending more than the client reads. */
  public Backpressure backpressure() {
    return backpressure;
  }

  public boolean closed() {
    return state == LeaseState.CLOSED;
  }

  // ---- the client has disconnected

  /** The session has ended: its connection, if it has one, is brought to rest. */
  public void abandon() {
    if (server != null) {
      abandonment.begin(server);
    }
  }

  /** Component that quiesces the connection of a disconnected client. */
  public Abandonment abandonment() {
    return abandonment;
  }
}
