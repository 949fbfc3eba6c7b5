package dev.heimdall.engine.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.auth.ServerCredential;
import dev.heimdall.engine.backend.ConnectFailure;
import dev.heimdall.engine.backend.RecordingOwner;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.backend.Variables;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.wire.postgres.PgError;
import dev.heimdall.engine.wire.postgres.ReplyQueue;
import dev.heimdall.model.BackendTls;
import dev.heimdall.model.CatalogSettings;
import dev.heimdall.model.DataSource;
import dev.heimdall.model.Engine;
import dev.heimdall.model.PoolSettings;
import dev.heimdall.model.ResetMode;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongPredicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LoopPoolTest {
  private static final PoolKey KEY = new PoolKey("shop", ServerCredential.withoutSecret("app"));
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  private int size = 2;
  private int minIdle = 0;
  private int maxQueue = 0;
  private Duration lifetime = Duration.ZERO;
  private Duration idleTimeout = Duration.ZERO;
  private Duration queueTimeout = Duration.ZERO;
  private Duration queueNotice = Duration.ZERO;
  private ResetMode reset = ResetMode.CHANGED;

  private final FakeServers servers = new FakeServers();
  private final CountedEvents events = new CountedEvents();
  private final EmbeddedChannel firstLoop = new EmbeddedChannel();
  private final EmbeddedChannel secondLoop = new EmbeddedChannel();
  private final LoopContext first = new LoopContext(0, firstLoop.eventLoop());
  private final LoopContext second = new LoopContext(1, secondLoop.eventLoop());
  private VdbPools vdb;
  private LoopPool pool;

  private static final class CountedEvents implements PoolEvents {
    int cleaned;
    int noticed;
    final List<Duration> exhausted = new ArrayList<>();

    @Override
    public void connected(String vdb, PoolKey key, ServerConnection connection) {}

    @Override
    public void connectFailed(String vdb, VdbPools.Plan plan, ConnectFailure failure) {}

    @Override
    public void closed(String vdb, ServerConnection connection) {}

    @Override
    public void cleaned() {
      cleaned++;
    }

    @Override
    public void waitNoticed() {
      noticed++;
    }

    @Override
    public void exhausted(String vdb, PoolKey key, int size, int waiting, Duration waited) {
      exhausted.add(waited);
    }
  }

  private VdbPools.Plan plan() {
    return new VdbPools.Plan(
        new DataSource(
            "primary",
            Engine.POSTGRESQL,
            "jdbc:postgresql://db.example",
            Optional.empty(),
            Optional.empty(),
            BackendTls.defaults(),
            Duration.ofSeconds(5),
            Duration.ofSeconds(30),
            Duration.ofSeconds(30),
            Map.of(),
            new CatalogSettings(false, Optional.empty(), Optional.empty(), Duration.ofMinutes(1))),
        null,
        new PoolSettings(
            size,
            0,
            0,
            0,
            minIdle,
            lifetime,
            idleTimeout,
            queueTimeout,
            queueNotice,
            maxQueue,
            reset),
        100,
        Map.of());
  }

  private void open() {
    vdb = new VdbPools("shop", servers, events, plan());
    pool = vdb.join(KEY, first);
  }

  @AfterEach
  void close() {
    servers.close();
    firstLoop.close();
    secondLoop.close();
  }

  private void runLoops() {
    firstLoop.runPendingTasks();
    secondLoop.runPendingTasks();
  }

  private RecordingWaiter waiting(LoopPool in) {
    RecordingWaiter waiter = new RecordingWaiter();
    assertThat(in.acquire(waiter)).isNull();
    runLoops();
    return waiter;
  }

  /** A connection that a session holds. */
  private ServerConnection held() {
    RecordingWaiter waiter = waiting(pool);
    ServerConnection connection = servers.accept();
    assertThat(waiter.connection).isSameAs(connection);
    return connection;
  }

  private ServerConnection idle() {
    ServerConnection connection = held();
    pool.release(connection);
    return connection;
  }

  private String sentTo(ServerConnection connection) {
    runLoops();
    return servers.sentTo(connection);
  }

  /** The clock of the loop goes on until then. */
  private static void tickUntil(LoopContext context, LongPredicate reached) {
    long deadline = System.nanoTime() + 10 * SECOND;
    while (!reached.test(context.now())) {
      assertThat(System.nanoTime() - deadline).isNegative();
      context.tick();
    }
  }

  // ---- waiting

  @Test
  void whoCameFirstIsServedFirst() {
    size = 1;
    open();
    ServerConnection only = held();
    RecordingWaiter ann = waiting(pool);
    RecordingWaiter bob = waiting(pool);
    assertThat(pool.waitingCount()).isEqualTo(2);

    pool.release(only);
    assertThat(ann.connection).isSameAs(only);
    assertThat(bob.waits()).isTrue();
    pool.release(only);
    assertThat(bob.connection).isSameAs(only);
    assertThat(pool.waitingCount()).isZero();
    assertThat(pool.heldCount()).isOne();
  }

  @Test
  void nobodyOvertakesWhoWaitsAlready() {
    size = 1;
    open();
    ServerConnection only = held();
    vdb.pause();
    pool.release(only);
    RecordingWaiter ann = waiting(pool);
    vdb.resume();
    RecordingWaiter bob = new RecordingWaiter();

    assertThat(pool.acquire(bob)).isNull();
    runLoops();

    assertThat(ann.connection).isSameAs(only);
    assertThat(bob.waits()).isTrue();
  }

  @Test
  void whoGaveUpIsPassedOver() {
    size = 1;
    open();
    ServerConnection only = held();
    RecordingWaiter ann = waiting(pool);
    RecordingWaiter bob = waiting(pool);

    assertThat(pool.cancel(ann)).isTrue();
    assertThat(pool.cancel(ann)).isFalse();
    pool.release(only);

    assertThat(ann.waits()).isTrue();
    assertThat(bob.connection).isSameAs(only);
  }

  @Test
  void whoWaitsLongerThanTheQueueTimeoutIsRefused() {
    size = 1;
    queueTimeout = Duration.ofSeconds(3);
    open();
    held();
    RecordingWaiter ann = waiting(pool);
    long since = first.now();
    tickUntil(first, now -> now > since);
    RecordingWaiter bob = waiting(pool);

    pool.tick(since + 3 * SECOND);
    assertThat(ann.waits()).isTrue();
    pool.tick(since + 3 * SECOND + 1);

    assertThat(ann.refusal.sqlState()).isEqualTo("53300");
    assertThat(ann.refusal.message()).contains("3000 ms");
    assertThat(bob.waits()).isTrue();
    assertThat(events.exhausted).containsExactly(Duration.ofNanos(3 * SECOND + 1));
  }

  @Test
  void oneMoreThanMaxQueueIsRefusedAtOnce() {
    size = 1;
    maxQueue = 2;
    open();
    held();
    RecordingWaiter ann = waiting(pool);
    RecordingWaiter bob = waiting(pool);
    RecordingWaiter cleo = waiting(pool);

    assertThat(cleo.refusal.sqlState()).isEqualTo("53300");
    assertThat(cleo.refusal.detail()).isEqualTo("pool.maxQueue is 2.");
    assertThat(ann.waits()).isTrue();
    assertThat(bob.waits()).isTrue();
    assertThat(events.exhausted).containsExactly(Duration.ZERO);
  }

  @Test
  void whoWaitsForLongIsToldOnce() {
    size = 1;
    queueNotice = Duration.ofSeconds(2);
    open();
    held();
    RecordingWaiter ann = waiting(pool);
    long since = first.now();

    pool.tick(since + 2 * SECOND - 1);
    assertThat(ann.notices).isZero();
    pool.tick(since + 2 * SECOND);
    pool.tick(since + 4 * SECOND);

    assertThat(ann.notices).isOne();
    assertThat(events.noticed).isOne();
    assertThat(pool.waitNotices()).isOne();
    assertThat(ann.waits()).isTrue();
  }

  @Test
  void aPausedPoolServesNobodyUntilItIsResumed() {
    open();
    ServerConnection connection = idle();
    vdb.pause();
    RecordingWaiter ann = waiting(pool);
    assertThat(ann.waits()).isTrue();

    vdb.resume();
    runLoops();

    assertThat(ann.connection).isSameAs(connection);
  }

  // ---- which connection

  @Test
  void aConnectionWhoseVariablesFitIsPreferred() {
    open();
    ServerConnection utc = held();
    ServerConnection plain = held();
    Variables inUtc = Variables.NONE.with("timezone", "UTC");
    utc.applied(inUtc);
    pool.release(utc);
    pool.release(plain);

    assertThat(pool.acquire(new RecordingWaiter(inUtc))).isSameAs(utc);
    assertThat(pool.acquire(new RecordingWaiter(inUtc))).isSameAs(plain);
  }

  @Test
  void aConnectionBeyondItsLifetimeIsReplacedWhenItComesBack() {
    size = 1;
    lifetime = Duration.ofMillis(1);
    open();
    ServerConnection old = held();
    RecordingWaiter ann = waiting(pool);
    tickUntil(first, now -> now - old.createdAt() > lifetime.toNanos());

    pool.release(old);
    assertThat(old.closed()).isTrue();
    assertThat(old.ending().side()).isEqualTo(ServerConnection.Side.NODE);
    assertThat(ann.waits()).isTrue();

    assertThat(servers.attempts()).isOne();
  }

  @Test
  void anIdleConnectionBeyondItsLifetimeIsClosed() {
    lifetime = Duration.ofHours(1);
    open();
    ServerConnection old = idle();
    lifetime = Duration.ofMillis(1);
    vdb.update(plan());
    tickUntil(first, now -> now - old.createdAt() > lifetime.toNanos());

    pool.tick();

    assertThat(old.closed()).isTrue();
    assertThat(pool.connectionCount()).isZero();
  }

  @Test
  void connectionsFromBeforeAReconnectAreRetired() {
    open();
    ServerConnection idle = held();
    ServerConnection held = held();
    pool.release(idle);

    vdb.reconnect();
    runLoops();
    assertThat(idle.closed()).isTrue();
    assertThat(held.closed()).isFalse();

    pool.release(held);
    assertThat(held.closed()).isTrue();
    assertThat(waiting(pool).waits()).isTrue();
    assertThat(servers.accept().closed()).isFalse();
  }

  @Test
  void aRetiredConnectionIsNotHandedOutBeforeItsLoopHasHeardOfIt() {
    open();
    ServerConnection retired = idle();
    vdb.reconnect();

    assertThat(pool.acquire(new RecordingWaiter())).isNull();

    assertThat(retired.closed()).isTrue();
  }

  @Test
  void aConnectionThatWasBegunBeforeAReconnectServesNobody() {
    open();
    RecordingWaiter ann = waiting(pool);
    vdb.reconnect();
    runLoops();

    assertThat(servers.accept().closed()).isTrue();
    assertThat(ann.waits()).isTrue();
    ServerConnection fresh = servers.accept();
    assertThat(ann.connection).isSameAs(fresh);
  }

  @Test
  void minIdleConnectionsAreOpenedOneATickAndKept() {
    size = 3;
    minIdle = 2;
    idleTimeout = Duration.ofSeconds(1);
    open();
    pool.tick();
    assertThat(servers.attempts()).isOne();
    pool.tick();
    pool.tick();
    assertThat(servers.attempts()).isEqualTo(2);
    servers.accept();
    servers.accept();
    assertThat(pool.idleCount()).isEqualTo(2);

    pool.tick(System.nanoTime() + 5 * SECOND);
    assertThat(pool.idleCount()).isEqualTo(2);
    assertThat(servers.attempts()).isZero();
  }

  @Test
  void connectionsAboveMinIdleAreClosedWhenNobodyUsesThem() {
    minIdle = 1;
    idleTimeout = Duration.ofSeconds(1);
    open();
    ServerConnection one = held();
    ServerConnection other = held();
    pool.release(one);
    pool.release(other);

    pool.tick(System.nanoTime() + 5 * SECOND);

    assertThat(one.closed()).isTrue();
    assertThat(other.closed()).isFalse();
    assertThat(pool.idleCount()).isOne();
  }

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
    assertThat(pool.connectionCount()).isZero();
    assertThat(elsewhere.connectionCount()).isOne();
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

    assertThat(elsewhere.connectionCount()).isZero();
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
    assertThat(pool.idleCount()).isZero();
  }

  // ---- cleaning

  private void beginTransaction(ServerConnection connection) {
    connection.expect(ReplyQueue.QUERY, new RecordingOwner());
    servers.answer(connection, 'T');
    assertThat(connection.status()).isEqualTo((byte) 'T');
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
    assertThat(pool.stateOf(only)).isEqualTo("cleaning");
    servers.answer(only, 'I');

    assertThat(ann.connection).isSameAs(only);
    assertThat(pool.stateOf(only)).isEqualTo("active");
    assertThat(pool.cleaningCount()).isZero();
  }

  @Test
  void whatStaysBehindIsDiscardedAfterTheTransaction() {
    open();
    ServerConnection connection = held();
    beginTransaction(connection);
    connection.taint();
    connection.applied(Variables.NONE.with("timezone", "UTC"));

    pool.release(connection);
    assertThat(sentTo(connection)).contains("ROLLBACK");
    servers.answer(connection, 'I');
    assertThat(sentTo(connection)).contains("DISCARD ALL");
    assertThat(pool.idleCount()).isZero();
    servers.answer(connection, 'I');

    assertThat(pool.idleCount()).isOne();
    assertThat(connection.tainted()).isFalse();
    assertThat(connection.applied()).isEqualTo(Variables.NONE);
    assertThat(events.cleaned).isOne();
  }

  @Test
  void resetAlwaysDiscardsEachTime() {
    reset = ResetMode.ALWAYS;
    open();
    ServerConnection connection = held();

    pool.release(connection);

    assertThat(sentTo(connection)).contains("DISCARD ALL");
    servers.answer(connection, 'I');
    assertThat(pool.idleCount()).isOne();
  }

  @Test
  void whatCannotBeCleanedIsReplaced() {
    size = 1;
    open();
    ServerConnection only = held();
    only.taint();
    waiting(pool);

    pool.release(only);
    servers.fail(only);

    assertThat(only.closed()).isTrue();
    assertThat(pool.cleaningCount()).isZero();
    assertThat(servers.attempts()).isOne();
  }

  @Test
  void whatIsNotCleanedInTimeIsReplaced() {
    size = 1;
    open();
    ServerConnection only = held();
    only.taint();
    waiting(pool);
    pool.release(only);

    pool.tick(first.now() + 9 * SECOND);
    assertThat(only.closed()).isFalse();
    pool.tick(first.now() + 11 * SECOND);

    assertThat(only.closed()).isTrue();
    assertThat(pool.cleaningCount()).isZero();
    assertThat(servers.attempts()).isOne();
  }

  @Test
  void aCancelUnderWayHoldsTheConnectionBack() {
    size = 1;
    open();
    ServerConnection only = held();
    RecordingWaiter ann = waiting(pool);
    only.cancelStarted();

    pool.release(only);
    assertThat(ann.waits()).isTrue();
    pool.tick(first.now() + 60 * SECOND);
    assertThat(only.closed()).isFalse();
    assertThat(sentTo(only)).isEmpty();

    only.cancelEnded();
    assertThat(sentTo(only)).contains("SELECT 1");
    assertThat(ann.waits()).isTrue();
    servers.fail(only); // the late signal met a statement of ours

    assertThat(ann.connection).isSameAs(only);
  }

  @Test
  void aCancelThatEndedBeforeTheReleaseIsStillAbsorbed() {
    open();
    ServerConnection connection = held();
    connection.cancelStarted();
    connection.cancelEnded();

    pool.release(connection);
    assertThat(sentTo(connection)).contains("SELECT 1");
    assertThat(pool.idleCount()).isZero();
    servers.answer(connection, 'I');

    assertThat(pool.idleCount()).isOne();
  }

  // ---- failures

  @Test
  void whoeverWaitsHearsARefusalForGood() {
    open();
    RecordingWaiter ann = waiting(pool);
    RecordingWaiter bob = waiting(pool);

    servers.refuse(PgError.fatal("28P01", "password authentication failed"));

    assertThat(ann.refusal.sqlState()).isEqualTo("28P01");
    assertThat(bob.refusal.sqlState()).isEqualTo("28P01");
    assertThat(pool.waitingCount()).isZero();
  }

  @Test
  void aServerThatStartsUpIsTriedAgainLaterAndOneAttemptAtATime() {
    open();
    RecordingWaiter ann = waiting(pool);
    RecordingWaiter bob = waiting(pool);
    assertThat(servers.attempts()).isEqualTo(2);
    PgError startingUp = PgError.fatal("57P03", "the database system is starting up");
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
    servers.refuse(PgError.fatal("57P03", "the database system is starting up"));
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
    assertThat(pool.heldCount()).isOne();
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
    assertThat(pool.connectionCount()).isZero();
  }
}
