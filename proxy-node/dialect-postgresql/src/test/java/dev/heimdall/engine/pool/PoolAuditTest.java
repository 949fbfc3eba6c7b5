package dev.heimdall.engine.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.backend.InternalQuery;
import dev.heimdall.engine.backend.LeaseUse;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.wire.ServerError;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Faults of a pool are found, reported, and mended where that is safe. */
class PoolAuditTest extends OnePool {
  @BeforeEach
  void make() {
    open();
    now = first.now();
  }

  private long now;

  /** So many seconds go by, with the upkeep of each. */
  private void pass(int seconds) {
    for (int i = 1; i <= seconds; i++) {
      now += SECOND;
      pool.tick(now);
      runLoops();
    }
  }

  @Test
  void aConnectionThatIsLentToNoSessionIsClosed() {
    ServerConnection lost = held();
    pass(5);
    assertThat(lost.closed()).isFalse();
    assertThat(events.anomalies).isEmpty();
    pass(10);
    assertThat(events.anomalies).containsExactly(PoolAnomaly.NO_HOLDER);
    assertThat(lost.closed()).isTrue();
    assertThat(waiting(pool).waits()).isTrue();
    assertThat(servers.attempts()).as("its capacity is free again").isEqualTo(1);
  }

  @Test
  void aConnectionThatIsNeitherIdleNorLentIsClosed() {
    idle();
    ServerConnection lost = pool.takeIdleWith(new RecordingWaiter().variables());
    assertThat(lost).isNotNull();
    pass(8);
    assertThat(events.anomalies).containsExactly(PoolAnomaly.NOT_HELD);
    assertThat(lost.closed()).isTrue();
  }

  @Test
  void aConnectionIsReportedThatIsCountedAndIsNotThere() {
    assertThat(pool.limit().tryTake()).isTrue();
    pass(10);
    assertThat(events.anomalies).containsOnly(PoolAnomaly.COUNT).isNotEmpty();
  }

  /** Holds a connection for this. */
  private static final class Holder extends InternalQuery {
    private LeaseUse use;

    Holder(LeaseUse use) {
      this.use = use;
    }

    @Override
    public LeaseUse use(ServerConnection held) {
      return use;
    }

    @Override
    protected void done(ServerConnection from, ServerError error) {}
  }

  @Test
  void aConnectionWhoseSessionWaitsForNothingIsClosed() {
    ServerConnection kept = held();
    Holder holder = new Holder(LeaseUse.WORKING);
    kept.hold(holder);
    pass(5);
    assertThat(events.anomalies).isEmpty();
    holder.use = LeaseUse.NONE;
    pass(2);
    assertThat(events.anomalies).as("it may be on its way back").isEmpty();
    pass(5);
    assertThat(events.anomalies).containsExactly(PoolAnomaly.LEASE_IDLE);
    assertThat(kept.closed()).isTrue();
  }

  @Test
  void aConnectionThatIsUsedNowAndThenIsNotTakenForIdle() {
    ServerConnection used = held();
    Holder holder = new Holder(LeaseUse.NONE);
    used.hold(holder);
    for (int i = 0; i < 5; i++) {
      long before = first.now();
      pass(2);
      tickUntil(first, time -> time - before > 0);
      used.hold(holder); // it was used in between
    }
    assertThat(events.anomalies).isEmpty();
    assertThat(used.closed()).isFalse();
  }

  @Test
  void aConnectionWhoseClientIsGoneIsClosedWhenItDoesNotComeToRest() {
    ServerConnection left = held();
    left.hold(new Holder(LeaseUse.LEAVING));
    pass(15);
    assertThat(events.anomalies).as("what it ran may be on its way to its end").isEmpty();
    pass(30);
    assertThat(events.anomalies).containsExactly(PoolAnomaly.CLIENT_GONE);
    assertThat(left.closed()).isTrue();
  }

  @Test
  void aSessionIsReportedThatWaitsWhileAnotherLoopKeepsAnIdleConnection() {
    size = 1;
    vdb.update(plan());
    LoopPool elsewhere = vdb.join(KEY, second);
    waiting(elsewhere);
    elsewhere.release(servers.accept());
    secondLoop.runPendingTasks();
    RecordingWaiter waiter = new RecordingWaiter();
    assertThat(pool.acquire(waiter)).isNull();
    for (int i = 1; i <= 8; i++) {
      now += SECOND;
      pool.tick(now);
      firstLoop.runPendingTasks(); // and the other loop does nothing for it
    }
    assertThat(waiter.waits()).isTrue();
    assertThat(events.anomalies).containsOnly(PoolAnomaly.WAITING).isNotEmpty();
    runLoops();
    runLoops();
    assertThat(waiter.connection).as("it was there to be had").isNotNull();
  }

  @Test
  void whatWorksIsLeftAlone() {
    idle();
    pass(8);
    assertThat(pool.takeIdleWith(new RecordingWaiter().variables())).satisfies(pool::putBack);
    vdb.join(KEY, second);
    pass(8);
    vdb.pause();
    waiting(pool);
    pass(8);
    assertThat(events.anomalies).isEmpty();
  }
}
