package dev.heimdall.engine.session;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.backend.ServerConnector;
import dev.heimdall.engine.journal.Cause;
import dev.heimdall.engine.journal.Guard;
import dev.heimdall.engine.journal.Recovery;
import dev.heimdall.engine.journal.Recovery.Attempt;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.observe.Unshared;
import dev.heimdall.engine.pipeline.RunHistory;
import dev.heimdall.engine.placement.ReplicaTrouble;
import dev.heimdall.engine.pool.Lane;
import dev.heimdall.engine.pool.LoopPool;
import dev.heimdall.engine.prepared.StatementErrors;
import dev.heimdall.engine.session.ClientSession.State;
import dev.heimdall.engine.sql.Statement;
import dev.heimdall.engine.sql.StatementClass;
import dev.heimdall.engine.sql.StatementKind;
import dev.heimdall.engine.statement.Course;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.TransactionState;
import dev.heimdall.model.PipeliningSettings;
import io.netty.buffer.ByteBuf;

/**
 * Puts a session's short reads into the pipeline of a server connection that other sessions use as
 * well. One statement at a time, whole, and kept until something of its answer has come: until then
 * it can run again elsewhere without its client seeing anything of it.
 */
final class Sharing {
  private static final int MOST_BYTES = 16 * 1024;

  private final ClientSession session;
  private final LoopContext loop;
  private Lane lane;
  private RunHistory history;
  private boolean alone;

  /** Whether the statement may run twice without anybody noticing. */
  private boolean harmless;

  private long received;
  private int repeats;

  /** The statement that is read next has been in a shared pipeline, and is to run by itself. */
  private boolean byItself;

  private boolean noPlace;

  private boolean stalePlan;

  /** Whether the answer was absorbed because a replica gave it, and the writer may give another. */
  private boolean failedOnReplica;

  /** Whether the client is still to be told that its Parse, which was not sent, is complete. */
  /** What the client is to be told when its answer begins; 0 for nothing. */
  private byte untold;

  /** How the statement that is about to be sent gets its connection. */
  private String how;

  Sharing(ClientSession session, LoopContext loop) {
    this.session = session;
    this.loop = loop;
  }

  /** Whether statements of this session may share connections at all. */
  boolean enabled() {
    return session.vdb().pools().plan().pipelining().enabled()
        && session.requests().course().judges();
  }

  /** Whether the session has a statement in a shared pipeline, or is about to put it there. */
  boolean active() {
    return lane != null;
  }

  /** How the statement that is being sent has got its connection, in words; asked once for each. */
  String takeHow() {
    String asked = how;
    how = null;
    if (asked != null) {
      return asked;
    }
    return (session.status() == TransactionState.IDLE ? Unshared.PINNED : Unshared.TRANSACTION)
        .answer();
  }

  // ---- getting a place

  /**
   * Gets the statement at the reader's position a place in a shared pipeline.
   *
   * @param pool whose connections it may share: the session's own, or that of a replica
   * @return null when it is to have a connection of its own
   */
  ServerConnection place(LoopPool pool) {
    noPlace = false;
    if (!enabled()) {
      how = "no: switched off";
      return null;
    }
    if (byItself) {
      how = "no: it was, and ran again elsewhere";
      return null;
    }
    Course course = session.requests().course();
    Unshared reason = reason(course);
    Lane found = null;
    if (reason == null) {
      history = course.history();
      found = pool.share(session, history.bestNanos());
      reason = found == null ? Unshared.NO_PLACE : null;
      noPlace = found == null && harmless; // else it waits for a connection of its own
    }
    if (found == null) {
      session.counters().unshared(reason);
      how = reason.answer();
      return null;
    }
    return take(found);
  }

  /** Whether the statement that waits may share a connection, and there was none when it asked. */
  boolean refusedPlace() {
    return noPlace;
  }

  /** Whether the statement may stand behind others: a write cannot leave once it was sent. */
  boolean mayFollow() {
    return harmless;
  }

  /** Whether the statement that waits can be sent over this connection as it is. */
  boolean runsOn(ServerConnection connection) {
    return session.reads().reaches(connection) && session.requests().handler().runsOn(connection);
  }

  /**
   * How long the statement that waits takes at best; negative if it may not share this connection.
   */
  long waitsFor(ServerConnection connection) {
    if (!enabled()
        || byItself
        || reason(session.requests().course()) != null
        || !harmless
        || !runsOn(connection)) {
      return -1;
    }
    history = session.requests().course().history();
    return history.bestNanos();
  }

