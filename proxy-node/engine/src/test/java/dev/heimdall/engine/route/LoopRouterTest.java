package dev.heimdall.engine.route;

import static dev.heimdall.engine.route.Clusters.R1;
import static dev.heimdall.engine.route.Clusters.R2;
import static dev.heimdall.engine.route.Clusters.W;
import static dev.heimdall.engine.route.Clusters.node;
import static dev.heimdall.engine.route.Clusters.replica;
import static dev.heimdall.engine.route.Clusters.writer;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.share.ChangeInProgress;
import dev.heimdall.engine.share.Exchange;
import dev.heimdall.engine.share.Redefinition;
import dev.heimdall.engine.share.WriteMark;
import dev.heimdall.engine.share.WritePositions;
import dev.heimdall.engine.topology.NodeState;
import dev.heimdall.engine.topology.Topology;
import dev.heimdall.engine.topology.TopologyNode;
import dev.heimdall.engine.wire.Lsn;
import dev.heimdall.engine.wire.Position;
import dev.heimdall.model.NodeRole;
import dev.heimdall.model.ServerAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class LoopRouterTest {
  private long log = 100;
  private boolean connectedToPeers = true;
  private final List<String> told = new ArrayList<>();
  private boolean writerAnswers = true;
  private long version = 1;
  private final WritePositions positions =
      new WritePositions(
          () ->
              writerAnswers
                  ? CompletableFuture.completedFuture(new Lsn(log))
                  : CompletableFuture.failedFuture(new IllegalStateException("no writer")));
  private final ClusterView view =
      Clusters.view(LoopBalancerTest.SOURCE, positions, new OneOther());
  private final LoopRouter router =
      new LoopRouter(view, LoopBalancerTest.SOURCE.cluster().balance(), new Random(3)::nextDouble);

  private final class OneOther implements Exchange {
    @Override
    public CompletableFuture<Void> announce(
        Collection<String> tables, boolean others, Redefinition redefinition) {
      told.addAll(tables);
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public ChangeInProgress changing(String database) {
      throw new UnsupportedOperationException();
    }

    @Override
    public boolean connectedToPeers() {
      return connectedToPeers;
    }

    @Override
    public void close() {
      // Nothing is open.
    }
  }

  private void cluster(TopologyNode... nodes) {
    view.changed(new Topology(version, List.of(nodes)), 1);
  }

  private static ReadRequest reading(String... tables) {
    return new ReadRequest(Set.of(tables), null, Position.NONE, false, ReadRequest.ANY);
  }

  @Test
  void aReadGoesToNoServerBehindWhatItsSessionHasSeen() {
    cluster(writer(100), replica(R1, 150), replica(R2, 120));

    for (int i = 0; i < 20; i++) {
      assertThat(routed(new ReadRequest(Set.of("a"), null, new Lsn(150), false, ReadRequest.ANY)))
          .contains(R1);
    }
    assertThat(routed(new ReadRequest(Set.of("a"), null, new Lsn(151), false, ReadRequest.ANY)))
        .isEmpty();
    assertThat(routed(new ReadRequest(Set.of("a"), null, new Lsn(151), true, ReadRequest.ANY)))
        .isPresent();
  }

  private Optional<ServerAddress> routed(ReadRequest request) {
    return router.replica(request, 1);
  }

  @Test
  void beforeAnybodyWasAskedThereIsNeitherWriterNorReplica() {
    assertThat(view.writer()).isEmpty();
    assertThat(routed(reading("a"))).isEmpty();
  }

  @Test
  void aReadGoesToAReplicaThatHasAllThatItReads() {
    cluster(writer(100), replica(R1, 100), replica(R2, 99));

    assertThat(view.writer()).contains(W);
    assertThat(routed(reading("a"))).contains(R1);
  }

  @Test
  void aReadOfWhatWasJustWrittenGoesToTheWriterUntilAReplicaHasIt() {
    cluster(writer(100), replica(R1, 100));
    writerAnswers = false;
    ClusterView.Committed committed = view.committed(Set.of("a"), false);
    WriteMark mark = committed.mark();

    assertThat(told).containsExactly("a");
    assertThat(committed.told()).isDone();
    assertThat(routed(reading("a"))).isEmpty();
    assertThat(routed(reading("b"))).contains(R1);
    assertThat(router.soon(reading("a"))).isTrue();

    writerAnswers = true;
    log = 120;
    cluster(writer(120), replica(R1, 119));
    assertThat(mark.position()).isEqualTo(new Lsn(120));
    assertThat(routed(reading("a"))).isEmpty();
    cluster(writer(120), replica(R1, 120));
    assertThat(routed(reading("a"))).contains(R1);
  }

  /** It may still work: what only it has goes there all the same. */
  @Test
  void aSilentWriterGetsWhatNoReplicaMayAnswer() {
    TopologyNode silent = node(W, NodeRole.WRITER, NodeState.SUSPECT, 100, 0, 0, 0);
    cluster(silent, replica(R1, 100));
    assertThat(view.writer()).contains(W);
    assertThat(view.writerAnswers()).isFalse();
    assertThat(view.letsReadsBeStale()).as("failover.staleReads is off").isFalse();
    assertThat(routed(reading("a"))).contains(R1);

    writerAnswers = false;
    view.committed(Set.of("a"), false);
    assertThat(routed(reading("a"))).isEmpty();
    assertThat(routed(reading("b"))).contains(R1);
  }

  @Test
  void aNodeOutOfTouchReadsFromTheWriterUnlessARuleSaysOtherwise() {
    cluster(writer(100), replica(R1, 100));
    connectedToPeers = false;

    assertThat(routed(reading("a"))).isEmpty();
    assertThat(router.soon(reading("a"))).isFalse();
    assertThat(routed(new ReadRequest(Set.of("a"), null, Position.NONE, true, ReadRequest.ANY)))
        .contains(R1);
  }

  @Test
  void onlyServersThatComeIntoQuestionAreChosen() {
    cluster(writer(100), replica(R1, 100), replica(R2, 100));
    long second = view.matching(node -> node.address().equals(R2));

    for (int i = 0; i < 20; i++) {
      assertThat(routed(new ReadRequest(Set.of("a"), null, Position.NONE, false, second)))
          .contains(R2);
    }
    assertThat(routed(new ReadRequest(Set.of("a"), null, Position.NONE, false, 0))).isEmpty();
  }

  @Test
  void aFailoverMovesWritesAndReads() {
    cluster(writer(100), replica(R1, 100), replica(R2, 100));
    routed(reading("a"));
    version = 2;
    cluster(
        node(W, NodeRole.UNKNOWN, NodeState.DOWN, 100, 0, 0, 1),
        replica(R1, 100),
        replica(R2, 100));
    assertThat(view.writer()).isEmpty();
    assertThat(routed(reading("a"))).isPresent();

    version = 3;
    cluster(
        node(W, NodeRole.UNKNOWN, NodeState.DOWN, 100, 0, 0, 1),
        node(R1, NodeRole.WRITER, NodeState.UP, 110, 0, 0, 1),
        node(R2, NodeRole.REPLICA, NodeState.DETACHED, 100, 0, 0, 1));
    assertThat(view.writer()).contains(R1);
    assertThat(routed(reading("a"))).isEmpty();
  }

  @Test
  void whatANewWriterHasWrittenCountsEvenIfThatIsLessThanBefore() {
    log = 500;
    cluster(writer(500), replica(R1, 500), replica(R2, 100));
    view.committed(Set.of("a"), false);

    version = 2;
    log = 300;
    cluster(
        node(W, NodeRole.UNKNOWN, NodeState.DOWN, 500, 0, 0, 1),
        node(R1, NodeRole.WRITER, NodeState.UP, 300, 0, 0, 1),
        replica(R2, 299));
    assertThat(positions.last(Set.of("a")).position()).isEqualTo(new Lsn(300));
    assertThat(positions.last(Set.of("b")).position()).isEqualTo(new Lsn(300));
  }

  @Test
  void aConnectionThatIsYoungerThanWhatIsKnownOfItsServerIsNotToBeUsed() {
    cluster(writer(100), node(R1, NodeRole.REPLICA, NodeState.UP, 100, 0, 0, 50));

    assertThat(view.knows(R1, 49)).isTrue();
    assertThat(view.knows(R1, 50)).isFalse();
    assertThat(view.knows(R2, 0)).isFalse();
  }
}
