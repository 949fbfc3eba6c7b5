package dev.heimdall.engine.route;

import static dev.heimdall.engine.route.Clusters.R1;
import static dev.heimdall.engine.route.Clusters.R2;
import static dev.heimdall.engine.route.Clusters.W;
import static dev.heimdall.engine.route.Clusters.node;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.topology.NodeState;
import dev.heimdall.engine.topology.Topology;
import dev.heimdall.engine.topology.TopologyNode;
import dev.heimdall.engine.wire.Lsn;
import dev.heimdall.engine.wire.Position;
import dev.heimdall.model.NodeRole;
import dev.heimdall.model.ServerAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class MonotonicReadsTest {
  private static final long AGE = 320;

  private final MonotonicReads seen = new MonotonicReads();
  private final WriterSamples samples = new WriterSamples(Duration.ofNanos(AGE));

  private static TopologyNode writer(ServerAddress address, long position, long at) {
    return node(address, NodeRole.WRITER, NodeState.UP, position, 0, 0, at);
  }

  private static TopologyNode replica(ServerAddress address, long position, long at) {
    return node(address, NodeRole.REPLICA, NodeState.UP, position, 0, 0, at);
  }

  private static Topology cluster(long first, long second, long at) {
    return Clusters.of(writer(W, 1000 + at, at), replica(R1, first, at), replica(R2, second, at));
  }

  private long position(Topology topology) {
    return seen.position(topology, samples, 0) instanceof Lsn lsn ? lsn.bytes() : 0;
  }

  @Test
  void aSessionThatHasReadNothingMayReadAnywhere() {
    assertThat(position(cluster(100, 50, 10))).isZero();
  }

  @Test
  void noServerBehindTheOneThatAnsweredMayAnswerNext() {
    seen.atReplica(R1, cluster(100, 50, 10), 20);

    assertThat(position(cluster(100, 50, 10))).isEqualTo(100);
    seen.atReplica(R2, cluster(100, 120, 10), 21);
    assertThat(position(cluster(100, 120, 10))).isEqualTo(120);
    seen.atReplica(R1, cluster(100, 120, 10), 22);
    assertThat(position(cluster(100, 120, 10))).isEqualTo(120);
  }

  @Test
  void whatAReplicaHadIsKnownWhenItWasAskedAfterItsAnswer() {
    seen.atReplica(R1, cluster(100, 50, 10), 20);

    assertThat(position(cluster(150, 50, 19))).as("asked before").isEqualTo(100);
    assertThat(position(cluster(160, 50, 30))).isEqualTo(160);
    assertThat(position(cluster(170, 50, 40))).as("it has gone on since").isEqualTo(160);
  }

  @Test
  void ofAReplicaThatIsGoneTheWriterTellsHowFarItCanHaveBeen() {
    seen.atReplica(R1, cluster(100, 50, 10), 20);
    TopologyNode down = node(R1, NodeRole.REPLICA, NodeState.DOWN, 100, 0, 0, 10);

    assertThat(position(Clusters.of(writer(W, 300, 15), down, replica(R2, 50, 15)))).isEqualTo(100);
    assertThat(position(Clusters.of(writer(W, 400, 25), down, replica(R2, 50, 25)))).isEqualTo(400);
  }

  private void sampled(long until) {
    for (long at = 10; at <= until; at += 10) {
      samples.take(cluster(0, 0, at), at);
    }
  }

  @Test
  void whatTheWriterHadCountsWhenItIsOldEnough() {
    seen.atWriter(100);
    sampled(300);
    Topology any = cluster(0, 0, 300);
    assertThat(position(any)).as("not yet, but for what was known at first").isLessThan(1100);

    for (long at = 310; at <= 100 + AGE + 20; at += 10) {
      samples.take(cluster(0, 0, at), at);
    }
    assertThat(position(any)).as("the first position after the answer").isEqualTo(1110);
    samples.take(cluster(0, 0, 2000), 2000);
    assertThat(position(any)).as("and no later one").isEqualTo(1110);
  }

  @Test
  void aSessionThatIsNeverIdleIsNotKeptFromReplicas() {
    sampled(2000);
    for (long at = 1000; at < 2000; at++) {
      seen.atWriter(at);
    }

    assertThat(position(cluster(0, 0, 2000))).isBetween(1000 + 2000 - AGE - 20, 1000 + 2000 - AGE);
  }

  @Test
  void anotherWriterMayHaveLessThanWasSeen() {
    seen.atReplica(R1, cluster(900, 50, 10), 20);
    assertThat(position(cluster(900, 50, 10))).isEqualTo(900);

    assertThat(position(Clusters.of(replica(R1, 900, 30)))).as("nobody leads").isEqualTo(900);
    assertThat(position(Clusters.of(writer(R2, 500, 40), replica(R1, 450, 40)))).isZero();
  }

  /** The writer was found to have kept so much when it was asked last, and is gone. */
  private static Topology lost(long kept, long keptAt, TopologyNode... replicas) {
    return new Topology(2, List.of(replicas), Optional.of(writer(W, kept, keptAt)));
  }

  @Test
  void whatTheWriterHadNotKeptIsNotAwaitedWhenItIsLost() {
    samples.take(Clusters.of(writer(W, 500, 10)), 10);
    seen.atWriter(9);
    samples.take(Clusters.of(writer(W, 520, 40)), 40 + AGE);
    assertThat(position(Clusters.of(writer(W, 520, 40)))).isEqualTo(500);

    Topology lost = lost(470, 40, replica(R1, 470, 50));
    samples.take(lost, 50 + AGE);

    assertThat(position(lost)).as("traces of reads, that no replica will get").isEqualTo(470);
  }

  @Test
  void whatASessionHasSeenOfALostWriterCountsUpToWhereItWasFoundThen() {
    samples.take(Clusters.of(writer(W, 500, 10)), 10);
    seen.atWriter(11);
    samples.take(Clusters.of(writer(W, 600, 30)), 30);
    samples.take(Clusters.of(writer(W, 900, 60)), 60);

    Topology lost = lost(900, 60, replica(R1, 700, 70));
    samples.take(lost, 70 + AGE);

    assertThat(position(lost)).as("not all that the writer had at its end").isEqualTo(600);
  }

  @Test
  void whoWasAnsweredByTheWriterAfterItsLastQuestionWaitsForTheNextOne() {
    samples.take(Clusters.of(writer(W, 500, 10)), 10);
    seen.atWriter(20);
    Topology lost = lost(500, 10, replica(R1, 500, 30));
    samples.take(lost, 30);

    assertThat(seen.position(lost, samples, 30)).as("for now").isNotEqualTo(Position.BEYOND);
    assertThat(seen.position(lost, samples, 21 + AGE)).isEqualTo(Position.BEYOND);
  }

  @Test
  void whoWasAnsweredByAReplicaThatWasLostWithTheWriterWaitsUnlessTheWriterWasAskedAfterThat() {
    seen.atReplica(R1, cluster(100, 50, 10), 20);
    Topology untold = lost(200, 15, replica(R2, 200, 30));
    assertThat(seen.position(untold, samples, 0)).isEqualTo(Position.BEYOND);

    assertThat(seen.position(lost(200, 25, replica(R2, 200, 30)), samples, 0))
        .isEqualTo(new Lsn(200));
  }
}
