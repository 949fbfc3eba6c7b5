package dev.heimdall.engine.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.auth.ServerCredential;
import dev.heimdall.engine.backend.InternalQuery;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.topology.NodeState;
import dev.heimdall.engine.topology.Topology;
import dev.heimdall.engine.topology.TopologyNode;
import dev.heimdall.engine.topology.TopologyNodes;
import dev.heimdall.engine.wire.Capabilities;
import dev.heimdall.engine.wire.Position;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.TransactionState;
import dev.heimdall.model.ClusterKind;
import dev.heimdall.model.FailoverSettings;
import dev.heimdall.model.NodeRole;
import dev.heimdall.model.ServerAddress;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A pool whose connections go to the writer of a cluster. */
class LedPoolTest {
  private static final PoolKey KEY =
      new PoolKey("shop", ServerCredential.withoutSecret("shop"), Capabilities.NONE);
  private static final ServerAddress ONE = new ServerAddress("one.example", 5432);
  private static final ServerAddress OTHER = new ServerAddress("other.example", 5432);

  private static final int SIZE = 4;

  private final FakeServers servers = new FakeServers();
  private final EmbeddedChannel channel = new EmbeddedChannel();
  private final LoopContext loop = new LoopContext(0, channel.eventLoop());
  private VdbPools vdb;
  private LoopPool pool;

  private static PoolPlan plan() {
    return PoolSources.plan(
        PoolSources.source(
            "cluster",
            "jdbc:postgresql://one.example,other.example",
            PoolSources.cluster(
                ClusterKind.POSTGRES, new FailoverSettings(Duration.ofSeconds(10), 2))),
        PoolSources.settings(SIZE, Optional.of(0), Duration.ofSeconds(1)));
  }

  @BeforeEach
  void open() {
    vdb = new VdbPools("shop", servers, new NoEvents(), plan(), Neighbours.none());
    pool = vdb.join(KEY, loop);
  }

  @AfterEach
  void close() {
    servers.close();
    channel.close();
  }

  private RecordingWaiter asks() {
    RecordingWaiter waiter = new RecordingWaiter();
    ServerConnection connection = pool.acquire(waiter);
    if (connection != null) {
      waiter.acquired(connection);
    }
    channel.runPendingTasks();
    return waiter;
  }

  private void lead(ServerAddress writer) {
    vdb.lead(Optional.ofNullable(writer), false);
    channel.runPendingTasks();
  }

  @Test
  void nobodyIsConnectedBeforeAWriterIsKnown() {
    RecordingWaiter waiter = asks();
    assertThat(servers.attempts()).isZero();
    assertThat(waiter.waits()).isTrue();

    lead(ONE);
    assertThat(servers.lastTarget().source().hosts()).containsExactly(ONE);
    assertThat(waiter.connection).isNull();
    ServerConnection connection = servers.accept();
    assertThat(waiter.connection).isSameAs(connection);
  }

  @Test
  void aHeldConnectionEndsWhenAnotherServerAnswersByTheSameName() {
    lead(ONE);
    RecordingWaiter holder = asks();
    ServerConnection connection = servers.accept();
    vdb.lead(Optional.of(ONE), true);
    channel.runPendingTasks();
    assertThat(connection.closed()).isTrue();
    assertThat(holder.connection).isSameAs(connection);
  }

  private void seen(NodeState state) {
    TopologyNode one =
        TopologyNodes.node(ONE, NodeRole.WRITER, state, Position.NONE, 0, 0, System.nanoTime());
    vdb.seen(new Topology(1, List.of(one)));
    channel.runPendingTasks();
  }

  /** What replicas may answer is taken from it; who needs the writer goes on waiting. */
  @Test
  void whoeverWaitsForASilentWriterIsToldSoUntilItAnswers() {
    lead(ONE);
    RecordingWaiter waiter = asks();
    seen(NodeState.UP);
    pool.tick();
    assertThat(waiter.silences).isZero();
    seen(NodeState.SUSPECT);
    assertThat(waiter.silences).isEqualTo(1);
    pool.tick();
    assertThat(waiter.silences).as("a replica may have caught up").isEqualTo(2);
    assertThat(waiter.waits()).isTrue();
    seen(NodeState.UP);
    pool.tick();
    assertThat(waiter.silences).isEqualTo(2);
  }

  /** A read that is on its way, which another server may answer. */
  private static final class Read extends InternalQuery {
    private boolean lost;

    @Override
    public boolean answeredElsewhere(ServerConnection from) {
      return !lost;
    }

    @Override
    protected void done(ServerConnection from, ServerError error) {
      lost = from.closed();
    }
  }

  private Read reads(ServerConnection connection) {
    Read read = new Read();
    connection.query("SELECT 1", read);
    channel.runPendingTasks();
    return read;
  }

  private List<ServerConnection> full() {
    List<ServerConnection> all = new ArrayList<>();
    for (int i = 0; i < SIZE; i++) {
      asks();
      all.add(servers.accept());
    }
    return all;
  }

