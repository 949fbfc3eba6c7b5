package dev.heimdall.engine.topology;

import static dev.heimdall.engine.topology.TopologyNodes.run;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.model.NodeRole;
import dev.heimdall.model.ServerAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class EventRecorderTest {
  private static final ServerAddress A = new ServerAddress("a", 5432);
  private static final ServerAddress B = new ServerAddress("b", 5432);
  private static final Instant NOW = Instant.EPOCH;

  private final EventRecorder recorder = new EventRecorder(0);
  private Topology topology = Topology.unasked(List.of(A, B));

  private static TopologyNode node(ServerAddress address, NodeRole role, NodeState state) {
    return TopologyNodes.node(address, role, state, 1);
  }

  private List<String> next(long nanos, TopologyNode... nodes) {
    Topology before = topology;
    topology = before.with(List.of(nodes), Optional.empty(), GlobalTopology.NONE);
    return recorder.tell(before, topology, NOW, nanos).stream()
        .map(
            e ->
                e.kind()
                    + " "
                    + e.server().host()
                    + e.lasted().map(Duration::toNanos).map(n -> " " + n).orElse(""))
        .toList();
  }

  @Test
  void anotherServerByTheSameNameIsToldOnceBothAreKnown() {
    TopologyNode writer = node(A, NodeRole.WRITER, NodeState.UP);
    TopologyNode replica = node(B, NodeRole.REPLICA, NodeState.UP);
    next(5, writer, replica);

    assertThat(next(10, run(writer, "one"), run(replica, "two"))).isEmpty();
    assertThat(next(15, run(writer, "three"), run(replica, "two"))).containsExactly("REPLACED a");
  }

  @Test
  void aWriterThatLetsNobodyWriteIsToldWithTheTimeUntilItDoes() {
    TopologyNode replica = node(B, NodeRole.REPLICA, NodeState.UP);
    next(5, node(A, NodeRole.WRITER, NodeState.UP), replica);

    assertThat(next(10, node(A, NodeRole.WRITER, NodeState.READ_ONLY), replica))
        .containsExactly("READ_ONLY a");
    assertThat(next(12, node(A, NodeRole.WRITER, NodeState.SUSPECT), replica)).isEmpty();
    assertThat(next(14, node(A, NodeRole.WRITER, NodeState.READ_ONLY), replica)).isEmpty();
    assertThat(next(30, node(A, NodeRole.WRITER, NodeState.UP), replica))
        .containsExactly("UP a 20");
  }

  @Test
  void aFailoverIsToldWithItsDuration() {
    assertThat(
            next(
                5, node(A, NodeRole.WRITER, NodeState.UP), node(B, NodeRole.REPLICA, NodeState.UP)))
        .containsExactly("UP a", "UP b", "WRITER a 5");
    assertThat(
            next(
                20,
                node(A, NodeRole.UNKNOWN, NodeState.DOWN),
                node(B, NodeRole.REPLICA, NodeState.UP)))
        .containsExactly("DOWN a", "NO_WRITER a");
    assertThat(
            next(
                320,
                node(A, NodeRole.UNKNOWN, NodeState.DOWN),
                node(B, NodeRole.WRITER, NodeState.UP)))
        .containsExactly("WRITER b 300");
    assertThat(
            next(
                520,
                node(A, NodeRole.REPLICA, NodeState.UP),
                node(B, NodeRole.WRITER, NodeState.UP)))
        .containsExactly("UP a 500");
  }

  @Test
  void aServerThatWasOnlySuspectIsNotWorthAnEvent() {
    next(1, node(A, NodeRole.WRITER, NodeState.UP), node(B, NodeRole.REPLICA, NodeState.UP));

    assertThat(
            next(
                2,
                node(A, NodeRole.WRITER, NodeState.SUSPECT),
                node(B, NodeRole.REPLICA, NodeState.UP)))
        .isEmpty();
    assertThat(
            next(
                3, node(A, NodeRole.WRITER, NodeState.UP), node(B, NodeRole.REPLICA, NodeState.UP)))
        .isEmpty();
  }

  @Test
  void comingGoingAndClaimingWronglyAreTold() {
    next(1, node(A, NodeRole.WRITER, NodeState.UP));
    assertThat(
            next(
                2,
                node(A, NodeRole.WRITER, NodeState.UP),
                node(B, NodeRole.UNKNOWN, NodeState.REFUTED)))
        .containsExactly("ADDED b", "CONFLICT b");
    assertThat(next(3, node(A, NodeRole.WRITER, NodeState.UP))).containsExactly("REMOVED b");
  }

  @Test
  void theReasonThatSomebodyHadIsPartOfTheCauseOnce() {
    next(1, node(A, NodeRole.WRITER, NodeState.UP));
    recorder.suspected("a:5432 is read-only");
    Topology before = topology;
    topology =
        before.with(
            List.of(
                node(A, NodeRole.REPLICA, NodeState.UP), node(B, NodeRole.WRITER, NodeState.UP)),
            Optional.empty(),
            GlobalTopology.NONE);

    assertThat(recorder.tell(before, topology, NOW, 2))
        .filteredOn(event -> event.kind() == TopologyEvent.Kind.WRITER)
        .extracting(TopologyEvent::cause)
        .containsExactly("reported by the test; probed because a:5432 is read-only");
  }

  @Test
  void theHistoryForgetsWhatIsOldest() {
    EventHistory history = new EventHistory(2);
    for (long version = 1; version <= 3; version++) {
      history.add(
          new TopologyEvent(NOW, version, TopologyEvent.Kind.UP, A, "because", Optional.empty()));
    }

    assertThat(history.all()).extracting(TopologyEvent::version).containsExactly(2L, 3L);
  }

  @Test
  void aFencedWriterIsToldOnceAndTheTimeUntilItIsConfirmed() {
    TopologyNode replica = node(B, NodeRole.REPLICA, NodeState.UP);
    next(5, node(A, NodeRole.WRITER, NodeState.UP), replica);

    assertThat(next(10, node(A, NodeRole.UNKNOWN, NodeState.FENCED), replica))
        .containsExactly("FENCED a");
    assertThat(next(20, node(A, NodeRole.UNKNOWN, NodeState.FENCED), replica)).isEmpty();
    assertThat(next(30, node(A, NodeRole.WRITER, NodeState.UP), replica))
        .containsExactly("UP a", "WRITER a 20");
  }
}
