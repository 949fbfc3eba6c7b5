package dev.heimdall.test.cluster;

import static dev.heimdall.test.cluster.RoutedCluster.awaitCatalogue;
import static dev.heimdall.test.cluster.WithoutWriter.COUNT;
import static dev.heimdall.test.cluster.WithoutWriter.awaitReceived;
import static dev.heimdall.test.cluster.WithoutWriter.beginWrite;
import static dev.heimdall.test.cluster.WithoutWriter.isCached;
import static dev.heimdall.test.cluster.WithoutWriter.loseWriter;
import static dev.heimdall.test.cluster.WithoutWriter.other;
import static dev.heimdall.test.cluster.WithoutWriter.refused;
import static dev.heimdall.test.cluster.WithoutWriter.where;
import static dev.heimdall.test.fixture.Jdbc.execute;
import static dev.heimdall.test.fixture.Jdbc.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Jdbc;
import dev.heimdall.test.fixture.TestConfiguration;
import dev.heimdall.test.fixture.TestNode;
import dev.heimdall.test.operate.Door;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What reads miss, and do not, while no server is the writer and they may. */
@Tag("ci")
class StaleReadsIT {
  private static final String STALE =
      "heimdall_stale_reads_total{database=\"app\",user=\"app\",vdb=\"app\"}";

  private static Consumer<TestConfiguration> staleReads(String consistency, String bound) {
    return c ->
        c.source("cluster.reads", "all")
            .source("cluster.consistency", consistency)
            .source("cluster.lag.maxStaleness", "500ms")
            .source("cluster.lag.maxTime", "1s")
            .source("cluster.failover.queueTimeout", "3s")
            .source("cluster.failover.staleReads", bound)
            .user("app", "admin", true)
            .vdb("cache.enabled", true)
            .vdb("rules", List.of("main"))
            .rules(
                "main",
                "{\"match\": \"kept\", \"action\": \"cache\", \"parameters\": {\"ttl\": 600000}}");
  }

  private static RoutedCluster startStale(String consistency, String bound) {
    return new RoutedCluster(staleReads(consistency, bound), WithoutWriter::twoTables);
  }

  /** Whoever wrote it, and whatever is not known of it. */
  @ParameterizedTest
  @ValueSource(strings = {"session", "fleet"})
  void staleReadsMissTheEndOfWhatWasWrittenAndGoOn(String consistency) throws Exception {
    try (RoutedCluster routed = startStale(consistency, "10m");
        Connection reads = routed.connect("preferQueryMode", "simple");
        Connection writes = routed.connect("preferQueryMode", "simple")) {
      awaitCatalogue(writes, "other");
      routed.awaitReplicas(() -> routed.isReplica(where(reads)));
      routed.pauseReplay(true);
      execute(writes, "INSERT INTO other VALUES (2)");
      assertThat(other(writes)).as("while there is a writer").isEqualTo("2");
      routed.awaitKnown(routed.node());
      loseWriter(routed);

      long lost = System.nanoTime();
      while (System.nanoTime() - lost < Duration.ofSeconds(2).toNanos()) {
        assertThat(other(reads)).isEqualTo("1");
        assertThat(other(writes)).as("beyond lag.maxTime, and its own write").isEqualTo("1");
      }
      assertThat(Jdbc.queryInfo(writes).get("answered by"))
          .contains("which may lack the end of what the last writer wrote");
      for (int i = 0; i < 3; i++) {
        assertThat(value(reads, "SELECT /* kept */ count(*) FROM other")).isEqualTo("1");
        assertThat(isCached(reads)).isFalse();
      }
      execute(writes, "BEGIN READ ONLY");
      assertThat(other(writes)).isEqualTo("1");
      execute(writes, "COMMIT");
      assertThat(new Door(routed.node().httpPort()).metric(STALE)).isPositive();

      routed.pauseReplay(false);
      routed.first().promote();
      execute(writes, "INSERT INTO other VALUES (3)");
      String now = other(writes);
      assertThat(now).as("the write was received, or lost with its writer").isIn("2", "3");
      assertThat(other(reads)).isEqualTo(now);
      assertThat(value(reads, "SELECT /* kept */ count(*) FROM other")).isEqualTo(now);
    }
  }

  /** A replica that lacks what was written before the bound does not answer. */
  @Test
  void staleReadsAreNotOlderThanTheirBound() throws Exception {
    try (RoutedCluster routed = startStale("fleet", "2s");
        Connection reads = routed.connect("preferQueryMode", "simple");
        Connection writes = routed.connect("preferQueryMode", "simple")) {
      awaitCatalogue(writes, "other");
      routed.awaitReplicas(() -> routed.isReplica(where(reads)));
      routed.pauseReplay(true);
      execute(writes, "INSERT INTO other VALUES (2)");
      routed.awaitKnown(routed.node());
      long written = System.nanoTime();
      Await.until(
          "the bound has passed since the write",
          () ->
              System.nanoTime() - written > Duration.ofSeconds(3).toNanos()
                  && other(reads).equals("2"));
      awaitReceived(routed);
      loseWriter(routed);

      assertThat(refused(reads, COUNT)).isEqualTo("57P03");
      assertThat(refused(writes, COUNT)).isEqualTo("57P03");
      try (TestNode late = routed.another(staleReads("fleet", "10m"))) {
        assertThat(
                catchThrowableOfType(SQLException.class, () -> late.target().jdbc().close())
                    .getSQLState())
            .as("a node that has never known a writer")
            .isEqualTo("57P03");
      }
      routed.pauseReplay(false);
      Await.until("it is replayed", () -> refused(reads, COUNT).equals("answered"));
      assertThat(other(reads)).isEqualTo("2");
    }
  }

  /** Nobody knows where such a write is, which is what makes sessions wait in most outages. */
  @Test
  void aReadGoesOnBesideAWriteWhoseOutcomeIsLost() throws Exception {
    try (RoutedCluster routed = startStale("fleet", "10m");
        Connection reads = routed.connect("preferQueryMode", "simple");
        Connection writes = routed.connect("preferQueryMode", "simple")) {
      awaitCatalogue(writes, "other");
      routed.awaitReplicas(() -> routed.isReplica(where(reads)));
      routed.awaitKnown(routed.node());
      CompletableFuture<String> lost = beginWrite(routed, writes);
      loseWriter(routed);

      assertThat(lost.get(60, TimeUnit.SECONDS)).isIn("57P01", "08006");
      assertThat(other(writes)).isEqualTo("1");
      assertThat(other(reads)).isEqualTo("1");
    }
  }
}