  /** Takes a place in this lane, which has been counted already. */
  ServerConnection take(Lane place) {
    lane = place;
    alone = lane.depth() == 1;
    received = 0;
    untold = 0;
    how = alone ? "yes" : "yes, behind another";
    session.counters().pipelined(!alone);
    session.requests().replay().keepShared(session.requests().input().bytes());
    return lane.connection();
  }

  /** The statement that waited has a connection to itself, or will not be sent. */
  void alone() {
    byItself = false;
  }

  /** Whether the statement that waits was sent before, so that it is not a new one. */
  boolean again() {
    return byItself;
  }

  private Unshared reason(Course course) {
    if (session.status() != TransactionState.IDLE
        || session.loss().transactionLost()
        || session.reads().holdsTransaction()) {
      return Unshared.TRANSACTION;
    }
    if (session.lease().keepsServer() || session.listening().undecided()) {
      return Unshared.PINNED;
    }
    if (session.requests().replay().pipelines()) {
      return Unshared.CLIENT_PIPELINES;
    }
    Statement statement = course.statement();
    if (!course.onItsWay() || statement == null) {
      return Unshared.UNKNOWN;
    }
    if (!session.requests().handler().shareable(MOST_BYTES)) {
      return Unshared.SHAPE;
    }
    harmless = statement.readOnly();
    if (!(harmless || mayWrite(statement))
        || course.effects().statements() != 1
        || course.effects().kind() == StatementKind.COPY) {
      return Unshared.NOT_A_READ;
    }
    if (harmless && !statement.repeatable()
        || statement.changesSession() != null
        || statement.readsSequences()
        || statement.maySeed()
        || !course.effects().effects().isEmpty()) {
      return Unshared.SESSION;
    }
    if (!course.decision().letsShare()) {
      return Unshared.RULE;
    }
    return bySize(course);
  }

  private boolean mayWrite(Statement statement) {
    return statement.kind() == StatementClass.WRITE
        && !statement.writesAnything()
        && session.vdb().pools().plan().pipelining().writes();
  }

  private Unshared bySize(Course course) {
    PipeliningSettings settings = session.vdb().pools().plan().pipelining();
    RunHistory ran = course.history();
    if (ran.largest() > settings.maxResultSize()) {
      return Unshared.LARGE;
    }
    if (course.decision().asksToShare()) {
      return null;
    }
    if (ran.runs() < settings.minRuns()) {
      return Unshared.NEW;
    }
    return ran.bestNanos() > settings.maxStatementTime().toNanos() || ran.oftenLong()
        ? Unshared.SLOW
        : null;
  }

  // ---- what comes of it

  /**
   * The statement is the same as another's that is being prepared and may not have been answered
   * yet. The client is told that its own is complete when the server goes on to what follows it:
   * should the other's fail, so would this one, and then nothing stands before the error.
   *
   * @param kind of the answer
   */
  void prepared(byte kind) {
    untold = kind;
  }

  /** What {@link #prepared} is to be told to the client now; asked once, 0 for nothing. */
  byte takeUntold() {
    byte was = lane == null ? 0 : untold;
    untold = 0;
    return was;
  }

  /** So many bytes of the answer are here. */
  void received(ServerConnection from, int bytes) {
    received += bytes;
    boolean large = received > session.vdb().pools().plan().pipelining().maxResultSize();
    if (large) {
      history.grew(received);
    }
    if (large || !session.takesMore()) {
      // Those behind do not wait for this answer, nor for this client to read it.
      lane.moveOthersOn();
      session.lease().pauseForSlowClient(from);
    }
  }

  /** A setting has changed that statements behind this one would meet. */
  void parameterChanged() {
    lane.connection().taint();
    lane.moveOthersOn();
  }

  /** The statement was answered. */
  void answered() {
    Lane place = lane;
    lane = null;
    repeats = 0;
    session.lease().leaveShared();
    ran(history, place.answered(), alone, received);
  }

  /** The statement was answered over a connection of its own. */
  void answeredAlone() {
    repeats = 0;
  }

  /**
   * Whether an error that stands first in the answer is about the connection, or about the replica
   * that it leads to, rather than the statement: it is run again by itself.
   */
  boolean absorbs(ServerError error, ServerConnection from) {
    Cause cause = causeOf(error, from);
    stalePlan = session.dialect().errors().stalePlan(error);
    failedOnReplica = cause == Cause.REPLICA_ERROR;
    boolean undelivered =
        cause == Cause.STALE_PLAN || session.requests().replay().nothingGiven(from);
    Attempt attempt = new Attempt(Guard.SHARED, harmless, undelivered, true);
    return Recovery.of(attempt, cause) == Recovery.ALONE;
  }

