package dev.heimdall.engine.session.sharing;

import dev.heimdall.engine.backend.Ending;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.backend.ServerConnector;
import dev.heimdall.engine.journal.Cause;
import dev.heimdall.engine.journal.Delivery;
import dev.heimdall.engine.journal.ErrorCauses;
import dev.heimdall.engine.journal.Guard;
import dev.heimdall.engine.journal.Recovery;
import dev.heimdall.engine.journal.Recovery.Attempt;
import dev.heimdall.engine.listen.Listening;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.observe.PoolMetrics;
import dev.heimdall.engine.observe.Unshared;
import dev.heimdall.engine.pipeline.RunHistory;
import dev.heimdall.engine.pool.Lane;
import dev.heimdall.engine.pool.LaneUser;
import dev.heimdall.engine.pool.LoopPool;
import dev.heimdall.engine.pool.VdbPools;
import dev.heimdall.engine.reply.ClientOutput;
import dev.heimdall.engine.session.lease.LeaseState;
import dev.heimdall.engine.session.lease.ServerLease;
import dev.heimdall.engine.session.lease.SessionContext;
import dev.heimdall.engine.session.lease.SharedPlaces;
import dev.heimdall.engine.session.placement.ReplicaReads;
import dev.heimdall.engine.session.state.ClientTransaction;
import dev.heimdall.engine.session.statement.NextStatement;
import dev.heimdall.engine.session.statement.StatementLifecycle;
import dev.heimdall.engine.sql.Statement;
import dev.heimdall.engine.sql.StatementClass;
import dev.heimdall.engine.sql.StatementKind;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.TransactionState;
import dev.heimdall.model.PipeliningSettings;
import io.netty.buffer.ByteBuf;

/**
 * Puts a session's short reads into the pipeline of a server connection that other sessions use as
 * well. One statement at a time, whole, and kept until something of its answer has come: until then
 * it can run again elsewhere without its client seeing anything of it.
 */
public final class PipelineSharing implements SharedPlaces {
  private static final int MOST_BYTES = 16 * 1024;

  private final SessionContext session;
  private final LaneUser user;
  private final StatementLifecycle lifecycle;
  private final NextStatement next;
  private final ServerLease lease;
  private final ReplicaReads reads;
  private final ClientTransaction transaction;
  private final Listening listening;
  private final ErrorCauses errors;
  private final VdbPools pools;
  private final LoopContext loop;
  private final PoolMetrics counters;
  private final ServerConnector connector;
  private Lane lane;
  private RunHistory history;
  private boolean alone;

  /** True if the statement may run twice without anybody noticing. */
  private boolean harmless;

  private long received;
  private int repeats;

  /** The statement that is read next has been in a shared pipeline, and is to run by itself. */
  private boolean byItself;

  private boolean noPlace;

  /**
   * Reason that the answer is absorbed: a replica gave it, and the writer may give another; it has
   * left something on the connection, or is too long; or a plan is stale.
   */
  private Cause absorbedFor;

  /** True if it says that definitions have changed. */
  private boolean stalePlan;

  /** Notification that the client is to get when its answer begins; 0 for none. */
  private byte untold;

  /** Way in which the statement that is about to be sent gets its connection. */
  private String how;

  /**
   * @param lifecycle the statement at the reader's position
   * @param reads where the session's reads go
   */
  public PipelineSharing(SessionContext session, StatementLifecycle lifecycle, ReplicaReads reads) {
    this.session = session;
    this.user = session.owner();
    this.lifecycle = lifecycle;
    this.next = lifecycle.next();
    this.lease = session.lease();
    this.reads = reads;
    this.transaction = session.transaction();
    this.listening = session.listening();
    this.errors = session.errors();
    this.pools = session.vdb().pools();
    this.loop = session.loop();
    this.counters = session.counters();
    this.connector = session.connector();
  }

  /** True if statements of this session may share connections at all. */
  public boolean enabled() {
    return pools.plan().pipelining().enabled() && lifecycle.judges();
  }

  /** True if the session has a statement in a shared pipeline, or is about to put it there. */
  @Override
  public boolean active() {
    return lane != null;
  }

