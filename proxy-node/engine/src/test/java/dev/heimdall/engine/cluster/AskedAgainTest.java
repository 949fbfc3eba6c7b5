package dev.heimdall.engine.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.jdbc.SourceConnections;
import dev.heimdall.engine.pool.PoolSources;
import dev.heimdall.engine.topology.NodeState;
import dev.heimdall.engine.topology.Topology;
import dev.heimdall.engine.topology.TopologyEvent;
import dev.heimdall.engine.wire.Lsn;
import dev.heimdall.engine.wire.Position;
import dev.heimdall.model.ClusterKind;
import dev.heimdall.model.ClusterSettings;
import dev.heimdall.model.DataSource;
import dev.heimdall.model.NodeRole;
import dev.heimdall.model.ProbeSettings;
import dev.heimdall.secrets.credentials.DatabaseCredentials;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A tracker of two servers that it asks once an hour while nothing is the matter. */
class AskedAgainTest {
  private static final int PATIENCE_SECONDS = 20;

  private final CountDownLatch formerHeard = new CountDownLatch(1);
  private final AtomicInteger askedFormer = new AtomicInteger();
  private final AtomicInteger askedPromoted = new AtomicInteger();

  private interface Answer {
    NodeReport ask() throws SQLException;
  }

  /** Asks nobody over a network. */
  private record Scripted(boolean oneStorage, Answer former, Answer promoted) implements Prober {
    @Override
    public boolean timelines() {
      return false;
    }

    @Override
    public String readOnlyBy() {
      return "";
    }

    @Override
    public String timelineUntold() {
      return "";
    }

    @Override
    public ProbedServer open(
        DataSource server, Optional<String> database, SourceConnections connections) {
      String name = server.host();
      return new ProbedServer() {
        @Override
        public NodeReport ask(boolean members) throws SQLException {
          return name.equals("former") ? former.ask() : promoted.ask();
        }

        @Override
        public Position written() throws SQLException {
          throw new SQLException("nobody asks");
        }

        @Override
        public void close() {}
      };
    }
  }

  private NodeReport former() {
    askedFormer.incrementAndGet();
    return report("former", true);
  }

  /** Answers when the other one's first answer has been judged, and the next time. */
  private NodeReport promoted() throws SQLException {
    askedPromoted.incrementAndGet();
    await(formerHeard);
    if (askedPromoted.get() == 1) {
      throw new SQLException("not yet");
    }
    return report("promoted", true);
  }

  private static void await(CountDownLatch heard) throws SQLException {
    try {
      if (!heard.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        throw new SQLException("the other server was not heard");
      }
    } catch (InterruptedException e) {
      throw new SQLException(e);
    }
  }

  private static NodeReport report(String name, boolean writer) {
    return new NodeReport(
        name, name, name, "", writer, false, 0, new Lsn(100), 0, "", List.of(), true, List.of());
  }

  private static DataSource source() {
    ProbeSettings defaults = ProbeSettings.defaults();
    ProbeSettings probe =
        new ProbeSettings(
            defaults.user(),
            defaults.password(),
            defaults.database(),
            Duration.ofHours(1),
            Duration.ofHours(1),
            Duration.ofMillis(10),
            Duration.ofHours(1),
            defaults.timeout(),
            false);
    ClusterSettings by =
        PoolSources.cluster(ClusterKind.AURORA, ClusterSettings.defaults().failover());
    return PoolSources.source(
        "cluster",
        "jdbc:postgresql://former,promoted",
        new ClusterSettings(
            by.kind(),
            by.arn(),
            by.reads(),
            by.consistency(),
            by.hostPattern(),
            by.writeEndpoint(),
            by.readEndpoint(),
            by.nodes(),
            probe,
            by.api(),
            by.lag(),
            by.balance(),
            by.failover()));
  }

  @Test
  void whoeverReportedItBeforeAnotherBeganToIsAskedAgainAtOnce() throws Exception {
    CompletableFuture<Topology> judged = new CompletableFuture<>();
    ClusterTracker.Listener listener =
        new ClusterTracker.Listener() {
          @Override
          public void changed(Topology topology, List<TopologyEvent> events) {
            if (topology.writer().isPresent()) {
              formerHeard.countDown();
            }
            if (topology.nodes().stream().allMatch(node -> node.state() == NodeState.REFUTED)) {
              judged.complete(topology);
            }
          }
        };
    try (ClusterTracker tracker =
        tracker(new Scripted(true, this::former, this::promoted), listener)) {
      tracker.start();

      assertThat(judged.get(PATIENCE_SECONDS, TimeUnit.SECONDS).writer()).isEmpty();
      assertThat(askedFormer.get())
          .as("once more where the other one answered again meanwhile")
          .isBetween(2, 3);
    }
  }

  private static ClusterTracker tracker(Prober prober, ClusterTracker.Listener listener) {
    return new ClusterTracker(
        source(), DatabaseCredentials.written("app", Optional.empty()), source -> prober, listener);
  }

  /** It has reported that it is the writer, and is asked once more before that is a conflict. */
  @Test
  void aReportOfBeforeTheSwitchoverMakesNoConflict() throws Exception {
    CountDownLatch replicaHeard = new CountDownLatch(1);
    CountDownLatch promotedHeard = new CountDownLatch(1);
    CountDownLatch over = new CountDownLatch(1);
    Answer former =
        () -> {
          if (askedFormer.incrementAndGet() == 1) {
            return report("former", true);
          }
          await(promotedHeard);
          return report("former", false);
        };
    Answer promoted =
        () -> {
          if (askedPromoted.incrementAndGet() == 1) {
            await(formerHeard);
            return report("promoted", false);
          }
          await(replicaHeard);
          return report("promoted", true);
        };
    ClusterTracker.Listener listener =
        (topology, events) -> {
          Optional<String> writer = topology.writer().map(node -> node.address().host());
          boolean replica =
              topology.nodes().stream()
                  .anyMatch(
                      node -> node.role() == NodeRole.REPLICA && node.state() == NodeState.UP);
          if (writer.equals(Optional.of("former"))) {
            formerHeard.countDown();
            if (replica) {
              replicaHeard.countDown();
            }
          } else if (writer.equals(Optional.of("promoted"))) {
            promotedHeard.countDown();
            if (replica) {
              over.countDown();
            }
          }
        };
    try (ClusterTracker tracker = tracker(new Scripted(false, former, promoted), listener)) {
      tracker.start();
      assertThat(replicaHeard.await(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
      tracker.refresh();
      assertThat(over.await(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
      assertThat(tracker.events())
          .extracting(TopologyEvent::kind)
          .contains(TopologyEvent.Kind.WRITER)
          .doesNotContain(TopologyEvent.Kind.CONFLICT);
    }
  }
}
