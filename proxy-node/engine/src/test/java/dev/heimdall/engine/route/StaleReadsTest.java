package dev.heimdall.engine.route;

import static dev.heimdall.engine.route.Clusters.R1;
import static dev.heimdall.engine.route.Clusters.R2;
import static dev.heimdall.engine.route.Clusters.W;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.share.WritePositions;
import dev.heimdall.engine.topology.NodeState;
import dev.heimdall.engine.topology.Topology;
import dev.heimdall.engine.topology.TopologyNode;
import dev.heimdall.engine.wire.Position;
import dev.heimdall.model.Consistency;
import dev.heimdall.model.DataSource;
import dev.heimdall.model.FailoverSettings;
import dev.heimdall.model.NodeRole;
import dev.heimdall.model.ServerAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What a read may miss while there is no writer, and what it may not; times are in seconds. */
class StaleReadsTest {
  /** Nobody says where a write is: each read of the table waits for the writer. */
  private final WritePositions positions =
      new WritePositions(() -> CompletableFuture.failedFuture(new IllegalStateException("lost")));

  private final ClusterView fleet = view(Consistency.FLEET, 10);
  private long version = 1;

  private ClusterView view(Consistency consistency, long bound) {
    return Clusters.view(source(consistency, bound), positions);
  }

  private static DataSource source(Consistency consistency, long bound) {
    return Clusters.source(
        LoopBalancerTest.SOURCE.cluster().reads(),
        consistency,
        new FailoverSettings(Duration.ofSeconds(10), 10, Duration.ZERO, Duration.ofSeconds(bound)));
  }

  private static long at(long seconds) {
    return Duration.ofSeconds(seconds).toNanos();
  }

  private static TopologyNode writer(ServerAddress address, long position, long at) {
    return Clusters.node(address, NodeRole.WRITER, NodeState.UP, position, 0, 0, at(at));
  }

  private static TopologyNode replica(ServerAddress address, long position) {
    return replica(address, position, 0, 0);
  }

  private static TopologyNode replica(ServerAddress address, long position, long lag, long at) {
    return Clusters.node(
        address,
        NodeRole.REPLICA,
        NodeState.UP,
        position,
        500,
        Duration.ofSeconds(lag).toMillis(),
        at(at));
  }

  private void led(ClusterView view, TopologyNode writer, TopologyNode... replicas) {
    List<TopologyNode> all = new ArrayList<>(List.of(replicas));
    all.add(writer);
    view.changed(new Topology(version++, all), writer.at());
  }

  /** The last writer is lost; it had kept all up to a position when it answered last. */
  private void lost(ClusterView view, TopologyNode last, TopologyNode... replicas) {
    view.changed(
        new Topology(version++, List.of(replicas), Optional.of(last)), last.at() + at(3600));
  }

  private static Optional<ServerAddress> read(ClusterView view) {
    ReadRequest request =
        new ReadRequest(Set.of("t"), null, Position.BEYOND, false, ReadRequest.ANY).mayBeStale();
    return new LoopRouter(view, source(Consistency.FLEET, 10).cluster().balance(), () -> 0.5)
        .replica(request, 1);
  }

  /** The writer was found a hundred bytes further in each second. */
  private void wrote(ClusterView view, long seconds) {
    for (long second = 1; second <= seconds; second++) {
      led(view, writer(W, second * 100, second), replica(R1, 0));
    }
  }

  @Test
  void aReplicaAnswersThatHasWhatWasThereSoLongBeforeTheLastAnswer() {
    wrote(fleet, 60);
    positions.committed(Set.of("t"), false);
    lost(fleet, writer(W, 6_000, 60), replica(R1, 5_099));
    assertThat(read(fleet)).as("lacks something of eleven seconds before").isEmpty();
    lost(fleet, writer(W, 6_000, 60), replica(R1, 5_099), replica(R2, 5_200));
    assertThat(read(fleet)).as("an hour later, and 500 bytes behind").contains(R2);
  }

  @Test
  void whatTheLastWriterHadNotKeptIsNotAskedFor() {
    wrote(fleet, 60);
    lost(fleet, writer(W, 4_000, 60), replica(R1, 4_000));
    assertThat(read(fleet)).contains(R1);
    lost(fleet, writer(W, 4_000, 60), replica(R1, 3_999));
    assertThat(read(fleet)).isEmpty();
  }

