package dev.heimdall.engine.lease;

import dev.heimdall.engine.backend.LeaseUse;
import dev.heimdall.engine.backend.ReplyOwner;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.client.SessionStart;
import dev.heimdall.engine.listen.Listening;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.observe.PoolMetrics;
import dev.heimdall.engine.pool.Lane;
import dev.heimdall.engine.pool.LoopPool;
import dev.heimdall.engine.pool.Waiter;
import dev.heimdall.engine.prepared.NameResolution;
import dev.heimdall.engine.reply.ClientOutput;
import dev.heimdall.engine.vdb.VdbContext;
import dev.heimdall.engine.wire.Greeting;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.TransactionState;
import java.util.concurrent.TimeUnit;

/**
 * The tie between a session and its server connection: gets one, makes its variables the session's,
 * and gives it back when nothing keeps the session on it. The session's {@link LeaseState} says how
 * far that is, and moves here only.
 */
public final class ServerLease {
  /** How soon a log-in that waits for a writer looks for a replica in its place again. */
  private static final int STAND_IN_MILLIS = 100;

  private final SessionContext session;
  private final ReplyOwner owner;
  private final Waiter waiter;
  private final ClientOutput output;
  private final SessionStart start;
  private final Losses lost;
  private final SessionStatements statements;
  private final ReplicaChoice replicas;
  private final SessionState carried;
  private final ClientTransaction transaction;
  private final Listening listening;
  private final NameResolution resolution;
  private final VdbContext vdb;
  private final LoopContext loop;
  private final PoolMetrics counters;
  private final Destinations destinations;
  private final Stickiness stickiness = new Stickiness();
  private final SessionPins pins;
  private final StateInquiry inquiry;
  private final Abandonment abandonment;
  private final StateTransfer transfer;
  private final Resending resending;

  private LeaseState state = LeaseState.STARTING;

  private ServerConnection server;

  /** Does not read, because the client does not. */
  private ServerConnection paused;

  private long waitingSince;

  /**
   * @param replicas where the session's reads go
   */
  public ServerLease(SessionContext session, ReplicaChoice replicas) {
    this.session = session;
    this.owner = session.owner();
    this.waiter = session.waiter();
    this.output = session.output();
    this.start = session.start();
    this.lost = session.losses();
    this.statements = session.statements();
    this.replicas = replicas;
    this.carried = session.carried();
    this.transaction = session.transaction();
    this.listening = session.listening();
    this.resolution = session.resolution();
    this.vdb = session.vdb();
    this.loop = session.loop();
    this.counters = session.counters();
    this.destinations = new Destinations(session, this, replicas);
    this.pins = carried.pins();
    this.inquiry = new StateInquiry(session, this);
    this.abandonment = new Abandonment(session, this);
    this.transfer = new StateTransfer(session, this);
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

  /** Where the session's connections come from. */
  public Destinations destinations() {
    return destinations;
  }

  /** What rules think of giving the connection back. */
  public Stickiness stickiness() {
    return stickiness;
  }

  /** Whether the session stays on its connection between transactions. */
  public boolean keepsServer() {
    return pins.any() || stickiness.keeps(vdb.multiplexes());
  }

  // ---- getting a connection

  /** Asks for a connection from which to learn what servers report to sessions like this one. */
  public void start() {
    startAt(destinations.chooseForLogIn());
  }

  private void startAt(LoopPool pool) {
    ServerConnection connection = pool.acquire(waiter);
    if (connection != null) {
      attach(connection);
    } else if (!replicas.away() && !vdb.pools().directed()) {
      lookForStandIn();
    }
  }

  /** A replica may have all before there is a writer. */
  private void lookForStandIn() {
    loop.later(
        () -> {
          if (state != LeaseState.STARTING || server != null || replicas.away()) {
            return;
          }
          if (vdb.pools().standIn() != null && destinations.home().cancel(waiter)) {
            start();
          } else if (!vdb.pools().directed()) {
            lookForStandIn();
          }
        },
        STAND_IN_MILLIS,
        TimeUnit.MILLISECONDS,
        session::failed);
  }

  /** A replica could not tell: the writer is waited for. */
  private void startAtWriter() {
    destinations.leaveForWriter();
    startAt(destinations.home());
  }

  /** Takes a connection that was made for this session, outside the pools. */
  public void dedicate(ServerConnection connection) {
    server = connection;
    connection.hold(owner);
    connection.applied(carried.variables());
  }

  /** Whether what the client sent may be carried out; if not, it was refused or has ended. */
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
      session
          .requests()
          .block(); // it comes again when a replica may be far enough, or there is a writer
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
        become(LeaseState.WAITING);
        waitingSince = loop.now();
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
    if (paused != null) {
      resumePaused();
    }
    become(LeaseState.READY);
  }

  /** What a shared statement was answered with has been passed on: read on. */
  public void settleShared() {
    listening.deliver();
    if (!session.drained()) {
      session.requests().process();
    }
  }

