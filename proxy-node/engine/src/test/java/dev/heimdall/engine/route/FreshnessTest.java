package dev.heimdall.engine.route;

import static dev.heimdall.engine.route.Clusters.R1;
import static dev.heimdall.engine.route.Clusters.R2;
import static dev.heimdall.engine.route.Clusters.node;
import static dev.heimdall.engine.route.Clusters.replica;
import static dev.heimdall.engine.route.Clusters.writer;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.share.WriteMark;
import dev.heimdall.engine.share.WritePositions;
import dev.heimdall.engine.topology.NodeState;
import dev.heimdall.engine.topology.Topology;
import dev.heimdall.engine.topology.TopologyNode;
import dev.heimdall.engine.wire.Lsn;
import dev.heimdall.engine.wire.Position;
import dev.heimdall.model.Consistency;
import dev.heimdall.model.LagSettings;
import dev.heimdall.model.NodeRole;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class FreshnessTest {
  private static final long MILLI = 1_000_000;

  private final Freshness freshness = new Freshness(LagSettings.defaults());
  private long log = 100;
  private final WritePositions positions =
      new WritePositions(() -> CompletableFuture.completedFuture(new Lsn(log)));

  private static ReadRequirement upTo(long position) {
    return new ReadRequirement(new Lsn(position), 1, false, false);
  }

  private Freshness.Verdict verdict(TopologyNode node, ReadRequirement need) {
    return freshness.verdict(node, need);
  }

  private ReadRequirement need(Consistency consistency, Set<String> tables, WriteMark own) {
    return new ReadRequirements(consistency).of(positions, tables, own, true, Position.NONE);
  }

  @Test
  void onlyReplicasThatHaveReplayedItAndTheWriterAreEligible() {
    Topology topology = Clusters.of(writer(100), replica(R1, 99), replica(R2, 100));

    assertThat(freshness.eligible(topology, upTo(100))).isEqualTo(0b101);
    assertThat(freshness.eligible(topology, upTo(99))).isEqualTo(0b111);
    assertThat(freshness.soon(topology, upTo(100))).isTrue();
    assertThat(freshness.soon(topology, upTo(99))).isFalse();
  }

  @Test
  void aWriteWithoutAPositionIsOnNoReplica() {
    Topology topology = Clusters.of(writer(100), replica(R1, Long.MAX_VALUE - 1));

    assertThat(freshness.eligible(topology, new ReadRequirement(Position.BEYOND, 1, false, false)))
        .isEqualTo(0b01);
  }

  @Test
  void whoIsNotUpIsNotEligibleWhateverItHas() {
    for (NodeState state : NodeState.values()) {
      TopologyNode replica = node(R1, NodeRole.REPLICA, state, 100, 0, 0, 0);
      assertThat(verdict(replica, upTo(1)) == Freshness.Verdict.FRESH)
          .isEqualTo(state == NodeState.UP);
      assertThat(verdict(replica, ReadRequirement.NOTHING) == Freshness.Verdict.FRESH)
          .isEqualTo(state == NodeState.UP);
    }
    assertThat(verdict(node(R1, NodeRole.UNKNOWN, NodeState.UP, 100, 0, 0, 0), upTo(1)))
        .isEqualTo(Freshness.Verdict.UNUSABLE);
  }

  @Test
  void aReplicaFarBehindIsNotEligibleAlthoughItHasWhatIsNeeded() {
    assertThat(verdict(node(R1, NodeRole.REPLICA, NodeState.UP, 100, 65 << 20, 1, 0), upTo(1)))
        .isEqualTo(Freshness.Verdict.LAGGING);
    assertThat(verdict(node(R1, NodeRole.REPLICA, NodeState.UP, 100, 1, 30_001, 0), upTo(1)))
        .isEqualTo(Freshness.Verdict.LAGGING);
    assertThat(verdict(node(R1, NodeRole.REPLICA, NodeState.UP, 100, 1, -1, 0), upTo(1)))
        .isEqualTo(Freshness.Verdict.LAGGING);
    assertThat(verdict(node(R1, NodeRole.REPLICA, NodeState.UP, 100, 0, 60_000, 0), upTo(1)))
        .isEqualTo(Freshness.Verdict.FRESH);
    assertThat(
            verdict(
                node(R1, NodeRole.REPLICA, NodeState.UP, 100, 1, 60_000, 0),
                ReadRequirement.NOTHING))
        .isEqualTo(Freshness.Verdict.FRESH);
  }

  @Test
  void whereThereAreNoPositionsLagAndMarginDecide() {
    LagSettings settings =
        new LagSettings(
            0, Duration.ZERO, Duration.ZERO, Duration.ofMillis(10), Duration.ofSeconds(5));
    Freshness byTime = new Freshness(settings);
    // It answered at 100 ms, 20 ms behind: with the margin it shows what was written until 70 ms.
    TopologyNode replica = node(R1, NodeRole.REPLICA, NodeState.UP, -1, -1, 20, 100 * MILLI);
    ReadRequirement at69 = new ReadRequirement(Position.BEYOND, 69 * MILLI, false, false);
    ReadRequirement at70 = new ReadRequirement(Position.BEYOND, 70 * MILLI, false, false);

    assertThat(byTime.verdict(replica, at69)).isEqualTo(Freshness.Verdict.FRESH);
    assertThat(byTime.verdict(replica, at70)).isEqualTo(Freshness.Verdict.BEHIND);
    assertThat(byTime.verdict(node(R1, NodeRole.REPLICA, NodeState.UP, -1, -1, -1, 0), at69))
        .isEqualTo(Freshness.Verdict.UNKNOWN);
  }

  @Test
  void aSessionMustSeeItsOwnWritesOnly() {
    WriteMark others = positions.committed(Set.of("a"), false);
    log = 200;
    WriteMark own = positions.committed(Set.of("b"), false);
    log = 300;
    positions.committed(Set.of("b"), false);

    assertThat(others.position()).isEqualTo(new Lsn(100));
    assertThat(need(Consistency.SESSION, Set.of("a", "b"), null).position())
        .isEqualTo(Position.NONE);
    assertThat(need(Consistency.SESSION, Set.of("b"), own).position()).isEqualTo(new Lsn(200));
    // The last write to "a", by anybody, was before: more it need not see.
    assertThat(need(Consistency.SESSION, Set.of("a"), own).position()).isEqualTo(new Lsn(100));
    assertThat(need(Consistency.SESSION, null, own).position()).isEqualTo(new Lsn(200));
  }

  @Test
  void aFleetMustSeeAllWritesToTheTables() {
    log = 200;
    positions.committed(Set.of("b"), false);

    for (Consistency consistency : List.of(Consistency.FLEET, Consistency.STRICT)) {
      assertThat(need(consistency, Set.of("b"), null).position()).isEqualTo(new Lsn(200));
      assertThat(need(consistency, Set.of("a"), null).position()).isEqualTo(new Lsn(100));
      assertThat(need(consistency, null, null).position()).isEqualTo(new Lsn(200));
      assertThat(
              new ReadRequirements(consistency)
                  .of(positions, Set.of("a"), null, true, new Lsn(150))
                  .position())
          .isEqualTo(new Lsn(150));
    }
  }

  @Test
  void aNodeOutOfTouchReadsFromTheWriter() {
    Topology topology = Clusters.of(writer(100), replica(R1, 100));
    ReadRequirement need =
        new ReadRequirements(Consistency.FLEET)
            .of(positions, Set.of("a"), null, false, Position.NONE);

    assertThat(freshness.eligible(topology, need)).isEqualTo(0b01);
    assertThat(freshness.soon(topology, need)).isFalse();
    assertThat(
            new ReadRequirements(Consistency.SESSION)
                .of(positions, Set.of("a"), null, false, Position.NONE)
                .unknowable())
        .isFalse();
  }

  @Test
  void samplesOfTheWriterBoundHowOldAReadMayBe() {
    WriterSamples samples = new WriterSamples(Duration.ofNanos(320));
    assertThat(samples.floor().position()).isEqualTo(Position.NONE);
    Topology topology = null;
    for (long at = 0; at <= 2000; at += 10) {
      topology =
          Clusters.of(node(Clusters.W, NodeRole.WRITER, NodeState.UP, 10_000 + at, 0, 0, at));
      samples.take(topology, at);
    }

    Position floor = samples.floor().position();
    assertThat(((Lsn) floor).bytes()).isBetween(10_000 + 2000 - 330L, 10_000 + 2000 - 320L);
    samples.take(topology, 2100);
    assertThat(floor.covers(samples.floor().position())).isFalse();
    samples.take(Clusters.of(replica(R1, 1)), 9000);
    assertThat(samples.floor().position()).isEqualTo(new Lsn(12_000));
  }
}