  @Test
  void whileThereIsAWriterNoReadIsStale() {
    wrote(fleet, 60);
    assertThat(fleet.letsReadsBeStale()).isFalse();
    led(fleet, writer(W, 6_000, 61), replica(R1, 5_999));
    positions.committed(Set.of("t"), false);
    assertThat(read(fleet)).isEmpty();
  }

  /** A writer that has not answered of late, and may still. */
  private void silent(ClusterView view, long position, long at, TopologyNode... replicas) {
    led(
        view,
        Clusters.node(W, NodeRole.WRITER, NodeState.SUSPECT, position, 0, 0, at(at)),
        replicas);
  }

  @Test
  void aSilentWriterIsNotWaitedFor() {
    wrote(fleet, 60);
    positions.committed(Set.of("t"), false);
    silent(fleet, 6_000, 60, replica(R1, 5_099));
    assertThat(fleet.letsReadsBeStale()).isTrue();
    assertThat(fleet.writerAnswers()).isFalse();
    assertThat(read(fleet)).as("lacks something of eleven seconds before").isEmpty();
    silent(fleet, 6_000, 60, replica(R1, 5_200));
    assertThat(read(fleet)).contains(R1);

    led(fleet, writer(W, 6_100, 61), replica(R1, 5_200));
    assertThat(fleet.letsReadsBeStale()).as("it has answered").isFalse();
    assertThat(fleet.writerAnswers()).isTrue();
    assertThat(read(fleet)).isEmpty();
  }

  @Test
  void whatAnEarlierWriterHadCountsForNothing() {
    wrote(fleet, 60);
    led(fleet, writer(R2, 5_500, 61), replica(R1, 5_400));
    lost(fleet, writer(R2, 5_600, 62), replica(R1, 5_499));
    assertThat(read(fleet)).isEmpty();
    lost(fleet, writer(R2, 5_600, 62), replica(R1, 5_500));
    assertThat(read(fleet)).contains(R1);
  }

  @Test
  void whereNoWriterWasEverKnownNobodyKnowsWhatIsMissing() {
    fleet.changed(new Topology(version++, List.of(replica(R1, 9_000)), Optional.empty()), at(60));
    assertThat(fleet.letsReadsBeStale()).isTrue();
    assertThat(read(fleet)).isEmpty();
  }

  @Test
  void strictReadsAndThoseWithoutABoundWait() {
    for (ClusterView view : List.of(view(Consistency.STRICT, 10), view(Consistency.FLEET, 0))) {
      wrote(view, 60);
      positions.committed(Set.of("t"), false);
      lost(view, writer(W, 6_000, 60), replica(R1, 6_000));
      assertThat(view.letsReadsBeStale()).isFalse();
      assertThat(read(view)).isEmpty();
    }
  }

  /** The last writer, whose position nobody was told, is lost: nobody knows what it had kept. */
  private void lostUntold(TopologyNode... replicas) {
    fleet.changed(new Topology(version++, List.of(replicas), Optional.empty()), at(3660));
  }

  /** As with Aurora MySQL: the lag that replicas report counts, and the margin on top of it. */
  @Test
  void whereNoPositionsAreToldTheLagOfTheReplicaCounts() {
    lostUntold(replica(R1, -1, 0, 60));
    assertThat(read(fleet)).as("no writer was ever known").isEmpty();
    led(fleet, writer(W, -1, 60), replica(R1, -1, 0, 60));
    lostUntold(replica(R1, -1, 7, 60));
    assertThat(read(fleet)).contains(R1);
    lostUntold(replica(R1, -1, 17, 70));
    assertThat(read(fleet)).as("the same, asked later").contains(R1);
    lostUntold(replica(R1, -1, 9, 60));
    assertThat(read(fleet)).isEmpty();
    lostUntold(replica(R1, -1, -1, 60));
    assertThat(read(fleet)).isEmpty();
    lostUntold(replica(R1, 9_000));
    assertThat(read(fleet)).as("a position that nothing is known to compare with").isEmpty();
    led(fleet, writer(W, 6_000, 61), replica(R1, -1, 0, 61));
    lostUntold(replica(R1, -1, 0, 61));
    assertThat(read(fleet)).as("the last one told positions").isEmpty();
  }
}
