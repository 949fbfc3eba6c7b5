package dev.heimdall.engine.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.auth.ServerCredential;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.backend.Variables;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.prepared.StatementBounds;
import dev.heimdall.engine.wire.Capabilities;
import dev.heimdall.engine.wire.TransactionState;
import dev.heimdall.model.PipeliningSettings;
import dev.heimdall.model.PoolSettings;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LanesTest {
  private static final PoolKey KEY =
      new PoolKey("shop", ServerCredential.withoutSecret("app"), Capabilities.NONE);
  private static final int DEPTH = 4;
  private static final long MICROS = 1000;
  private static final long SHORT = 50 * MICROS;

  private final FakeServers servers = new FakeServers();
  private final EmbeddedChannel loop = new EmbeddedChannel();
  private final LoopContext context = new LoopContext(0, loop.eventLoop());
  private final RecordingWaiter longWaiter = new RecordingWaiter();
  private VdbPools vdb;
  private LoopPool pool;

  private static PoolPlan plan(int connections) {
    Duration day = Duration.ofDays(1);
    PipeliningSettings pipelining =
        new PipeliningSettings(
            true,
            connections,
            DEPTH,
            Duration.ofMillis(1),
            day,
            Duration.ofMillis(2),
            1 << 16,
            3,
            false);
    return new PoolPlan(
        PoolSources.primary(),
        Optional.empty(),
        null,
        PoolSettings.defaults(),
        pipelining,
        StatementBounds.of(100),
        Map.of());
  }

  @BeforeEach
  void open() {
    vdb = new VdbPools("shop", servers, new NoEvents(), plan(1), Neighbours.none());
    pool = vdb.join(KEY, context);
  }

  @AfterEach
  void close() {
    servers.close();
    loop.close();
  }

  /** Makes so many connections, which nobody uses. */
  private List<ServerConnection> idle(int count) {
    List<RecordingWaiter> waiters = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      RecordingWaiter waiter = new RecordingWaiter();
      assertThat(pool.acquire(waiter)).isNull();
      waiters.add(waiter);
    }
    loop.runPendingTasks();
    List<ServerConnection> connections = new ArrayList<>();
    waiters.forEach(waiter -> connections.add(servers.accept()));
    connections.forEach(pool::release);
    return connections;
  }

  private SharingUser share() {
    SharingUser user = new SharingUser();
    Lane lane = pool.share(user, SHORT);
    return lane == null ? null : user.use(lane);
  }

  private void answer(ServerConnection connection) {
    servers.answer(connection, TransactionState.IDLE);
  }

  /** Every statement that has a connection to itself takes far longer than it ever did. */
  private void crowd() {
    for (int i = 0; i < 2000; i++) {
      SharingUser user = new SharingUser();
      ServerConnection connection = user.use(pool.share(user, 1)).lane.connection();
      long begun = context.now();
      while (context.now() - begun < 10) {
        context.tick();
      }
      answer(connection);
    }
  }

  @Test
  void aConnectionThatNobodyUsesComesFirst() {
    List<ServerConnection> two = idle(2);

    SharingUser ann = share();
    SharingUser bob = share();

    assertThat(two).contains(ann.lane.connection(), bob.lane.connection());
    assertThat(ann.lane).isNotSameAs(bob.lane);
    assertThat(pool.counts().shared()).isEqualTo(2);
  }

  @Test
  void statementsQueueWhereAllConnectionsAreBusyAndAreAnsweredInOrder() {
    ServerConnection only = idle(1).get(0);
    SharingUser ann = share();
    SharingUser bob = share();
    assertThat(bob.lane).isSameAs(ann.lane);
    assertThat(pool.view().laneFigures().depth()).isEqualTo(2);

    answer(only);
    assertThat(ann.answers).isOne();
    assertThat(bob.answers).isZero();
    answer(only);

    assertThat(bob.answers).isOne();
    assertThat(pool.counts().shared()).isZero();
    assertThat(pool.counts().idle()).isOne();
    assertThat(pool.view().laneFigures()).isEqualTo(new LaneFigures(0, 0, 2, 2, 1, 0));
  }

  @Test
  void moreThanTheDepthIsNotPutThere() {
    idle(1);
    for (int i = 0; i < DEPTH; i++) {
      assertThat(share()).isNotNull();
    }

    assertThat(share()).isNull();
  }

  @Test
  void aCrowdedServerGetsFewerConnectionsAtATime() {
    idle(6);
    crowd();

    for (int i = 0; i < DEPTH; i++) {
      assertThat(share()).isNotNull();
    }

    assertThat(pool.counts().shared()).isOne();
    assertThat(pool.counts().idle()).isEqualTo(5);
  }

  @Test
  void moreConnectionsAreUsedWhenThoseInUseAreFull() {
    idle(6);
    crowd();

    for (int i = 0; i <= DEPTH; i++) {
      assertThat(share()).isNotNull();
    }

    assertThat(pool.counts().shared()).isEqualTo(2);
  }

  @Test
  void aConnectionThatIsNeverOutOfWorkIsLeftToRunDryWhileThereAreOthers() {
    idle(6);
    crowd();
    ServerConnection busy = share().lane.connection();
    long begun = context.now();
    while (context.now() - begun <= Lane.MAX_BUSY_NANOS) {
      assertThat(share().lane.connection()).isSameAs(busy);
      answer(busy);
      context.tick();
    }

    assertThat(share().lane.connection()).isNotSameAs(busy);

    answer(busy);
    assertThat(pool.counts().shared()).isOne();
  }

  @Test
  void workThatTakesLongIsNotQueuedWhileThereAreOtherConnections() {
    idle(6);
    crowd();
    assertThat(share()).isNotNull(); // tells how long the way to the server takes
    SharingUser slow = new SharingUser();

    Lane lane = pool.share(slow, SHORT + TimeUnit.MILLISECONDS.toNanos(5));

    assertThat(lane.depth()).isOne();
    slow.use(lane);
  }

  @Test
  void otherVariablesNeverShare() {
    idle(1);
    SharingUser user = new SharingUser();
    user.variables = Variables.NONE.with("timezone", "UTC");

    assertThat(pool.share(user, SHORT)).isNull();
    assertThat(share()).isNotNull();
    assertThat(pool.share(user, SHORT)).isNull();
  }

  @Test
  void aConnectionThatHasToBeAskedFirstIsNotShared() {
    idle(1);
    SharingUser user = new SharingUser();
    user.fits = false;

    assertThat(pool.share(user, SHORT)).isNull();
    assertThat(pool.counts().idle()).isOne();
    assertThat(pool.counts().shared()).isZero();
  }

  @Test
  void aPausedPoolSharesNothing() {
    idle(1);
    vdb.pause();

    assertThat(share()).isNull();
  }

  @Test
  void whoNeedsAConnectionOfItsOwnGetsTheLastSharedOne() {
    idle(1);
    SharingUser ann = share();
    ServerConnection only = ann.lane.connection();
    RecordingWaiter waiter = new RecordingWaiter();
    assertThat(pool.acquire(waiter)).isNull();

    assertThat(share()).isNull();
    answer(only);

    assertThat(waiter.connection).isSameAs(only);
  }

  @Test
  void thoseWhoWaitShareTheConnectionThatBecomesFree() {
    RecordingWaiter own = new RecordingWaiter();
    List<SharingUser> shared = new ArrayList<>();
    ServerConnection only = idle(1).get(0);
    assertThat(pool.acquire(own)).isSameAs(only);
    for (int i = 0; i < DEPTH + 1; i++) {
      shared.add(new SharingUser());
      assertThat(pool.acquire(shared.get(i))).isNull();
    }

    pool.release(only);

    assertThat(shared.subList(0, DEPTH)).allMatch(user -> user.lane != null);
    assertThat(shared.get(DEPTH).lane).isNull();
    assertThat(pool.counts().waiting()).isOne();
  }

  @Test
  void thoseWhoShareComeBeforeOneWhoNeedsItsOwnAndThenItIsItsTurn() {
    ServerConnection only = idle(1).get(0);
    assertThat(pool.acquire(new RecordingWaiter())).isSameAs(only);
    RecordingWaiter own = new RecordingWaiter();
    SharingUser ann = new SharingUser();
    SharingUser bob = new SharingUser();
    assertThat(pool.acquire(own)).isNull();
    assertThat(pool.acquire(ann)).isNull();
    assertThat(pool.acquire(bob)).isNull();

    pool.release(only);
    assertThat(ann.lane).isNotNull().isSameAs(bob.lane);
    SharingUser cleo = new SharingUser();
    assertThat(pool.acquire(cleo)).isNull();
    answer(only);
    answer(only);

    assertThat(own.connection).isSameAs(only);
    assertThat(cleo.lane).isNull();
  }

  @Test
  void oneConnectionGoesOnBeingSharedWhileOthersWillComeBack() {
    List<ServerConnection> two = idle(2);
    RecordingWaiter holder = new RecordingWaiter();
    ServerConnection held = pool.acquire(holder);
    SharingUser ann = share();
    for (int i = 0; i < 5; i++) {
      assertThat(pool.acquire(new RecordingWaiter())).isNull();
    }

    SharingUser bob = share();

    assertThat(two).contains(held);
    assertThat(bob.lane).isSameAs(ann.lane);
  }

  /** All connections but the one of the lane are with single sessions, and one more waits. */
  private SharingUser shareTheLastOf(int connections) {
    idle(connections);
    for (int i = 1; i < connections; i++) {
      assertThat(pool.acquire(new RecordingWaiter())).isNotNull();
    }
    SharingUser user = share();
    assertThat(pool.acquire(longWaiter)).isNull();
    return user;
  }

  @Test
  void theLastLaneOfABusyPoolRestsForTheNextShortStatement() {
    Lane lane = shareTheLastOf(5).lane;
    ServerConnection last = lane.connection();

    answer(last);
    assertThat(longWaiter.connection).isNull();
    SharingUser bob = share();

    assertThat(bob.lane).isSameAs(lane);
    answer(last);
    assertThat(bob.answers).isOne();
  }

  @Test
  void aLaneThatHasRestedForLongGoesToWhoWaits() {
    ServerConnection last = shareTheLastOf(5).lane.connection();
    answer(last);
    assertThat(longWaiter.connection).isNull();

    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (longWaiter.connection == null && System.nanoTime() < deadline) {
      loop.runScheduledPendingTasks();
    }

    assertThat(longWaiter.connection).isSameAs(last);
    assertThat(pool.counts().shared()).isZero();
  }

  @Test
  void noLaneRestsInASmallPool() {
    ServerConnection last = shareTheLastOf(4).lane.connection();

    answer(last);

    assertThat(longWaiter.connection).isSameAs(last);
  }

  @Test
  void noLaneRestsInAPausedPool() {
    ServerConnection last = shareTheLastOf(5).lane.connection();
    vdb.pause();

    answer(last);

    assertThat(pool.counts().shared()).isZero();
    assertThat(pool.counts().idle()).isOne();
  }

  @Test
  void aRestingLaneThatIsLostIsNoLaneAnyMore() {
    ServerConnection last = shareTheLastOf(5).lane.connection();
    answer(last);

    servers.vanish(last);

    assertThat(pool.counts().shared()).isZero();
    assertThat(share()).isNull();
  }

  @Test
  void thoseBehindTheFirstMoveOnAndWhatIsStillAnsweredToThemIsDropped() {
    ServerConnection only = idle(1).get(0);
    SharingUser first = share();
    SharingUser second = share();
    SharingUser third = share();

    first.lane.moveOthersOn();
    first.lane.moveOthersOn();

    assertThat(List.of(first.moved, second.moved, third.moved)).containsExactly(0, 1, 1);
    assertThat(share()).as("a lane that is left takes nobody").isNull();
    answer(only);
    answer(only);
    answer(only);
    assertThat(List.of(first.answers, second.answers, third.answers)).containsExactly(1, 0, 0);
    assertThat(pool.counts().idle()).isOne();
    assertThat(pool.view().laneFigures().moved()).isEqualTo(2);
  }

  @Test
  void whatOthersHaveLeftBehindKeepsNobodyAtASilentServer() {
    ServerConnection only = idle(1).get(0);
    SharingUser first = share();
    share();
    first.lane.moveOthersOn();

    assertThat(only.delivery().answeredElsewhere()).isFalse();
    first.elsewhere = true;
    assertThat(only.delivery().answeredElsewhere()).isTrue();
  }

  @Test
  void whatCannotLeaveStandsBehindNothing() {
    ServerConnection only = idle(1).get(0);
    SharingUser read = share();
    SharingUser write = new SharingUser();
    write.follows = false;

    assertThat(pool.share(write, SHORT)).isNull();
    answer(only);
    write.use(pool.share(write, SHORT));
    assertThat(share().lane).as("reads stand behind it").isSameAs(write.lane);
    assertThat(read.answers).isOne();
  }

  @Test
  void aReadThatHasBegunATransactionEndsTheConnection() {
    ServerConnection only = idle(1).get(0);
    share();
    SharingUser second = share();

    servers.answer(only, TransactionState.OPEN);

    assertThat(only.closed()).isTrue();
    assertThat(second.lane).isNull();
    assertThat(pool.counts().shared()).isZero();
    assertThat(pool.counts().all()).isZero();
  }

  @Test
  void aConnectionThatIsLostIsNoLaneAnyMore() {
    ServerConnection only = idle(1).get(0);
    share();

    servers.vanish(only);

    assertThat(pool.counts().shared()).isZero();
    assertThat(share()).isNull();
  }

  @Test
  void aRetiredConnectionIsClosedWhenItsStatementsAreAnswered() {
    ServerConnection only = idle(1).get(0);
    share();
    vdb.reconnect();
    loop.runPendingTasks();

    answer(only);

    assertThat(only.closed()).isTrue();
  }

  @Test
  void statementsOfOneTurnLeaveTogether() {
    ServerConnection only = idle(1).get(0);
    servers.sentTo(only);
    share().lane.connection().write(only.allocate(8).writeBytes(new byte[] {'a'}));
    share().lane.connection().write(only.allocate(8).writeBytes(new byte[] {'b'}));
    assertThat(servers.sentNow(only)).isEmpty();

    loop.runPendingTasks();

    assertThat(servers.sentTo(only)).isEqualTo("ab");
  }
}