  /** A place in a shared connection's pipeline is here instead of a connection. */
  public void placed(Lane lane) {
    counters.waited((loop.now() - waitingSince) / 1000);
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
      counters.waited((loop.now() - waitingSince) / 1000);
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
    if (state == LeaseState.STARTING && replicas.away()) {
      startAtWriter();
      return;
    }
    if (state == LeaseState.STARTING) {
      session.fatal(error.asFatal());
      return;
    }
    if (state != LeaseState.WAITING) {
      return; // cancelled or gone in the meantime
    }
    if (replicas.away()) {
      counters.waited((loop.now() - waitingSince) / 1000);
      replicas.refused();
      become(LeaseState.READY);
      session.requests().process();
      return;
    }
    counters.waitTimedOut((loop.now() - waitingSince) / 1000);
    become(LeaseState.READY);
    if (error.sqlState().startsWith("57P01")) {
      session.fatal(error.asFatal());
    } else {
      refuse(error);
    }
  }

  private void refuse(ServerError error) {
    session
        .requests()
        .refuse(
            error.isFatal()
                ? ServerError.error(error.sqlState(), error.message()).withNumber(error.number())
                : error);
  }

  /** Notifies the client that its wait has become long, if it waits. */
  public boolean waitsLong() {
    if (state == LeaseState.WAITING) {
      output.notice(
          ServerError.notice("waiting for a server connection: all those of this pool are busy"));
      return true;
    }
    return false;
  }

  /** There is no writer any more: what a replica may answer does not wait for one. */
  public void writerLost() {
    if (state == LeaseState.STARTING
        && server == null
        && !replicas.away()
        && destinations.home().cancel(waiter)) {
      start();
    } else if (replicas.mayLeave() && stopWaiting()) {
      session.requests().process();
    }
  }

  /** The writer is silent: what a replica may answer now does not wait for it. */
  public void writerSilent() {
    if (replicas.mayBeAnsweredElsewhere() && stopWaiting()) {
      session.requests().process();
    }
  }

  /**
   * Whether another server may do what this connection is being made ready for: then nothing of the
   * client's is on its way, and nothing that it has is there alone.
   */
  boolean goesElsewhere(ServerConnection from) {
    if (server != from || lost.transactionLost()) {
      return false;
    }
    return switch (state) {
      case SYNCING ->
          !keepsServer() && !carried.settings().unread() && replicas.mayBeAnsweredElsewhere();
      case STARTING -> !replicas.away() && vdb.pools().standIn() != null;
      default -> false;
    };
  }

  /** Leaves the queue; says whether the session stood in it. */
  public boolean stopWaiting() {
    if (state == LeaseState.WAITING && destinations.lender().cancel(waiter)) {
      become(LeaseState.READY);
      return true;
    }
    return false;
  }

  /** Nanoseconds that the session has waited for a connection, or 0. */
  public long waited() {
    return state == LeaseState.WAITING ? loop.nanoTime() - waitingSince : 0;
  }

  // ---- making it the session's

  private void attach(ServerConnection connection) {
    session.sharing().alone();
    server = connection;
    connection.hold(owner);
    counters.serverAssigned();
    if (state == LeaseState.WAITING) {
      counters.waited((loop.now() - waitingSince) / 1000);
    }
    if (connection.residue().foreignSequences()
        && !replicas.away()
        && state != LeaseState.STARTING
        && (keepsServer() || vdb.forgetsSequencesFirst())) {
      session.protocol().forgetSequences(connection);
    }
    if (lost.transactionLost()) {
      toSyncing();
      if (!connection.applied().equals(destinations.variables())) {
        transfer.applyAhead(connection); // what comes right behind the ROLLBACK must find them
      }
      lost.failTransaction(connection, transfer.preparation(false));
    } else if (!connection.applied().equals(destinations.variables())
        || (state == LeaseState.STARTING && transfer.checksStart())) {
      toSyncing();
      transfer.begin(connection, false);
    } else if (state == LeaseState.STARTING) {
      started();
    } else {
      become(LeaseState.ACTIVE);
    }
  }

  private void toSyncing() {
    if (state != LeaseState.STARTING) {
      become(LeaseState.SYNCING);
    }
  }

  /** Another session's state sticks to the connection: it is closed, and another one is taken. */
  void closeUnusable(ServerConnection from, String statement, ServerError error) {
    from.hold(null);
    from.end().closeForState(statement, error);
    replace(from, error);
  }

  /** What another session has chosen stays as long as the connection: another one is taken. */
  void closeUsed(ServerConnection from, ServerError error) {
    from.hold(null);
    from.close("another session has chosen on it what cannot be taken back");
    replace(from, error);
  }

  private void replace(ServerConnection from, ServerError error) {
    giveBack(from);
    switch (state) {
      case CLOSED -> {}
      case STARTING -> start();
      default -> {
        if (pins.any()) {
          session.fatal(error.asFatal());
        } else {
          become(LeaseState.READY);
          session.requests().process();
        }
      }
    }
  }

