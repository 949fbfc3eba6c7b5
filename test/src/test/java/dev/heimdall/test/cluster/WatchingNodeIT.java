package dev.heimdall.test.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.launcher.postgres.PostgresCluster;
import dev.heimdall.launcher.postgres.PostgresServer;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.LoggedLines;
import dev.heimdall.test.fixture.TestNode;
import org.junit.jupiter.api.Test;

/** What a whole node does of a cluster: it watches it, and says what becomes of it. */
class WatchingNodeIT {
  private static String probes(PostgresServer server) {
    return server.queryValue(
        "postgres",
        "SELECT count(*) > 0 FROM pg_stat_activity WHERE application_name = 'heimdall cluster'");
  }

  @Test
  void aNodeTellsItsLogWhatBecomesOfAClusterAndFollowsItsConfiguration() {
    try (PostgresCluster cluster = PostgresCluster.builder().ephemeralPorts().replicas(1).start();
        LoggedLines lines = LoggedLines.of("heimdall.cluster");
        TestNode node =
            TestNode.start(
                c ->
                    c.source("catalog.enabled", false)
                        .source(
                            "url",
                            "jdbc:postgresql://127.0.0.1:%d,127.0.0.1:%d"
                                .formatted(
                                    cluster.primary().port(), cluster.replicas().get(0).port()))
                        .source("user", cluster.superuser())
                        .source("password", cluster.password())
                        .source("cluster.kind", "postgres"))) {
      String primary = "server=127.0.0.1:" + cluster.primary().port();
      String replica = "server=127.0.0.1:" + cluster.replicas().get(0).port();
      Await.until(
          "the writer was found",
          () ->
              lines.beginningWith("INFO cluster writer").stream()
                  .anyMatch(l -> l.contains(primary)));

      cluster.primary().kill();
      Await.until(
          "its loss was told", () -> !lines.beginningWith("WARN cluster no-writer").isEmpty());
      cluster.replicas().get(0).promote();
      Await.until(
          "the new writer was found",
          () ->
              lines.beginningWith("INFO cluster writer").stream()
                  .anyMatch(l -> l.contains(replica) && l.contains("lasted=")));
      assertThat(probes(cluster.replicas().get(0))).isEqualTo("t");
      String writer = "127.0.0.1:" + cluster.replicas().get(0).port();
      assertThat(node.admin("SHOW CLUSTER"))
          .singleElement()
          .satisfies(
              row ->
                  assertThat(row)
                      .containsEntry("writer", writer)
                      .containsEntry("degraded", "t")
                      .containsEntry("in_touch", "t"));
      assertThat(node.admin("SHOW NODES"))
          .anySatisfy(
              row -> assertThat(row).containsEntry("node", writer).containsEntry("role", "writer"))
          .hasSize(2);
      assertThat(node.admin("SHOW EVENTS"))
          .last()
          .satisfies(row -> assertThat(row.get("cause")).isNotEmpty());

      node.change(
          c -> c.source("url", "jdbc:postgresql://127.0.0.1:1").source("cluster.kind", "none"));
      Await.until("nobody asks any more", () -> "f".equals(probes(cluster.replicas().get(0))));
    }
  }
}
