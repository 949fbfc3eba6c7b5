package dev.heimdall.test.cluster;

import static dev.heimdall.test.cluster.RoutedCluster.port;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.launcher.postgres.PostgresCluster;
import dev.heimdall.launcher.postgres.PostgresServer;
import dev.heimdall.test.fault.TcpFaults;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.TestNode;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Replicas at different distances: reads stay near by region, and by how long answers take. */
@Tag("ci")
class NearReadsIT {
  private static final int READS = 200;

  /** Each way, so that nothing that a busy machine does to the near one comes close. */
  private static final int FAR_MILLIS = 300;

  @Test
  void readsStayAtTheReplicaThatAnswersFastAndMoveWhenItIsGone() throws Exception {
    try (PostgresCluster cluster = PostgresCluster.builder().ephemeralPorts().replicas(2).start()) {
      PostgresServer near = cluster.replicas().get(0);
      PostgresServer far = cluster.replicas().get(1);
      cluster.primary().execute("CREATE ROLE app LOGIN PASSWORD 'app'", "CREATE DATABASE app");
      cluster.awaitReplay(Duration.ofSeconds(20));
      try (TcpFaults distance = new TcpFaults(far.host(), far.port());
          TestNode node =
              TestNode.start(
                  c ->
                      c.node("loops", 1)
                          .source(
                              "url",
                              "jdbc:postgresql://127.0.0.1:%d,127.0.0.1:%d,127.0.0.1:%d/app"
                                  .formatted(
                                      distance.port(), near.port(), cluster.primary().port()))
                          .cluster(cluster)
                          .source("cluster.reads", "all")
                          .source("cluster.consistency", "session")
                          .source("cluster.balance.slowStart", "0s")
                          .source("cluster.probe.discover", false)
                          .source("cluster.probe.timeout", "10s"));
          Connection client = node.target().jdbc()) {
        distance.latency(FAR_MILLIS);
        Await.until("the far one is tried", () -> port(client) == far.port());
        Await.until("the near one is tried", () -> port(client) == near.port());
        int atFar = 0;
        for (int i = 0; i < READS; i++) {
          int port = port(client);
          assertThat(port).isIn(near.port(), far.port());
          atFar += port == far.port() ? 1 : 0;
        }
        // Once and again it is asked, as it may have come nearer.
        assertThat(atFar).isLessThanOrEqualTo(READS / 10);

        near.kill();
        Await.until("reads go to the far one", () -> port(client) == far.port());
      }
    }
  }

  @Test
  void readsStayInTheNodesRegionAndLeaveItWhenNoServerThereMayAnswer() throws Exception {
    try (PostgresCluster cluster = PostgresCluster.builder().ephemeralPorts().replicas(2).start()) {
      PostgresServer here = cluster.replicas().get(0);
      PostgresServer elsewhere = cluster.replicas().get(1);
      GlobalFunctions.install(
          cluster.primary(),
          Map.of("eu-west-1", List.of(cluster.primary(), elsewhere), "us-east-1", List.of(here)),
          "eu-west-1");
      cluster
          .primary()
          .execute("CREATE ROLE app LOGIN PASSWORD 'app'", "CREATE DATABASE app OWNER app");
      cluster.awaitReplay(Duration.ofSeconds(20));
      try (TestNode node =
              TestNode.start(
                  c ->
                      c.node("loops", 1)
                          .source(
                              "url",
                              "jdbc:postgresql://127.0.0.1:%d,127.0.0.1:%d,127.0.0.1:%d/app"
                                  .formatted(
                                      elsewhere.port(), here.port(), cluster.primary().port()))
                          .source("cluster.global", "arn:aws:rds::123456789012:global-cluster:shop")
                          .source("cluster.reads", "all")
                          .source("cluster.consistency", "session")
                          .source("cluster.balance.region", "us-east-1")
                          .source("cluster.balance.useResponseMetrics", false)
                          .source("cluster.balance.slowStart", "0s")
                          .source("cluster.probe.user", cluster.superuser())
                          .source("cluster.probe.password", cluster.password())
                          .source("cluster.probe.database", "postgres"));
          Connection client = node.target().jdbc()) {
        Await.until("reads go to the region's replica", () -> port(client) == here.port());
        for (int i = 0; i < READS; i++) {
          assertThat(port(client)).isEqualTo(here.port());
        }
        here.kill();
        Await.until(
            "reads go to the other region's replica", () -> port(client) == elsewhere.port());
        here.start();
        Await.until("they are back", () -> port(client) == here.port());
      }
    }
  }
}
