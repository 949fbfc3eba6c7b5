package dev.heimdall.engine.boot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.events.EventKind;
import dev.heimdall.engine.events.NodeEvent;
import dev.heimdall.engine.events.NodeEvents;
import dev.heimdall.engine.topology.NodeState;
import dev.heimdall.engine.topology.Topology;
import dev.heimdall.engine.topology.TopologyNodes;
import dev.heimdall.engine.wire.Lsn;
import dev.heimdall.model.LagSettings;
import dev.heimdall.model.NodeRole;
import dev.heimdall.model.ServerAddress;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LagNewsTest {
  private static final ServerAddress REPLICA = new ServerAddress("replica", 5432);
  private static final long BEYOND = (64L << 20) + 1;

  private final NodeEvents events = new NodeEvents(Clock.systemUTC(), () -> 0);
  private final LagNews news = new LagNews(events, "main", LagSettings.defaults());
  private long seconds = -3;

  private void sees(NodeRole role, NodeState state, long bytes, long millis) {
    seconds++;
    news.changed(
        new Topology(
            1, List.of(TopologyNodes.node(REPLICA, role, state, new Lsn(7), bytes, millis, 1))),
        TimeUnit.SECONDS.toNanos(seconds));
  }

  private void sees(long bytes, long millis) {
    sees(NodeRole.REPLICA, NodeState.UP, bytes, millis);
  }

  private List<NodeEvent> told() {
    return events.last().events();
  }

  @Test
  void aReplicaBeyondABoundIsToldOnceAndItsEndWhenItKeepsWithin() {
    sees(5, 30_000);
    assertThat(told()).isEmpty();
    for (int i = 0; i < 10; i++) {
      sees(5, 30_001);
      sees(5, 0); // to and fro
    }
    assertThat(told()).hasSize(1);
    NodeEvent begun = told().get(0);
    assertThat(begun.kind()).isEqualTo(EventKind.REPLICA_BEHIND);
    assertThat(begun.about()).isEqualTo("main");
    assertThat(begun.server()).isEqualTo("replica:5432");
    assertThat(begun.words()).contains("30001 ms").contains("30000 ms are allowed");

    for (int i = 0; i < 28; i++) {
      sees(5, 0);
    }
    assertThat(told()).hasSize(1);
    sees(5, 0);
    assertThat(told()).hasSize(2);
    assertThat(told().get(1).kind()).isEqualTo(EventKind.REPLICA_CAUGHT_UP);
    assertThat(told().get(1).words()).endsWith("it was behind for 18 s.");
    sees(BEYOND, 0);
    assertThat(told()).hasSize(3);
    assertThat(told().get(2).words()).contains("67108865 bytes").contains("67108864 are allowed");
  }

  @Test
  void whatNobodyKnowsAndWhatIsNoReplicaIsNotBehind() {
    sees(-1, -1);
    sees(0, 99_999);
    sees(NodeRole.WRITER, NodeState.UP, BEYOND, 99_999);
    sees(NodeRole.REPLICA, NodeState.DOWN, BEYOND, 99_999);
    assertThat(told()).isEmpty();
  }

  @Test
  void ofAReplicaThatIsGoneOtherEventsTell() {
    sees(BEYOND, 0);
    for (int i = 0; i < 40; i++) {
      sees(NodeRole.REPLICA, NodeState.DOWN, BEYOND, 0);
    }
    assertThat(told()).hasSize(1);
    sees(BEYOND, 0);
    assertThat(told()).hasSize(2);
    for (int i = 0; i < 40; i++) {
      sees(NodeRole.WRITER, NodeState.UP, 0, 0);
    }
    assertThat(told()).hasSize(2);
  }
}