  /** The session's own values are rejected: its client gets the error. */
  void refusedThere(ServerConnection from, ServerError error) {
    if (state == LeaseState.STARTING) {
      from.residue().taint();
      giveBack(from);
      if (replicas.away()) {
        startAtWriter(); // which may take what a replica does not, such as SERIALIZABLE
      } else {
        session.fatal(error.asFatal());
      }
      return;
    }
    boolean ends = pins.any() || isLasting(error);
    from.hold(null);
    from.end().closeForState("SET", error);
    giveBack(from);
    if (ends) {
      session.fatal(error.asFatal());
    } else if (replicas.away()) {
      replicas.refusedThere();
      become(LeaseState.READY);
      session.requests().process();
    } else {
      become(LeaseState.READY);
      refuse(error);
    }
  }

  /**
   * Whether the values will not be taken later either, as when a role was revoked or dropped: not
   * even a RESET of the client's would get as far as a server any more.
   */
  private static boolean isLasting(ServerError error) {
    return error.sqlState().startsWith("42") || error.sqlState().startsWith("22");
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
      started();
      return;
    }
    become(LeaseState.ACTIVE);
    session.requests().process();
    settle();
  }

  private void started() {
    Greeting greeting = start.learn(server, replicas.away());
    detach();
    destinations.leaveForWriter();
    start.welcome(greeting);
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
      if (server.reported().hasChanged()) {
        carried.settings().changedUnseen(server.reported().takeChanged(), server);
      }
      if (!carried.settings().touched().isEmpty()) {
        if (carried.held()) {
          session
              .requests()
              .process(); // asked now, the server would forget what the next statement may ask
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
   * Whether the values of settings by which the next statement is to be judged are on their way;
   * the reader comes again when they are there.
   */
  public boolean awaitsSettings() {
    return inquiry.underWay() || carried.settingsInFlight();
  }

  /** What was asked of a connection that is lost will not be answered. */
  public void captureLost() {
    inquiry.lost();
  }

  private void detach() {
    ServerConnection connection = server;
    server = null;
    if (paused == connection) {
      resumePaused();
    }
    if (stickiness.takeDropConnection()) {
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
    if (connection.residue().tainted() && vdb.needsUnusedConnections()) {
      connection.residue().lastUse();
    }
    destinations.lender().release(connection);
  }

  /** The connection is lost, or was never a pool's. */
  public void forgetServer() {
    server = null;
    paused = null;
  }

  /** The session has ended: it waits no longer, and its pools may go. */
  public void leave() {
    if (destinations.home() != null && server == null) {
      destinations.lender().cancel(waiter);
    }
    destinations.leave();
  }

  /** What sends statements again after a pause, or when there is a writer. */
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

  // ---- back-pressure

  /** A client that does not read keeps its server from sending. */
  public void pauseForSlowClient(ServerConnection from) {
    if (!output.takesMore() && from == server && paused == null) {
      paused = from;
      from.pauseReading();
    }
  }

  /** The client reads again, or is gone. */
  public void resumePaused() {
    if (paused != null) {
      ServerConnection connection = paused;
      paused = null;
      connection.resumeReading();
    }
  }

  // ---- what it is needed for

  /** What the session has this connection for, as an audit of the pool asks. */
  public LeaseUse use(ServerConnection held) {
    if (server != held) {
      return LeaseUse.NONE;
    }
    if (state == LeaseState.CLOSED) {
      return LeaseUse.LEAVING;
    }
    return state != LeaseState.ACTIVE || working(held) || waiting()
        ? LeaseUse.WORKING
        : LeaseUse.NONE;
  }

  private boolean working(ServerConnection held) {
    return session.pending().outstanding() > 0
        || transaction.open()
        || held.groupOpen()
        || held.copyIn()
        || !held.quiet()
        || session.requests().midMessage()
        || keepsServer()
        || carried.held();
  }

  /** Whether something else than its client has to happen before it goes on. */
  private boolean waiting() {
    return awaitsSettings() || resending.pending() || listening.busy() || session.waits();
  }

  public boolean closed() {
    return state == LeaseState.CLOSED;
  }

  /** The client is gone: the connection goes back when it has no pending replies any more. */
  public void rest(ServerConnection connection) {
    abandonment.rest(connection);
  }

  // ---- the client has disconnected

  /** The session has ended: its connection, if it has one, is brought to rest. */
  public void abandon() {
    if (server != null) {
      abandonment.begin(server);
    }
  }

  /** The server waits for the end of a batch, which will not come. */
  public void endBatch(ServerConnection connection) {
    abandonment.endBatch(connection);
  }

  /** The server waits for copy data that will not come. */
  public void endCopy(ServerConnection connection) {
    abandonment.endCopy(connection);
  }
}
