package dev.heimdall.engine.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.backend.RecordingOwner;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.backend.Variables;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.TransactionState;
import dev.heimdall.engine.wire.postgres.ReplyQueue;
import dev.heimdall.model.ResetMode;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Connections that move, are cleaned, grow old and fail. */
class LoopPoolUpkeepTest extends OnePool {
  // ---- between loops

  @Test
  void aConnectionGoesToTheLoopWhereSomebodyHasWaitedLonger() {
    size = 1;
    open();
    LoopPool elsewhere = vdb.join(KEY, second);
    ServerConnection only = held();
    RecordingWaiter ann = waiting(elsewhere);
    tickUntil(first, now -> now - second.now() > TimeUnit.MILLISECONDS.toNanos(3));
    RecordingWaiter bob = waiting(pool);

    pool.release(only);
    runLoops();

    assertThat(ann.connection).isSameAs(only);
    assertThat(only.context()).isSameAs(second);
    assertThat(bob.waits()).isTrue();
    assertThat(pool.counts().all()).isZero();
    assertThat(elsewhere.counts().all()).isOne();
  }

  @Test
  void whatEndsOnItsNewLoopFreesItsPlace() {
    size = 1;
    open();
    LoopPool elsewhere = vdb.join(KEY, second);
    ServerConnection only = idle();
    RecordingWaiter ann = waiting(elsewhere);
    runLoops();
    assertThat(ann.connection).isSameAs(only);
    RecordingWaiter bob = waiting(pool);
    assertThat(servers.attempts()).isZero();

    servers.vanish(only);
    runLoops();

    assertThat(elsewhere.counts().all()).isZero();
    assertThat(servers.attempts()).isOne();
    assertThat(bob.connection).isNull();
    ServerConnection fresh = servers.accept();
    assertThat(bob.connection).isSameAs(fresh);
  }

  @Test
  void anIdleConnectionIsLentToALoopThatMayOpenNone() {
    size = 1;
    open();
    LoopPool elsewhere = vdb.join(KEY, second);
    ServerConnection only = idle();

    RecordingWaiter ann = waiting(elsewhere);
    runLoops();

    assertThat(ann.connection).isSameAs(only);
    assertThat(servers.attempts()).isZero();
    assertThat(pool.counts().idle()).isZero();
  }

  // ---- cleaning

  private void beginTransaction(ServerConnection connection) {
    connection.expect(ReplyQueue.QUERY, new RecordingOwner());
    servers.answer(connection, TransactionState.OPEN);
    assertThat(connection.status()).isEqualTo(TransactionState.OPEN);
  }

  @Test
  void anOpenTransactionIsRolledBackBeforeTheNextSession() {
    size = 1;
    open();
    ServerConnection only = held();
    beginTransaction(only);
    RecordingWaiter ann = waiting(pool);

    pool.release(only);
    assertThat(sentTo(only)).isEqualTo("Q\0\0\0\rROLLBACK\0");
    assertThat(ann.waits()).isTrue();
    assertThat(pool.view().stateOf(only)).isEqualTo("cleaning");
    servers.answer(only, TransactionState.IDLE);

    assertThat(ann.connection).isSameAs(only);
    assertThat(pool.view().stateOf(only)).isEqualTo("active");
    assertThat(pool.view().cleaningCount()).isZero();
  }

  @Test
  void aConnectionWhoseTransactionOutlivesItsRollbackIsClosed() {
    size = 1;
    open();
    ServerConnection only = held();
    beginTransaction(only);
    pool.release(only);

    servers.answer(only, TransactionState.OPEN);

    assertThat(only.closed()).isTrue();
    assertThat(pool.view().cleaningCount()).isZero();
  }

  @Test
  void whatStaysBehindIsDiscardedAfterTheTransaction() {
    open();
    ServerConnection connection = held();
    beginTransaction(connection);
    connection.residue().taint();
    connection.applied(Variables.NONE.with("timezone", "UTC"));

    pool.release(connection);
    assertThat(sentTo(connection)).contains("ROLLBACK");
    servers.answer(connection, TransactionState.IDLE);
    assertThat(sentTo(connection))
        .containsSubsequence("setseed", "SET SESSION CHARACTERISTICS", "DISCARD ALL");
    servers.answer(connection, TransactionState.IDLE);
    servers.answer(connection, TransactionState.IDLE);
    assertThat(pool.counts().idle()).isZero();
    servers.answer(connection, TransactionState.IDLE);

    assertThat(pool.counts().idle()).isOne();
    assertThat(connection.residue().tainted()).isFalse();
    assertThat(connection.applied()).isEqualTo(Variables.NONE);
    assertThat(events.cleaned).isOne();
  }

  @Test
  void resetAlwaysDiscardsEachTime() {
    reset = ResetMode.ALWAYS;
    open();
    ServerConnection connection = held();

    pool.release(connection);

    assertThat(sentTo(connection))
        .containsSubsequence("setseed", "SET SESSION CHARACTERISTICS", "DISCARD ALL");
    servers.answer(connection, TransactionState.IDLE);
    servers.answer(connection, TransactionState.IDLE);
    servers.answer(connection, TransactionState.IDLE);
    assertThat(pool.counts().idle()).isOne();
  }

