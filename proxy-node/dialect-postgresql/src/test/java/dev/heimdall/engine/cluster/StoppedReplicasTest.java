package dev.heimdall.engine.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.topology.NodeState;
import dev.heimdall.engine.topology.Topology;
import dev.heimdall.engine.topology.TopologyNode;
import dev.heimdall.engine.wire.Lsn;
import dev.heimdall.engine.wire.Position;
import dev.heimdall.model.ServerAddress;
import dev.heimdall.routing.GlobalSaid;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Replicas that answer and do not follow. */
class StoppedReplicasTest {
  private static final ServerAddress A = new ServerAddress("a", 5432);
  private static final ServerAddress B = new ServerAddress("b", 5432);

  private TopologyJudge judge = new TopologyJudge(Probers.postgres(), List.of());
  private Topology topology = Topology.unasked(List.of(A, B));

  private static NodeReport report(
      ServerAddress at, boolean writer, long position, long kept, String halt) {
    return new NodeReport(
        at.host(),
        at.host(),
        at.host(),
        "system",
        writer,
        false,
        1,
        new Lsn(position),
        kept < 0 ? Position.NONE : new Lsn(kept),
        0,
        halt,
        List.of(),
        true,
        List.of());
  }

  private static ProbeHistory heard(NodeReport report) {
    return ProbeHistory.none(new ServerAddress(report.name(), 5432)).answered(report, 1);
  }

  private TopologyNode replica(int seconds, ProbeHistory writer, ProbeHistory replica) {
    topology =
        judge.judge(
            topology,
            new ArrayList<>(List.of(writer, replica)),
            RdsDescriptions.nothing(),
            TopologyJudge.Beside.of(
                GlobalSaid.NOTHING,
                new Fencing.Now(Duration.ofSeconds(seconds).toNanos(), Instant.EPOCH)));
    return topology.node(B).orElseThrow();
  }

  private TopologyNode replica(int seconds, long written, long replayed) {
    return replica(
        seconds,
        heard(report(A, true, written, written, "")),
        heard(report(B, false, replayed, -1, "")));
  }

  @Test
  void aReplicaSaysItselfWhyItDoesNotFollow() {
    ProbeHistory writer = heard(report(A, true, 100, 100, ""));
    TopologyNode paused =
        replica(1, writer, heard(report(B, false, 100, -1, "its replay is paused")));
    assertThat(paused.stopped()).isTrue();
    assertThat(paused.state()).isEqualTo(NodeState.UP);
    assertThat(paused.why()).isEqualTo("is a replica, but its replay is paused");
    TopologyNode again = replica(2, writer, heard(report(B, false, 100, -1, "")));
    assertThat(again.stopped()).isFalse();
    assertThat(again.why()).isEqualTo("reports that it is a replica");
  }

  @Test
  void aReplicaThatStaysWhereItIsWhileTheWriterGoesOnHasStopped() {
    assertThat(replica(0, 100, 100).stopped()).isFalse();
    assertThat(replica(1, 200, 100).stopped()).isFalse();
    assertThat(replica(10, 300, 100).stopped()).isFalse();
    TopologyNode stands = replica(11, 300, 100);
    assertThat(stands.stopped()).isTrue();
    assertThat(stands.why()).contains("has applied nothing for more than 10 s");
    assertThat(replica(12, 400, 150).stopped()).as("it moves").isFalse();
    assertThat(replica(21, 500, 150).stopped()).isFalse();
    assertThat(replica(22, 500, 150).stopped()).isTrue();
    assertThat(replica(23, 500, 500).stopped()).as("it has all").isFalse();
  }

  @Test
  void aReplicaThatHasAllThatIsWrittenMayRest() {
    for (int second = 0; second < 100; second += 5) {
      assertThat(replica(second, 100, 100).stopped()).isFalse();
    }
    // What the writer has not on disk yet it sends to nobody.
    for (int second = 100; second < 200; second += 5) {
      TopologyNode rests =
          replica(
              second, heard(report(A, true, 300, 100, "")), heard(report(B, false, 100, -1, "")));
      assertThat(rests.stopped()).isFalse();
    }
  }

  @Test
  void withoutAWriterAndAfterAnAbsenceTimeBeginsAnew() {
    replica(1, 200, 100);
    ProbeHistory lost = heard(report(A, true, 200, 200, "")).failed("x").failed("x");
    ProbeHistory behind = heard(report(B, false, 100, -1, ""));
    assertThat(replica(12, lost, behind).stopped()).isFalse();
    assertThat(replica(13, 300, 100).stopped()).as("the writer is back").isFalse();
    ProbeHistory writer = heard(report(A, true, 300, 300, ""));
    assertThat(replica(20, writer, behind.failed("x").failed("x")).stopped()).isFalse();
    assertThat(replica(24, 300, 100).stopped()).as("the replica is back").isFalse();
    assertThat(replica(34, 300, 100).stopped()).isTrue();
  }

  @Test
  void serversOfOneStorageAreNotJudgedByTheirPosition() {
    judge = new TopologyJudge(Probers.aurora(), List.of());
    replica(1, 200, 100);
    assertThat(replica(60, 300, 100).stopped()).isFalse();
  }
}
