package dev.heimdall.engine.session;

import dev.heimdall.engine.backend.InternalQuery;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.backend.StateChange;
import dev.heimdall.engine.backend.StateQuery;
import dev.heimdall.engine.backend.Variables;
import dev.heimdall.engine.lease.SessionState;
import dev.heimdall.engine.lease.SettingsCapture;
import dev.heimdall.engine.lease.Stickiness;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.observe.PoolMetrics;
import dev.heimdall.engine.pool.Lane;
import dev.heimdall.engine.pool.LoopPool;
import dev.heimdall.engine.pool.WriterWatch;
import dev.heimdall.engine.session.ClientSession.State;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.TransactionState;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The tie between a session and its server connection: gets one, makes its variables the session's,
 * and gives it back when nothing keeps the session on it. The session's {@link State} says how far
 * that is, and moves here only.
 */
final class ServerLease {
  private final ClientSession session;
  private final VdbContext vdb;
  private final LoopContext loop;
  private final PoolMetrics counters;
  private final Destinations destinations;
  private final Stickiness stickiness = new Stickiness();
  private final SettingsCapture capture;

  private State state = State.STARTING;

  /** Whether a statement is to be sent again, and how often one was: each is sent once. */
  private boolean repeats;

  private long pauses;
  private ServerConnection server;

  /** Does not read, because the client does not. */
  private ServerConnection paused;

  private long waitingSince;

  ServerLease(ClientSession session, VdbContext vdb, LoopContext loop, PoolMetrics counters) {
    this.session = session;
    this.vdb = vdb;
    this.loop = loop;
    this.counters = counters;
    this.destinations = new Destinations(session.statementPorts(), session.carried(), vdb, loop);
    this.capture = new SettingsCapture(session.ports(), session.carried());
  }

  State state() {
    return state;
  }

  void become(State next) {
    if (!state.mayBecome(next)) {
      throw new IllegalStateException("a session cannot go from " + state + " to " + next);
    }
    state = next;
  }

  /** The session's connection; null when it has none. */
  ServerConnection server() {
    return server;
  }

  /** Where the session's connections come from. */
  Destinations destinations() {
    return destinations;
  }

  /** What rules think of giving the connection back. */
  Stickiness stickiness() {
    return stickiness;
  }

  /** Whether the session stays on its connection between transactions. */
  boolean keepsServer() {
    return session.carried().pinned() || stickiness.keeps(vdb.settings().vdb().multiplex());
  }

  // ---- getting a connection

  /** Asks for a connection from which to learn what servers report to sessions like this one. */
  void start() {
    ServerConnection connection = destinations.lender().acquire(session);
    if (connection != null) {
      acquired(connection);
    }
  }

  /** Takes a connection that was made for this session, outside the pools. */
  void dedicate(ServerConnection connection) {
    server = connection;
    connection.hold(session);
    connection.applied(session.carried().variables());
  }