  @Test
  void whatCannotBeCleanedIsReplaced() {
    size = 1;
    open();
    ServerConnection only = held();
    only.residue().taint();
    waiting(pool);

    pool.release(only);
    servers.fail(only);

    assertThat(only.closed()).isTrue();
    assertThat(pool.view().cleaningCount()).isZero();
    assertThat(servers.attempts()).isOne();
  }

  @Test
  void whatIsNotCleanedInTimeIsReplaced() {
    size = 1;
    open();
    ServerConnection only = held();
    only.residue().taint();
    waiting(pool);
    pool.release(only);

    pool.tick(first.now() + 9 * SECOND);
    assertThat(only.closed()).isFalse();
    pool.tick(first.now() + 11 * SECOND);

    assertThat(only.closed()).isTrue();
    assertThat(pool.view().cleaningCount()).isZero();
    assertThat(servers.attempts()).isOne();
  }

  @Test
  void aCancelUnderWayHoldsTheConnectionBack() {
    size = 1;
    open();
    ServerConnection only = held();
    RecordingWaiter ann = waiting(pool);
    only.cancels().started();

    pool.release(only);
    assertThat(ann.waits()).isTrue();
    pool.tick(first.now() + 60 * SECOND);
    assertThat(only.closed()).isFalse();
    assertThat(sentTo(only)).isEmpty();

    only.cancelEnded();
    assertThat(sentTo(only)).contains("SELECT 1");
    assertThat(ann.waits()).isTrue();
    servers.fail(only, "57014"); // the late signal met a statement of ours

    assertThat(ann.connection).isSameAs(only);
  }

  @Test
  void aCancelThatEndedBeforeTheReleaseIsStillAbsorbed() {
    open();
    ServerConnection connection = held();
    connection.cancels().started();
    connection.cancelEnded();

    pool.release(connection);
    assertThat(sentTo(connection)).contains("SELECT 1");
    assertThat(pool.counts().idle()).isZero();
    servers.answer(connection, TransactionState.IDLE);

    assertThat(pool.counts().idle()).isOne();
  }

  // ---- failures

  @Test
  void whoeverWaitsHearsARefusalForGood() {
    open();
    RecordingWaiter ann = waiting(pool);
    RecordingWaiter bob = waiting(pool);

    servers.refuse(ServerError.fatal("28P01", "password authentication failed"));

    assertThat(ann.refusal.sqlState()).isEqualTo("28P01");
    assertThat(bob.refusal.sqlState()).isEqualTo("28P01");
    assertThat(pool.counts().waiting()).isZero();
  }

  @Test
  void aServerThatStartsUpIsTriedAgainLaterAndOneAttemptAtATime() {
    open();
    RecordingWaiter ann = waiting(pool);
    RecordingWaiter bob = waiting(pool);
    assertThat(servers.attempts()).isEqualTo(2);
    ServerError startingUp = ServerError.fatal("57P03", "the database system is starting up");
    servers.refuse(startingUp);
    servers.refuse(startingUp);
    assertThat(servers.attempts()).isZero();
    assertThat(ann.waits()).isTrue();
    long failed = first.now();

    tickUntil(first, now -> now - failed > TimeUnit.MILLISECONDS.toNanos(250));
    pool.tick();
    assertThat(servers.attempts()).isOne();
    servers.accept();

    assertThat(ann.connection).isNotNull();
    assertThat(bob.waits()).isTrue();
  }

  @Test
  void nobodyWaitsLongerForALostServerThanConnectingMayTake() {
    open();
    RecordingWaiter ann = waiting(pool);
    servers.refuse(ServerError.fatal("57P03", "the database system is starting up"));
    long since = first.now();

    pool.tick(since + SECOND);
    assertThat(ann.waits()).isTrue();
    pool.tick(since + 6 * SECOND);

    assertThat(ann.refusal.sqlState()).isEqualTo("57P03");
  }

  @Test
  void aConnectionLostWhileHeldMakesRoomForAnother() {
    size = 1;
    open();
    ServerConnection only = held();
    RecordingWaiter ann = waiting(pool);

    servers.vanish(only);
    pool.release(only);
    ServerConnection fresh = servers.accept();

    assertThat(ann.connection).isSameAs(fresh);
    assertThat(pool.counts().held()).isOne();
  }

  @Test
  void theEndOfTheVirtualDatabaseRefusesWaitersAndClosesConnections() {
    size = 1;
    open();
    ServerConnection only = held();
    RecordingWaiter ann = waiting(pool);

    vdb.close();
    runLoops();

    assertThat(ann.refusal.sqlState()).isEqualTo("57P01");
    assertThat(only.closed()).isTrue();
    assertThat(pool.counts().all()).isZero();
  }
}
