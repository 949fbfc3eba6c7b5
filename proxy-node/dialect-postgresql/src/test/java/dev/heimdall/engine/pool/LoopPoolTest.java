package dev.heimdall.engine.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.backend.Ending;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.backend.Variables;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Who gets which connection. */
class LoopPoolTest extends OnePool {
  // ---- waiting

  @Test
  void whoCameFirstIsServedFirst() {
    size = 1;
    open();
    ServerConnection only = held();
    RecordingWaiter ann = waiting(pool);
    RecordingWaiter bob = waiting(pool);
    assertThat(pool.counts().waiting()).isEqualTo(2);

    pool.release(only);
    assertThat(ann.connection).isSameAs(only);
    assertThat(bob.waits()).isTrue();
    pool.release(only);
    assertThat(bob.connection).isSameAs(only);
    assertThat(pool.counts().waiting()).isZero();
    assertThat(pool.counts().held()).isOne();
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
    assertThat(pool.view().waitNotices()).isOne();
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
    lifetime = Duration.ofMillis(50);
    open();
    ServerConnection old = held();
    RecordingWaiter ann = waiting(pool);
    tickUntil(first, now -> now - old.createdAt() > lifetime.toNanos());

    pool.release(old);
    assertThat(old.closed()).isTrue();
    assertThat(old.ending().side()).isEqualTo(Ending.Side.NODE);
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
    assertThat(pool.counts().all()).isZero();
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
    assertThat(pool.counts().idle()).isEqualTo(2);

    pool.tick(nanoTime() + 5 * SECOND);
    assertThat(pool.counts().idle()).isEqualTo(2);
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

    pool.tick(nanoTime() + 5 * SECOND);

    assertThat(one.closed()).isTrue();
    assertThat(other.closed()).isFalse();
    assertThat(pool.counts().idle()).isOne();
  }
}