  private Cause causeOf(ServerError error, ServerConnection from) {
    StatementErrors errors = session.dialect().errors();
    boolean stale = errors.stalePlan(error) || errors.unknownStatement(error);
    if (stale && !from.told()) {
      return Cause.STALE_PLAN;
    }
    return session.reads().away() && ReplicaTrouble.mayBe(error)
        ? Cause.REPLICA_ERROR
        : Cause.ERROR;
  }

  /**
   * The answer that was absorbed is over.
   *
   * @return whether it said that definitions have changed
   */
  boolean absorbed() {
    Lane place = lane;
    lane = null;
    byItself = true;
    if (failedOnReplica) {
      session.reads().refusedThere();
    } else {
      session.reads().takenBack();
    }
    session.lease().leaveShared();
    place.answered();
    session.requests().course().takeBack();
    return stalePlan && !failedOnReplica;
  }

  /** Whether what was absorbed is what only a replica may have to say. */
  boolean failedOnReplica() {
    return failedOnReplica;
  }

  /** What stands before the statement takes too long. It always can: alone it has no one before. */
  void moveOn() {
    if (state() == State.SHARING) {
      leave();
      repeat();
    }
  }

  /**
   * The connection is lost.
   *
   * @return whether the statement runs again, elsewhere; if not, its client is to be told
   */
  boolean survivesLoss(ServerConnection from) {
    if (lane == null) {
      return false;
    }
    lane = null;
    // One that stood first may be why: once more, and no more, where servers are not known to go.
    boolean mayBeWhy = from.isFirst(session) && !session.vdb().pools().led() && repeats > 0;
    Attempt attempt =
        new Attempt(Guard.SHARED, harmless, received == 0, !mayBeWhy && session.loss().mayGoOn());
    if (state() != State.SHARING) {
      repeats = 0;
      return false;
    }
    if (Recovery.of(attempt, Cause.CONNECTION_LOST) != Recovery.ALONE) {
      repeats = 0;
      session.lease().become(State.ACTIVE);
      return false;
    }
    session.reads().failed();
    session.lease().leaveShared();
    session.owed().takeBack();
    repeat();
    return true;
  }

  private void leave() {
    ServerConnection connection = lane.connection();
    lane.leave(session, cancelOn(connection));
    session.requests().handler().undoNothing(connection);
    lane = null;
    session.reads().takenBack();
    session.lease().leaveShared();
    session.owed().takeBack();
  }

  private void repeat() {
    repeats++;
    byItself = true;
    session.counters().pipelineRepeated();
    session.requests().course().takeBack();
    session.requests().replay().repeat();
  }

  /**
   * The client does not want the statement any more.
   *
   * @param done runs when that can hit nothing else
   */
  void cancel(ServerError error, Runnable done) {
    if (lane.connection().isFirst(session)) {
      cancelFirst(done);
      return;
    }
    leave();
    session.requests().course().end();
    session.requests().replay().forget();
    ByteBuf out = session.channel().alloc().buffer(128);
    session.encoder().error(error, out);
    session.encoder().ready(session.status(), out);
    session.write(out);
    session.counters().errorSent();
    session.requests().process();
    done.run();
  }

  private Runnable cancelOn(ServerConnection connection) {
    ServerConnector connector = session.node().connector();
    return () -> connector.cancel(connection, () -> {});
  }

  private void cancelFirst(Runnable done) {
    ServerConnection connection = lane.connection();
    lane.moveOthersOn(); // the signal may come late
    session.counters().cancelled();
    session.node().connector().cancel(connection, done);
  }

  /** The client is gone. */
  void abandon() {
    if (lane == null) {
      return;
    }
    ServerConnection connection = lane.connection();
    Lane left = lane;
    lane = null;
    session.reads().takenBack();
    session.lease().forgetServer();
    if (connection.closed()) {
      return;
    }
    if (connection.groupOpen()) {
      connection.close("its client broke off in the middle of a batch");
      return;
    }
    boolean running = connection.isFirst(session);
    if (running) {
      left.moveOthersOn();
    }
    Runnable cancel = cancelOn(connection);
    left.leave(session, cancel);
    session.requests().handler().undoNothing(connection);
    if (running) {
      cancel.run();
    }
  }

  /**
   * The reader has come to the end of what it was given: a batch that is not whole is a mistake.
   */
  void checkSent() {
    if (lane != null && state() == State.ACTIVE) {
      lane.connection().close("a shared batch was not sent to its end");
    }
  }

  /** A statement was answered that can tell how long others like it will take. */
  void ran(RunHistory of, long nanos, boolean byItself, long bytes) {
    LoopPool pool = session.lease().destinations().lender();
    of.ran(nanos, byItself, bytes, loop.now(), pool.longestNanos());
    pool.ran(nanos);
  }

  private State state() {
    return session.state();
  }
}
