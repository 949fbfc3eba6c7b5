package dev.heimdall.engine.boot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.events.EventKind;
import dev.heimdall.engine.events.NodeEvent;
import dev.heimdall.engine.events.NodeEvents;
import dev.heimdall.engine.topology.TopologyEvent;
import dev.heimdall.model.ServerAddress;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What of a cluster's events is news of the node. */
class ClusterNewsTest {
  private final NodeEvents events = new NodeEvents(Clock.systemUTC(), System::nanoTime);
  private final ClusterNews news = new ClusterNews(events, "main");

  private void happens(TopologyEvent.Kind... kinds) {
    for (TopologyEvent.Kind kind : kinds) {
      news.heard(
          new TopologyEvent(
              Instant.EPOCH, 1, kind, new ServerAddress("w1", 5432), "a cause", Optional.empty()));
    }
  }

  private List<EventKind> kinds() {
    return events.last().events().stream().map(NodeEvent::kind).toList();
  }

  @Test
  void aFenceIsNewsWithItsEnd() {
    happens(
        TopologyEvent.Kind.WRITER,
        TopologyEvent.Kind.FENCED,
        TopologyEvent.Kind.WRITER,
        TopologyEvent.Kind.NO_WRITER,
        TopologyEvent.Kind.WRITER);
    assertThat(kinds())
        .containsExactly(
            EventKind.WRITER_FENCED,
            EventKind.WRITER_CONFIRMED,
            EventKind.FAILOVER_BEGUN,
            EventKind.FAILOVER_ENDED);
    assertThat(EventKind.WRITER_FENCED.severity()).isEqualTo(EventKind.Severity.CRITICAL);
  }

  @Test
  void whatDocumentsSayOfTheGlobalClusterIsNews() {
    happens(TopologyEvent.Kind.WRITER, TopologyEvent.Kind.GLOBAL_CHANGE);
    assertThat(kinds()).containsExactly(EventKind.GLOBAL_CHANGE);
    assertThat(events.last().events().get(0).words()).isEqualTo("a cause");
    assertThat(EventKind.GLOBAL_CHANGE.spelling()).isEqualTo("global-change");
  }
}