  /** Whether what the client sent may be carried out; if not, it was refused or has ended. */
  boolean admits() {
    if (!session.sharing().again() && session.control().endsDrained()) {
      return false;
    }
    ServerError untold = session.loss().takeUntold();
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
  boolean need() {
    if (!admits()) {
      return false;
    }
    LoopPool lender = destinations.choose();
    if (session.reads().awaits()) {
      session.requests().block(); // it comes again when a replica may be far enough
      return false;
    }
    ServerConnection shared = destinations.mayShare() ? session.sharing().place(lender) : null;
    if (shared != null) {
      server = shared;
      become(State.ACTIVE); // until the whole batch is sent
      return true;
    }
    ServerConnection connection = lender.acquire(session);
    if (connection != null && !session.reads().mayUse(connection)) {
      lender.release(connection);
      return need(); // it is barred from replicas now
    }
    if (connection == null) {
      if (state == State.READY) {
        become(State.WAITING);
        waitingSince = loop.now();
      }
      return false;
    }
    attach(connection);
    return state == State.ACTIVE;
  }

  /** The session's batch is in the pipeline of its shared connection. */
  void sentShared() {
    become(State.SHARING);
  }

  /** The session has nothing more in the pipeline of its shared connection. */
  void leaveShared() {
    server = null;
    if (paused != null) {
      resumePaused();
    }
    become(State.READY);
  }

  /** What a shared statement was answered with has been passed on: read on. */
  void settleShared() {
    session.listening().deliver();
    if (session.control().drains()) {
      session.drain();
    } else {
      session.requests().process();
    }
  }

  /** A place in a shared connection's pipeline is here instead of a connection. */
  void placed(Lane lane) {
    counters.waited((loop.now() - waitingSince) / 1000);
    server = session.sharing().take(lane);
    become(State.ACTIVE);
    session.requests().process();
  }

  /** A connection that was waited for is here. */
  void acquired(ServerConnection connection) {
    if (!session.reads().mayUse(connection)) {
      counters.waited((loop.now() - waitingSince) / 1000);
      become(State.READY);
      destinations.lender().release(connection);
      session.requests().process();
      return;
    }
    attach(connection);
    if (state == State.ACTIVE) {
      session.requests().process();
    }
  }

  /** None will come. */
  void refused(ServerError error) {
    if (state == State.STARTING) {
      session.fatal(error.asFatal());
      return;
    }
    if (state != State.WAITING) {
      return; // cancelled or gone in the meantime
    }
    if (session.reads().away()) {
      counters.waited((loop.now() - waitingSince) / 1000);
      session.reads().refused();
      become(State.READY);
      session.requests().process();
      return;
    }
    counters.waitTimedOut((loop.now() - waitingSince) / 1000);
    become(State.READY);
    if (error.sqlState().startsWith("57P01")) {
      session.fatal(error.asFatal());
    } else {
      refuse(error);
    }
  }

  private void refuse(ServerError error) {
    session
        .requests()
        .refuse(error.isFatal() ? ServerError.error(error.sqlState(), error.message()) : error);
  }

  /** Tells the client that its wait has become long, if it waits. */
  boolean waitsLong() {
    if (state == State.WAITING) {
      ByteBuf out = session.channel().alloc().buffer(128);
      session
          .encoder()
          .notice(
              ServerError.notice(
                  "waiting for a server connection: all those of this pool are busy"),
              out);
      session.write(out);
      return true;
    }
    return false;
  }

  /** Leaves the queue; says whether the session stood in it. */
  boolean stopWaiting() {
    if (state == State.WAITING && destinations.lender().cancel(session)) {
      become(State.READY);
      return true;
    }
    return false;
  }

  /** Nanoseconds that the session has waited for a connection, or 0. */
  long waited() {
    return state == State.WAITING ? loop.nanoTime() - waitingSince : 0;
  }

  // ---- making it the session's

  private void attach(ServerConnection connection) {
    session.sharing().alone();
    server = connection;
    connection.hold(session);
    counters.serverAssigned();
    if (state == State.WAITING) {
      counters.waited((loop.now() - waitingSince) / 1000);
    }
    if (connection.foreignSequences()
        && !session.reads().away()
        && state != State.STARTING
        && (keepsServer() || vdb.forgetsSequencesFirst())) {
      session.requests().handler().forgetSequences(connection);
    }
    if (session.loss().transactionLost()) {
      toSyncing();
      if (!connection.applied().equals(destinations.variables())) {
        applyAhead(connection); // what comes right behind the ROLLBACK must find them
      }
      session.loss().failTransaction(connection, new Preparation(false));
    } else if (!connection.applied().equals(destinations.variables()) || checksStart()) {
      toSyncing();
      synchronize(false);
    } else if (state == State.STARTING) {
      started();
    } else {
      become(State.ACTIVE);
    }
  }

  private void toSyncing() {
    if (state != State.STARTING) {
      become(State.SYNCING);
    }
  }

  /** Whether the server has to be asked about start-up parameters that are not carried. */
  private boolean checksStart() {
    return state == State.STARTING && session.carried().given().checks();
  }

  private void synchronize(boolean tellClient) {
    counters.stateReplayed();
    if (destinations.variables().get(SessionState.TEMPORARY_BUFFERS) != null) {
      vdb.temporaryBuffersSet();
    }
    StateChange change = new StateChange(server.applied(), destinations.variables());
    server
        .requests()
        .change(
            checksStart() ? session.carried().given().checked(change) : change,
            new Preparation(tellClient));
  }

  /**
   * The connection did not take the session's variables. Either it does not let go of what another
   * session has set on it, and then nobody may have it, or the session's own values are to blame.
   */
  private void findOut(ServerConnection from, boolean tellClient, ServerError error) {
    Variables wanted = destinations.variables();
    if (!from.applied().exceed(wanted)) {
      if (from.wasTainted() && wanted.get(SessionState.TEMPORARY_BUFFERS) != null) {
        // Another session's temporary tables may have fixed it.
        closeUnusable(from, "SET", error);
      } else {
        refusedThere(from, error);
      }
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
                  return; // the loss of the connection is told next
                }
                if (why != null) {
                  closeUnusable(restored, "RESET", why);
                  return;
                }
                restored.applied(restored.applied().restoredTo(wanted));
                if (state == State.CLOSED) {
                  session.abandonment().rest(restored);
                } else {
                  synchronize(tellClient);
                }
              }
            });
  }

  /** Another session's state sticks to the connection: it is closed, and another one is taken. */
  private void closeUnusable(ServerConnection from, String statement, ServerError error) {
    from.hold(null);
    from.closeForState(statement, error);
    giveBack(from);
    switch (state) {
      case CLOSED -> {}
      case STARTING -> start();
      default -> {
        if (session.carried().pinned()) {
          session.fatal(error.asFatal());
        } else {
          become(State.READY);
          session.requests().process();
        }
      }
    }
  }

  /** The session's own values are not taken: it is told so. */
  private void refusedThere(ServerConnection from, ServerError error) {
    if (state == State.STARTING) {
      from.taint();
      giveBack(from);
      session.fatal(error.asFatal());
      return;
    }
    boolean ends = session.carried().pinned() || isLasting(error);
    from.hold(null);
    from.closeForState("SET", error);
    giveBack(from);
    if (ends) {
      session.fatal(error.asFatal());
    } else if (session.reads().away()) {
      session.reads().refusedThere();
      become(State.READY);
      session.requests().process();
    } else {
      become(State.READY);
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

  /** The same ahead of another statement of ours; if it is refused, that is found out later. */
  private void applyAhead(ServerConnection connection) {
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
                  from.takeChangedReports();
                }
              }
            });
  }

  /** A statement of ours that must succeed before the client's may follow. */
  private final class Preparation extends InternalQuery {
    private final boolean tellClient;

    Preparation(boolean tellClient) {
      this.tellClient = tellClient;
    }

    @Override
    public void parameterChanged(ServerConnection from, String name, String value) {
      if (tellClient && state != State.CLOSED) {
        ByteBuf out = session.channel().alloc().buffer(64);
        session.encoder().parameter(name, value, out);
        session.write(out);
      }
    }

    @Override
    protected void done(ServerConnection from, ServerError error) {
      prepared(from, tellClient, error);
    }
  }

  private void prepared(ServerConnection from, boolean tellClient, ServerError error) {
    if (state == State.CLOSED) {
      from.taint(); // what was set for it is set, and nobody has noted that
      session.abandonment().rest(from);
      return;
    }
    if (session.loss().failed(from)) {
      become(State.ACTIVE);
      session.requests().process();
      return;
    }
    if (from.closed()) {
      return; // the loss of the connection is told next
    }
    if (error != null) {
      findOut(from, tellClient, error);
      return;
    }
    from.applied(destinations.variables());
    from.takeChangedReports();
    if (state == State.STARTING) {
      started();
      return;
    }
    become(State.ACTIVE);
    session.requests().process();
    settle();
  }

  private void started() {
    Map<String, String> reported = session.start().learn(server);
    detach();
    session.start().welcome(reported);
  }

  // ---- letting it go

  /** A statement of the node's own has ended for which the client's statements waited. */
  void internalDone(ServerConnection from) {
    if (state == State.CLOSED) {
      session.abandonment().rest(from);
    } else {
      settle();
    }
  }

  /** Everything sent was answered: read on, or let the connection go. */
  void settle() {
    RequestReader requests = session.requests();
    if (state != State.ACTIVE
        || session.outstanding() > 0
        || server == null
        || capture.underWay()
        || session.listening().busy()
        || requests.streaming()) {
      return;
    }
    if (session.status() == TransactionState.IDLE && !server.groupOpen()) {
      if (server.hasChangedReports()) {
        session.carried().changedUnseen(server.takeChangedReports(), server);
      }
      if (!session.carried().touched().isEmpty()) {
        capture.begin(server);
        return;
      }
      if (session.resolution().settle()) {
        server.statements().settle();
      }
      if (!session.carried().pinned()) {
        requests.course().settingsKnown();
      }
      if (session.listening().decide(server)) {
        return;
      }
      session.listening().deliver();
      if (!server.applied().equals(destinations.variables())) {
        become(State.SYNCING);
        synchronize(true);
        return;
      }
      if (!keepsServer() || session.reads().away()) {
        become(State.READY);
        detach();
        if (session.control().drains()) {
          session.drain();
          return;
        }
      }
    }
    requests.process();
  }

  /**
   * Whether the values of settings by which the next statement is to be judged are on their way;
   * the reader comes again when they are there.
   */
  boolean awaitsSettings() {
    return capture.underWay() || session.carried().settingsInFlight();
  }

  /** What was asked of a connection that is lost will not be answered. */
  void captureLost() {
    capture.lost();
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
  void putDown() {
    become(State.READY);
    detach();
  }

  /** The connection goes back to the pool that lent it. */
  void giveBack(ServerConnection connection) {
    server = null;
    if (connection.tainted() && vdb.needsUnusedBuffers()) {
      connection.lastUse();
    }
    destinations.lender().release(connection);
  }

  /** The connection is lost, or was never a pool's. */
  void forgetServer() {
    server = null;
    paused = null;
  }

  /** The session has ended: it waits no longer, and its pools may go. */
  void leave() {
    if (destinations.home() != null && server == null) {
      destinations.lender().cancel(session);
    }
    destinations.leave();
  }

  /** Sends what is to be tried again, over whatever connection is there then. */
  void tryAgain(Duration pause) {
    takeBack();
    long pausing = ++pauses;
    repeats = true;
    loop.later(() -> sendAgain(pausing), pause.toMillis(), TimeUnit.MILLISECONDS, session::failed);
  }

  /** The same when a server has said that it is the writer, or the time for that is over. */
  void tryAgainAtWriter() {
    WriterWatch watch = vdb.pools().watch();
    if (watch == null) {
      tryAgain(Duration.ZERO);
      return;
    }
    takeBack();
    long pausing = ++pauses;
    repeats = true;
    Duration patience = vdb.pools().plan().source().cluster().failover().queueTimeout();
    watch
        .confirmed()
        .orTimeout(patience.toMillis(), TimeUnit.MILLISECONDS)
        .whenComplete((done, late) -> loop.soon(() -> sendAgain(pausing), session::failed));
  }

  private void takeBack() {
    session.requests().course().takeBack();
    if (server != null && (!keepsServer() || session.reads().away())) {
      become(State.READY);
      detach();
    }
  }

  private void sendAgain(long pausing) {
    if (state != State.CLOSED && repeats && pausing == pauses) {
      repeats = false;
      session.requests().replay().tryAgain();
    }
  }

  /** Whether a statement is to be sent again after a pause, or when there is a writer. */
  boolean repeats() {
    return repeats;
  }

  /** Does not send it again; says whether it was to be. */
  boolean stopRepeating() {
    boolean did = repeats;
    repeats = false;
    return did;
  }

  // ---- back-pressure

  /** A client that does not read keeps its server from sending. */
  void pauseForSlowClient(ServerConnection from) {
    if (!session.takesMore() && from == server && paused == null) {
      paused = from;
      from.pauseReading();
    }
  }

  /** The client reads again, or is gone. */
  void resumePaused() {
    if (paused != null) {
      ServerConnection connection = paused;
      paused = null;
      connection.resumeReading();
    }
  }
}
