package dev.heimdall.engine.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.auth.ServerCredential;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.topology.NodeState;
import dev.heimdall.engine.topology.Topology;
import dev.heimdall.engine.topology.TopologyNode;
import dev.heimdall.engine.topology.TopologyNodes;
import dev.heimdall.engine.wire.Capabilities;
import dev.heimdall.model.NodeRole;
import dev.heimdall.model.ServerAddress;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What each of two event loops has of one pool. */
class LoopSharesTest extends OnePool {
  private static final ServerAddress REPLICA = new ServerAddress("replica.example", 5432);

  private LoopPool reader;
  private LoopPool readerElsewhere;
  private LoopPool elsewhere;

  @BeforeEach
  void make() {
    open();
    elsewhere = vdb.join(KEY, second);
    reader = vdb.readers().at(REPLICA).join(KEY, first);
    readerElsewhere = vdb.readers().at(REPLICA).join(KEY, second);
  }

  private void replicaAnswers() {
    TopologyNode node = TopologyNodes.node(REPLICA, NodeRole.REPLICA, NodeState.UP, nanoTime());
    vdb.seen(new Topology(1, List.of(node)));
    runLoops();
  }

  private ServerConnection onlyOneToTheReplica() {
    size = 1;
    vdb.update(plan());
    assertThat(reader.prepared()).isFalse();
    ServerConnection only = servers.accept();
    replicaAnswers();
    return only;
  }

  @Test
  void aLoopWithoutAReplicaConnectionGetsOneThatIsIdleElsewhere() {
    ServerConnection only = onlyOneToTheReplica();
    assertThat(readerElsewhere.prepared()).isTrue();
    RecordingWaiter waiter = waiting(readerElsewhere);
    runLoops();
    assertThat(waiter.connection).isSameAs(only);
    assertThat(only.context()).isSameAs(second);
    assertThat(servers.attempts()).as("the pool is full").isZero();

    readerElsewhere.release(only);
    assertThat(reader.prepared()).isTrue();
    RecordingWaiter back = waiting(reader);
    runLoops();
    assertThat(back.connection).isSameAs(only);
  }

  @Test
  void aLoopWithoutAReplicaConnectionIsNextForOneThatIsHeldElsewhere() {
    ServerConnection only = onlyOneToTheReplica();
    assertThat(reader.acquire(new RecordingWaiter())).isSameAs(only);
    assertThat(readerElsewhere.prepared()).isTrue();
    RecordingWaiter there = waiting(readerElsewhere);
    RecordingWaiter here = waiting(reader);
    assertThat(there.waits()).isTrue();
    long later = second.now() + SECOND / 100;
    tickUntil(first, now -> now - later > 0);
    RecordingWaiter late = waiting(reader);
    reader.cancel(here);
    reader.release(only);
    runLoops();
    assertThat(there.connection).isSameAs(only);
    long afterThat = first.now() + SECOND / 100;
    tickUntil(second, now -> now - afterThat > 0);
    readerElsewhere.release(only);
    runLoops();
    assertThat(late.connection).isSameAs(only);
    assertThat(servers.attempts()).isZero();
  }

  @Test
  void noLoopWaitsForAReplicaThatNoLoopHasAConnectionTo() {
    assertThat(reader.prepared()).isFalse();
    assertThat(readerElsewhere.prepared()).isFalse();
    ServerConnection one = servers.accept();
    servers.accept();
    assertThat(readerElsewhere.prepared()).as("it was not answered since").isFalse();
    replicaAnswers();
    assertThat(one.context()).isSameAs(first);
    assertThat(readerElsewhere.prepared()).isTrue();
    assertThat(servers.attempts()).isZero();
  }

  @Test
  void loopsThatHaveTheSameKeepItForTheirOwnWaitersForAWhile() {
    ServerConnection mine = held();
    RecordingWaiter holder = waiting(elsewhere);
    servers.accept();
    assertThat(holder.connection).isNotNull();
    RecordingWaiter there = waiting(elsewhere);
    long soon = second.now() + SECOND / 200;
    tickUntil(first, now -> now - soon > 0);
    RecordingWaiter here = waiting(pool);
    pool.release(mine);
    runLoops();
    assertThat(here.connection).isSameAs(mine);
    long late = second.now() + LoopShares.EVEN_NANOS * 2;
    tickUntil(first, now -> now - late > 0);
    RecordingWaiter again = waiting(pool);
    pool.release(mine);
    runLoops();
    assertThat(there.connection).isSameAs(mine);
    assertThat(again.waits()).isTrue();
  }

  @Test
  void aConnectionThatNobodyHereWaitsForGoesToALoopThatHasAsMany() {
    ServerConnection mine = held();
    RecordingWaiter holder = waiting(elsewhere);
    servers.accept();
    assertThat(holder.connection).isNotNull();
    RecordingWaiter there = waiting(elsewhere);
    long soon = second.now() + SECOND / 200;
    tickUntil(first, now -> now - soon > 0);
    pool.release(mine);
    runLoops();
    assertThat(there.connection).isSameAs(mine);
  }

  @Test
  void whoWaitsForAConnectionThatIsBeingMadeGetsOneThatIsIdleElsewhere() {
    ServerConnection idle = idle();
    RecordingWaiter waiter = waiting(elsewhere);
    assertThat(servers.attempts()).isEqualTo(1);
    elsewhere.tick();
    runLoops();
    assertThat(waiter.connection).isSameAs(idle);
  }

  @Test
  void roomUnderACommonLimitIsMadeOnWhateverLoopAnotherPoolIsIdle() {
    most = 1;
    vdb.update(plan());
    ServerConnection others = idle();
    PoolKey other = new PoolKey("stock", ServerCredential.withoutSecret("app"), Capabilities.NONE);
    LoopPool asking = vdb.join(other, second);
    RecordingWaiter waiter = waiting(asking);
    runLoops();
    assertThat(others.closed()).isTrue();
    runLoops();
    assertThat(waiter.connection).isNull();
    ServerConnection made = servers.accept();
    assertThat(waiter.connection).isSameAs(made);
    assertThat(made.context()).isSameAs(second);
  }
}
