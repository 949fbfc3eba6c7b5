package dev.heimdall.engine.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.backend.ServerConnection;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Faults of a pool are found, reported, and mended where that is safe. */
class PoolAuditTest extends OnePool {
  @BeforeEach
  void make() {
    open();
  }

  /** So many seconds go by, with the upkeep of each. */
  private void pass(int seconds) {
    long now = first.now();
    for (int i = 1; i <= seconds; i++) {
      pool.tick(now + i * SECOND);
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
