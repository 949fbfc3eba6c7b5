package dev.heimdall.engine.route;

import static dev.heimdall.engine.route.Clusters.R1;
import static dev.heimdall.engine.route.Clusters.replica;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.share.Definitions;
import dev.heimdall.engine.share.HeardMessages;
import dev.heimdall.engine.share.SingleNode;
import dev.heimdall.engine.share.WriteMark;
import dev.heimdall.engine.share.WritePositions;
import dev.heimdall.engine.topology.NodeState;
import dev.heimdall.engine.topology.Topology;
import dev.heimdall.engine.topology.TopologyNode;
import dev.heimdall.engine.topology.TopologyNodes;
import dev.heimdall.engine.wire.Lsn;
import dev.heimdall.engine.wire.Position;
import dev.heimdall.model.Consistency;
import dev.heimdall.model.DataSource;
import dev.heimdall.model.NodeRole;
import dev.heimdall.model.ReadSplit;
import dev.heimdall.model.ServerAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class ClusterViewTest {
  private long log = 1_000;
  private final WritePositions positions =
      new WritePositions(() -> CompletableFuture.completedFuture(new Lsn(log)));
  private final ClusterView view = Clusters.view(source(), positions);
  private final LoopRouter router = new LoopRouter(view, source().cluster().balance(), () -> 0.5);

  private static DataSource source() {
    return source(LoopBalancerTest.SOURCE.cluster().reads());
  }

  private static DataSource source(ReadSplit reads) {
    return Clusters.source(
        reads, Consistency.SESSION, LoopBalancerTest.SOURCE.cluster().failover());
  }

  private static TopologyNode writer(String run, long position) {
    TopologyNode node = Clusters.node(Clusters.W, NodeRole.WRITER, NodeState.UP, position, 0, 0, 1);
    return TopologyNodes.run(node, run);
  }

  private void cluster(long version, String run, long written, long replayed) {
    log = written;
    view.changed(new Topology(version, List.of(writer(run, written), replica(R1, replayed))), 1);
  }

  private Optional<ServerAddress> own(WriteMark own, Set<String> tables) {
    return router.replica(new ReadRequest(tables, own, Position.NONE, false, ReadRequest.ANY), 1);
  }

  /** The writer is found somewhere. */
  private void found(long position, long at) {
    TopologyNode node =
        Clusters.node(Clusters.W, NodeRole.WRITER, NodeState.UP, position, 0, 0, at);
    view.changed(new Topology(1, List.of(TopologyNodes.run(node, "blue"))), at);
  }

  private boolean holdsAt(long position, String... tables) {
    return view.holdsAt(Long.toString(position), HeardMessages.NONE, Set.of(tables));
  }

  @Test
  void whatAnotherNodeHasReadHoldsWhereItWasReadBehindTheLastWrite() {
    cluster(1, "blue", 1_000, 1_000);
    view.committed(Set.of("t"), false);
    log = 2_000;
    view.committed(Set.of("other"), false);
    assertThat(holdsAt(999, "t")).isFalse();
    assertThat(holdsAt(1_000, "t")).as("it may have been about to show").isFalse();
    assertThat(holdsAt(1_001, "t")).isTrue();
    assertThat(holdsAt(1_001, "t", "other")).isFalse();
    assertThat(holdsAt(2_001, "t", "other")).isTrue();
    assertThat(view.holdsAt("", HeardMessages.NONE, Set.of("t"))).as("nobody knows").isFalse();
    assertThat(view.holdsAt("x", HeardMessages.NONE, Set.of("t"))).isFalse();
    assertThat(view.written()).isEqualTo(new Lsn(1_000));
    assertThat(view.writerRun()).contains("blue/1");

    view.doubted(Set.of("t"), false);
    assertThat(holdsAt(9_000, "t")).isFalse();
  }

  /** A server may say where a commit is before the one that it logged before it can be seen. */
  @Test
  void whereTheServerSaysThatAWriteIsDoesNotSayWhenItWasSeen() {
    long hour = Duration.ofHours(1).toNanos();
    long now = System.nanoTime();
    found(900, now - hour);
    told("t");
    assertThat(holdsAt(9_000, "t")).as("the writer was not found since").isFalse();
    found(1_600, positions.last(Set.of("t")).at() + 1);
    assertThat(holdsAt(1_599, "t")).isFalse();
    assertThat(holdsAt(1_600, "t")).isFalse();
    assertThat(holdsAt(1_601, "t")).isTrue();
    found(2_000, now + hour);
    assertThat(holdsAt(1_601, "t")).as("nor does it matter what comes later").isTrue();
  }

  private void told(String table) {
    view.committed(Set.of(table), false, null, new Lsn(1_500));
  }

  /** Samples of where the writer was are taken now and then; the last place is always known. */
  @Test
  void whereTheWriterWasFoundLastCountsToo() {
    found(900, System.nanoTime());
    told("t");
    found(1_600, positions.last(Set.of("t")).at());
    assertThat(holdsAt(1_601, "t")).as("it was asked before that").isFalse();
    found(1_600, positions.last(Set.of("t")).at() + 1);
    assertThat(holdsAt(1_600, "t")).isFalse();
    assertThat(holdsAt(1_601, "t")).isTrue();
    found(2_000, positions.last(Set.of("t")).at() + 2);
    assertThat(holdsAt(2_000, "t")).isFalse();
    assertThat(holdsAt(2_001, "t")).isTrue();
  }

  @Test
  void aPositionInTheLogOfAServerThatWasReplacedSaysNothingOfTheNextOne() {
    cluster(1, "blue", 1_000, 1_000);
    WriteMark own = view.committed(Set.of("t"), false).mark();
    assertThat(own(own, Set.of("t"))).contains(R1);

    // A server made of a copy that has gone on by itself: its log is further.
    cluster(2, "green", 5_000, 4_000);
    assertThat(own(own, Set.of("t"))).as("the replica may not have it").isEmpty();
    assertThat(own(own, null)).isEmpty();
    cluster(2, "green", 5_000, 5_000);
    assertThat(own(own, Set.of("t"))).contains(R1);
    assertThat(own(own, null)).contains(R1);

    // And one whose log has hardly begun.
    cluster(3, "new", 10, 10);
    assertThat(own(own, null)).contains(R1);
  }

  @Test
  void nobodyWantsToKnowWhereWritesAreThatOneNodeAloneKeepsResultsOf() {
    ClusterView alone =
        new ClusterView(
            source(ReadSplit.NONE),
            Clusters.DRIVER,
            positions,
            Definitions.NONE,
            new SingleNode(),
            true,
            Optional::empty);
    assertThat(alone.tracksWrites()).isTrue();
    assertThat(alone.locatesWrites()).isFalse();
    assertThat(view.locatesWrites()).isTrue();
  }
}