  /** It may only stand still for a moment, and has all of them open. */
  @Test
  void whatAReadIsTakenFromKeepsItsPlaceUntilTheServerHasClosedIt() {
    lead(ONE);
    List<ServerConnection> all = full();
    Read read = reads(all.get(0));
    servers.sentTo(all.get(0));

    seen(NodeState.SUSPECT);
    assertThat(read.lost).isTrue();
    assertThat(servers.sentTo(all.get(0))).as("the end of the session").isEqualTo("X\0\0\0\4");
    RecordingWaiter waiter = asks();
    pool.tick();
    assertThat(servers.attempts()).as("it would be one too many there").isZero();
    assertThat(servers.cancelled()).as("it would not read the request").isEmpty();

    seen(NodeState.UP);
    pool.tick();
    pool.tick();
    assertThat(servers.cancelled()).containsExactly(all.get(0));
    assertThat(servers.attempts()).isZero();
    servers.answer(all.get(0), TransactionState.IDLE);
    servers.vanish(all.get(0));
    channel.runPendingTasks();
    assertThat(servers.attempts()).isEqualTo(1);
    servers.accept();
    assertThat(waiter.connection).isNotNull();
  }

  @Test
  void aServerThatDoesNotCloseItInTimeIsNotWaitedForForEver() {
    lead(ONE);
    reads(full().get(0));
    seen(NodeState.SUSPECT);
    seen(NodeState.UP);
    pool.tick(loop.now());
    pool.tick(loop.now() + Duration.ofSeconds(9).toNanos());
    asks();
    assertThat(servers.attempts()).isZero();
    pool.tick(loop.now() + Duration.ofSeconds(11).toNanos());
    asks();
    assertThat(servers.attempts()).isEqualTo(1);
  }

  @Test
  void nothingIsLeftWithAServerThatIsNotTheWriterAnyMore() {
    lead(ONE);
    Read read = reads(full().get(0));
    lead(null);
    assertThat(read.lost).isTrue();
    asks();
    lead(ONE);
    assertThat(servers.attempts()).as("it was not closed there").isZero();
    lead(null);
    lead(OTHER);
    assertThat(servers.attempts()).isPositive();
  }

  @Test
  void aHeldConnectionEndsWhenAnotherServerIsTheWriter() {
    lead(ONE);
    RecordingWaiter holder = asks();
    ServerConnection connection = servers.accept();
    assertThat(holder.connection).isSameAs(connection);

    lead(null);
    assertThat(connection.closed()).isFalse();
    lead(ONE);
    assertThat(connection.closed()).isFalse();
    lead(OTHER);
    assertThat(connection.closed()).isTrue();
  }

  @Test
  void anIdleConnectionIsNotGivenOutWhileThereIsNoWriter() {
    lead(ONE);
    RecordingWaiter first = asks();
    ServerConnection connection = servers.accept();
    pool.release(first.connection);

    lead(null);
    RecordingWaiter second = asks();
    assertThat(second.waits()).isTrue();
    lead(ONE);
    assertThat(second.connection).isSameAs(connection);
  }

  @Test
  void anAttemptAtTheServerBeforeHoldsNobodyUp() {
    lead(ONE);
    RecordingWaiter waiter = asks();
    assertThat(servers.attempts()).isEqualTo(1);

    lead(OTHER);
    assertThat(servers.attempts()).isEqualTo(2);
    servers.refuse(ServerError.fatal("28P01", "no such password"));
    assertThat(waiter.waits()).as("refused by another server").isTrue();
    ServerConnection connection = servers.accept();
    assertThat(waiter.connection).isSameAs(connection);
  }

  @Test
  void aConnectionToTheServerBeforeThatComesLateIsNotUsed() {
    lead(ONE);
    RecordingWaiter waiter = asks();
    lead(OTHER);

    ServerConnection late = servers.accept();
    assertThat(late.closed()).isTrue();
    assertThat(waiter.waits()).isTrue();
    assertThat(waiter.connection).isNull();
    servers.accept();
    assertThat(waiter.connection).isNotNull();
  }

  @Test
  void noMoreWaitForAWriterThanMay() {
    asks();
    asks();
    RecordingWaiter third = asks();
    assertThat(third.refusal.sqlState()).isEqualTo("57P03");
    assertThat(third.refusal.detail()).contains("cluster.failover.maxQueue is 2");
  }

  @Test
  void nobodyWaitsForAWriterLongerThanSaidAndThePoolsOwnLimitDoesNotCount() {
    RecordingWaiter waiter = asks();
    pool.tick(loop.now() + Duration.ofSeconds(9).toNanos());
    assertThat(waiter.waits()).isTrue();
    pool.tick(loop.now() + Duration.ofSeconds(11).toNanos());
    assertThat(waiter.refusal.sqlState()).isEqualTo("57P03");
  }
}
