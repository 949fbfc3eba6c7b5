package dev.heimdall.engine.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.topology.NodeState;
import dev.heimdall.engine.topology.Topology;
import dev.heimdall.engine.topology.TopologyNode;
import dev.heimdall.engine.topology.TopologyNodes;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.model.NodeRole;
import dev.heimdall.model.ServerAddress;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Pools for a replica. */
class ReaderPoolTest extends OnePool {
  private static final ServerAddress REPLICA = new ServerAddress("replica.example", 5432);

  private LoopPool reader;

  @BeforeEach
  void make() {
    open();
    reader = vdb.readers().at(REPLICA).join(KEY, first);
  }

  private void seen(NodeState state, long at) {
    seen(state, "", at);
  }

  private void seen(NodeState state, String run, long at) {
    TopologyNode node =
        TopologyNodes.run(TopologyNodes.node(REPLICA, NodeRole.REPLICA, state, at), run);
    vdb.seen(new Topology(1, List.of(node)));
    runLoops();
  }

  private ServerConnection ripe() {
    assertThat(reader.prepared()).isFalse();
    ServerConnection connection = servers.accept();
    seen(NodeState.UP, nanoTime());
    return connection;
  }

  @Test
  void connectionsEndWhenAnotherServerAnswersByTheSameName() {
    seen(NodeState.UP, "one", nanoTime());
    ServerConnection connection = ripe();
    seen(NodeState.UP, "one", nanoTime());
    assertThat(connection.closed()).isFalse();

    seen(NodeState.UP, "two", nanoTime());
    assertThat(connection.closed()).isTrue();
    ServerConnection next = ripe();
    seen(NodeState.UP, "two", nanoTime());
    assertThat(next.closed()).isFalse();
  }

  @Test
  void connectionsGoToTheReplica() {
    assertThat(reader.prepared()).isFalse();
    assertThat(servers.lastTarget().source().hosts()).containsExactly(REPLICA);
    assertThat(vdb.readers().at(REPLICA)).isSameAs(reader.scope());
  }

  @Test
  void aConnectionIsUsedOnceItsServerHasAnsweredSinceItWasMade() {
    assertThat(reader.prepared()).isFalse();
    assertThat(reader.prepared()).as("one is on its way").isFalse();
    assertThat(servers.attempts()).isEqualTo(1);
    long before = nanoTime();
    ServerConnection connection = servers.accept();
    assertThat(reader.prepared()).isFalse();
    assertThat(servers.attempts()).as("one is there").isZero();
    seen(NodeState.UP, before);
    assertThat(reader.prepared()).as("what was asked before says nothing").isFalse();
    seen(NodeState.UP, nanoTime());
    assertThat(reader.prepared()).isTrue();
    assertThat(reader.acquire(new RecordingWaiter())).isSameAs(connection);
  }

  @Test
  void whoWaitsGetsWhatIsGivenBackAndANewOneWhenItIsRipe() {
    ServerConnection connection = ripe();
    assertThat(reader.acquire(new RecordingWaiter())).isSameAs(connection);
    RecordingWaiter one = waiting(reader);
    RecordingWaiter other = waiting(reader);
    ServerConnection second = servers.accept();
    assertThat(one.connection).isNull();
    reader.release(connection);
    assertThat(one.connection).isSameAs(connection);
    assertThat(other.connection).isNull();
    seen(NodeState.UP, nanoTime());
    assertThat(other.connection).isSameAs(second);
  }

  @Test
  void nobodyWaitsForAReplicaThatCannotBeReached() {
    ServerConnection connection = ripe();
    reader.acquire(new RecordingWaiter());
    RecordingWaiter waiter = waiting(reader);
    servers.refuse(ServerError.fatal("57P03", "it is being started"));
    assertThat(waiter.waits()).as("another gives its connection back").isTrue();
    servers.vanish(connection);
    runLoops();
    long later = first.now() + SECOND / 5;
    tickUntil(first, now -> now - later > 0);
    reader.tick();
    servers.refuse(ServerError.fatal("57P03", "it is being started"));
    assertThat(waiter.refusal.sqlState()).isEqualTo("57P03");
  }

  @Test
  void whoeverWaitsForASilentReplicaIsToldSoUntilItAnswers() {
    ripe();
    reader.acquire(new RecordingWaiter());
    RecordingWaiter waiter = waiting(reader);
    seen(NodeState.SUSPECT, nanoTime());
    assertThat(waiter.silences).isEqualTo(1);
    reader.tick();
    assertThat(waiter.silences).isEqualTo(2);
    seen(NodeState.UP, nanoTime());
    reader.tick();
    assertThat(waiter.silences).isEqualTo(2);
  }

  @Test
  void aLostReplicaLosesItsConnectionsAndWhoWaits() {
    ServerConnection connection = ripe();
    reader.acquire(new RecordingWaiter());
    RecordingWaiter waiter = waiting(reader);
    seen(NodeState.SUSPECT, nanoTime());
    assertThat(connection.closed()).isFalse();
    seen(NodeState.DOWN, nanoTime());
    assertThat(connection.closed()).isTrue();
    assertThat(waiter.refusal.sqlState()).isEqualTo("08006");
    assertThat(reader.prepared()).isFalse();

    seen(NodeState.UP, nanoTime());
    servers.close();
  }

  @Test
  void whatRunsOnAServerThatLeavesTheClusterComesToItsEnd() {
    ServerConnection connection = ripe();
    reader.acquire(new RecordingWaiter());
    vdb.seen(new Topology(2, List.of()));
    runLoops();
    assertThat(connection.closed()).isFalse();
    reader.release(connection);
    assertThat(connection.closed()).isTrue();
    assertThat(vdb.readers().all()).isEmpty();
  }

  @Test
  void connectionsAreMadeAheadOfReadsAsFarAsThereIsRoom() {
    reader.ready(1);
    assertThat(servers.attempts()).isEqualTo(1);
    reader.ready(1);
    assertThat(servers.attempts()).as("it is on its way").isEqualTo(1);
    servers.accept();
    seen(NodeState.UP, nanoTime());
    assertThat(reader.counts().idle()).isEqualTo(1);
    reader.ready(1);
    assertThat(servers.attempts()).as("it is there").isZero();

    reader.ready(1000);
    assertThat(servers.attempts() + 1).as("all that the pool may have").isEqualTo(size);
  }
}