  /**
   * Way in which the statement that is being sent has got its connection, in words; can be taken
   * once for each.
   */
  @Override
  public String takeHow() {
    String asked = how;
    how = null;
    if (asked != null) {
      return asked;
    }
    return (transaction.status() == TransactionState.IDLE ? Unshared.PINNED : Unshared.TRANSACTION)
        .answer();
  }

  // ---- getting a place

  /**
   * Gets the statement at the reader's position a place in a shared pipeline.
   *
   * @param pool whose connections it may share: the session's own, or that of a replica
   * @return null when it is to have a connection of its own
   */
  @Override
  public ServerConnection place(LoopPool pool) {
    noPlace = false;
    if (!enabled()) {
      how = "no: switched off";
      return null;
    }
    if (byItself) {
      how = "no: it was, and ran again elsewhere";
      return null;
    }
    Unshared reason = reason();
    Lane found = null;
    if (reason == null) {
      history = next.history();
      found = pool.share(user, history.bestNanos());
      reason = found == null ? Unshared.NO_PLACE : null;
      noPlace = found == null && harmless; // else it waits for a connection of its own
    }
    if (found == null) {
      counters.unshared(reason);
      how = reason.answer();
      return null;
    }
    return take(found);
  }

  /** True if the statement that waits may share a connection, and there was none when it asked. */
  public boolean refusedPlace() {
    return noPlace;
  }

  /** True if the statement may stand behind others: a write cannot leave once it was sent. */
  public boolean mayFollow() {
    return harmless;
  }

  /** True if the statement that waits can be sent over this connection as it is. */
  public boolean runsOn(ServerConnection connection) {
    return reads.reaches(connection) && session.protocol().runsOn(connection);
  }

  /**
   * Shortest duration of the statement that waits; negative if it may not share this connection.
   */
  public long waitsFor(ServerConnection connection) {
    if (!enabled() || byItself || reason() != null || !harmless || !runsOn(connection)) {
      return -1;
    }
    history = next.history();
    return history.bestNanos();
  }

  /** Takes a place in this lane, which has been counted already. */
  @Override
  public ServerConnection take(Lane place) {
    lane = place;
    alone = lane.depth() == 1;
    received = 0;
    untold = 0;
    how = alone ? "yes" : "yes, behind another";
    counters.pipelined(!alone);
    session.sent().alone().keepShared(session.requests().waiting());
    return lane.connection();
  }

  /** The statement that waited has a connection to itself, or will not be sent. */
  @Override
  public void alone() {
    byItself = false;
  }

  /** True if the statement that waits was sent before, so that it is not a new one. */
  @Override
  public boolean again() {
    return byItself;
  }

  private Unshared reason() {
    if (transaction.status() != TransactionState.IDLE
        || session.losses().transactionLost()
        || reads.holdsTransaction()) {
      return Unshared.TRANSACTION;
    }
    if (lease.keepsServer() || listening.undecided()) {
      return Unshared.PINNED;
    }
    if (session.sent().alone().pipelines()) {
      return Unshared.CLIENT_PIPELINES;
    }
    Statement statement = next.statement();
    if (!next.onItsWay() || statement == null) {
      return Unshared.UNKNOWN;
    }
    if (!session.protocol().shareable(MOST_BYTES)) {
      return Unshared.SHAPE;
    }
    harmless = statement.readOnly();
    if (!(harmless || mayWrite(statement))
        || next.effects().statements() != 1
        || next.effects().kind() == StatementKind.BULK) {
      return Unshared.NOT_A_READ;
    }
    if (harmless && !statement.repeatable()
        || statement.changesSession() != null
        || statement.readsSequences()
        || statement.maySeed()
        || !next.effects().effects().isEmpty()) {
      return Unshared.SESSION;
    }
    if (!next.decision().letsShare()) {
      return Unshared.RULE;
    }
    return bySize();
  }

  private boolean mayWrite(Statement statement) {
    return statement.kind() == StatementClass.WRITE
        && !statement.writesAnything()
        && pools.plan().pipelining().writes();
  }

  private Unshared bySize() {
    PipeliningSettings settings = pools.plan().pipelining();
    RunHistory ran = next.history();
    if (ran.largest() > settings.maxResultSize()) {
      return Unshared.LARGE;
    }
    if (next.decision().asksToShare()) {
      return null;
    }
    if (ran.oftenLeavesBehind()) {
      return Unshared.LEFTOVERS;
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
  public void prepared(byte kind) {
    untold = kind;
  }

  /**
   * Notification of {@link #prepared} that the client is to get now; can be taken once, 0 for none.
   */
  public byte takeUntold() {
    byte was = lane == null ? 0 : untold;
    untold = 0;
    return was;
  }

  /** So many bytes of the answer are here. */
  public void received(ServerConnection from, int bytes) {
    received += bytes;
    boolean large = received > pools.plan().pipelining().maxResultSize();
    if (large) {
      history.grew(received);
    }
    if (large || !session.output().takesMore()) {
      // Those behind do not wait for this answer, nor for this client to read it.
      lane.moveOthersOn();
      if (from == lease.server()) {
        lease.backpressure().passed(from);
      }
    }
  }

  /** A setting has changed that statements behind this one would meet. */
  public void parameterChanged() {
    lane.connection().residue().taint();
    lane.moveOthersOn();
  }

  /** The statement was answered. */
  public void answered() {
    Lane place = lane;
    lane = null;
    repeats = 0;
    lease.leaveShared();
    ran(history, place.answered(), alone, received);
  }

  /** The statement was answered over a connection of its own. */
  public void answeredAlone() {
    repeats = 0;
  }

  /**
   * True if an error that stands first in the answer is about the connection, or about the replica
   * that it leads to, rather than the statement: it is run again by itself.
   */
  public boolean absorbs(ServerError error, ServerConnection from) {
    Cause cause = causeOf(error, from);
    stalePlan = errors.stalePlan(error);
    absorbedFor = cause;
    boolean undelivered = cause == Cause.STALE_PLAN || session.sent().alone().nothingGiven(from);
    Attempt attempt = new Attempt(Guard.SHARED, harmless, Delivery.of(undelivered), true);
    return Recovery.of(attempt, cause) == Recovery.ALONE;
  }

  private Cause causeOf(ServerError error, ServerConnection from) {
    boolean stale = errors.stalePlan(error) || errors.unknownStatement(error);
    if (stale && !from.told()) {
      return Cause.STALE_PLAN;
    }
    if (reads.away() && errors.ofReplica(error)) {
      return Cause.REPLICA_ERROR;
    }
    // An error that follows a cancel is the client's, whatever it says.
    return errors.leftBehind(error) && !from.cancels().wereSent() ? Cause.LEFT_BEHIND : Cause.ERROR;
  }

  /**
   * True if the answer, which has no error, is dropped and its statement runs again by itself: the
   * connection has something for the next statement to ask about, or the answer is too long to be
   * held until it is known that it has not.
   */
  public boolean takesBack(ServerConnection from, boolean whole) {
    Attempt attempt =
        new Attempt(
            Guard.SHARED, harmless, Delivery.of(session.sent().alone().nothingGiven(from)), true);
    if (Recovery.of(attempt, Cause.LEFT_BEHIND) != Recovery.ALONE) {
      return false;
    }
    absorbedFor = Cause.LEFT_BEHIND;
    stalePlan = false;
    if (!whole) {
      history.grew(pools.plan().pipelining().maxResultSize() + 1);
    }
    return true;
  }

  /**
   * The answer that was absorbed is over.
   *
   * @return whether it said that definitions have changed
   */
  public boolean absorbed() {
    Lane place = lane;
    lane = null;
    byItself = true;
    if (absorbedFor == Cause.LEFT_BEHIND) {
      history.leftBehind();
      counters.pipelineRepeated();
    }
    if (absorbedFor == Cause.REPLICA_ERROR) {
      reads.refusedThere();
    } else {
      reads.takenBack();
    }
    lease.leaveShared();
    place.answered();
    lifecycle.takeBack();
    return stalePlan && absorbedFor != Cause.REPLICA_ERROR;
  }

  /**
   * True if the client has had nothing of what was absorbed: only a replica may have to say it, or
   * another answer takes its place.
   */
  public boolean runsWholeAgain() {
    return absorbedFor == Cause.REPLICA_ERROR || absorbedFor == Cause.LEFT_BEHIND;
  }

  /**
   * Moves the statement away because what stands before it takes too long. It always can: alone it
   * has no one before.
   */
  public void moveOn() {
    if (state() == LeaseState.SHARING) {
      leave();
      repeat();
    }
  }

  /**
   * The connection is lost.
   *
   * @return whether the statement runs again, elsewhere; if not, its client is to be told
   */
  public boolean survivesLoss(ServerConnection from) {
    if (lane == null) {
      return false;
    }
    lane = null;
    // One that stood first may be why: once more, and no more, where servers are not known to go.
    boolean mayBeWhy = from.isFirst(user) && !pools.led() && repeats > 0;
    Attempt attempt =
        new Attempt(
            Guard.SHARED,
            harmless,
            Delivery.of(received == 0),
            !mayBeWhy && session.losses().mayGoOn());
    if (state() != LeaseState.SHARING) {
      repeats = 0;
      return false;
    }
    boolean overdue = from.ending().side() == Ending.Side.TIME_LIMIT && from.isFirst(user);
    if (overdue || Recovery.of(attempt, Cause.CONNECTION_LOST) != Recovery.ALONE) {
      repeats = 0;
      lease.become(LeaseState.ACTIVE);
      return false;
    }
    reads.failed();
    lease.leaveShared();
    session.pending().takeBack();
    repeat();
    return true;
  }

  /** True if the statement that stands in a lane may be answered by another server instead. */
  public boolean answeredElsewhere(ServerConnection from) {
    return lane != null
        && lane.connection() == from
        && state() == LeaseState.SHARING
        && harmless
        && received == 0
        && session.losses().mayGoOn()
        && reads.mayBeAnsweredElsewhere();
  }

  private void leave() {
    ServerConnection connection = lane.connection();
    lane.leave(user, cancelOn(connection));
    session.protocol().undoNothing(connection);
    lane = null;
    reads.takenBack();
    lease.leaveShared();
    session.pending().takeBack();
  }

  private void repeat() {
    repeats++;
    byItself = true;
    counters.pipelineRepeated();
    lifecycle.takeBack();
    session.sent().alone().repeat();
  }

  /**
   * The client does not want the statement any more.
   *
   * @param done runs when that can hit nothing else
   */
  public void cancel(ServerError error, Runnable done) {
    if (lane.connection().isFirst(user)) {
      cancelFirst(done);
      return;
    }
    leave();
    lifecycle.end();
    session.sent().alone().forget();
    answer(error);
    counters.errorSent();
    session.requests().process();
    done.run();
  }

  private void answer(ServerError error) {
    ClientOutput output = session.output();
    ByteBuf out = output.alloc().buffer(128);
    output.encoder().failure(error, transaction.status(), out);
    output.write(out);
  }

  private Runnable cancelOn(ServerConnection connection) {
    return () -> connector.cancel(connection, () -> {});
  }

  private void cancelFirst(Runnable done) {
    ServerConnection connection = lane.connection();
    lane.moveOthersOn(); // the signal may come late
    counters.cancelled();
    connector.cancel(connection, done);
  }

  /** The client has disconnected. */
  public void abandon() {
    if (lane == null) {
      return;
    }
    ServerConnection connection = lane.connection();
    Lane left = lane;
    lane = null;
    reads.takenBack();
    lease.forgetServer();
    if (connection.closed()) {
      return;
    }
    if (connection.groupOpen()) {
      connection.close("its client broke off in the middle of a batch");
      return;
    }
    boolean running = connection.isFirst(user);
    if (running) {
      left.moveOthersOn();
    }
    Runnable cancel = cancelOn(connection);
    left.leave(user, cancel);
    session.protocol().undoNothing(connection);
    if (running) {
      cancel.run();
    }
  }

  /**
   * The reader has come to the end of what it was given: a batch that is not whole is a mistake.
   */
  public void checkSent() {
    if (lane != null && state() == LeaseState.ACTIVE) {
      lane.connection().close("a shared batch was not sent to its end");
    }
  }

  /** A statement was answered that can tell how long others like it will take. */
  @Override
  public void ran(RunHistory of, long nanos, boolean byItself, long bytes) {
    LoopPool pool = lease.destinations().lender();
    of.ran(nanos, byItself, bytes, loop.now(), pool.longestNanos());
    pool.ran(nanos);
  }

  private LeaseState state() {
    return lease.state();
  }
}
