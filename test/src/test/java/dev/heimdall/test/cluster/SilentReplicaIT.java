package dev.heimdall.test.cluster;

import static dev.heimdall.test.cluster.RoutedCluster.asOwner;
import static dev.heimdall.test.cluster.RoutedCluster.awaitCatalogue;
import static dev.heimdall.test.cluster.WithoutWriter.otherMeanwhile;
import static dev.heimdall.test.fixture.Jdbc.execute;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Await;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * A replica that keeps all connections open and answers nothing. Probes are given a minute, so that
 * it does not count as down in any of these tests.
 */
class SilentReplicaIT {
  private static final int CLIENTS = 12;

  private static String state(RoutedCluster routed) {
    String address = routed.first().host() + ":" + routed.first().port();
    return routed.node().admin("SHOW NODES").stream()
        .filter(row -> row.get("node").equals(address))
        .map(row -> row.get("state"))
        .findFirst()
        .orElse("none");
  }

  @Test
  void readsThatOthersMayAnswerDoNotWaitForIt() throws Exception {
    List<Connection> clients = new ArrayList<>();
    try (RoutedCluster routed =
        new RoutedCluster(
            c ->
                c.source("cluster.reads", "all")
                    .source("cluster.probe.timeout", "1m")
                    .vdb("pool.size", 20)
                    .user("app", "admin", true),
            primary ->
                asOwner(primary, "CREATE TABLE other (i int)", "INSERT INTO other VALUES (1)"))) {
      for (int i = 0; i < CLIENTS; i++) {
        clients.add(routed.connect("preferQueryMode", i % 2 == 0 ? "simple" : "extended"));
      }
      awaitCatalogue(clients.get(0), "other");
      routed.awaitReplicaReads(clients.get(0));
      for (int round = 0; round < 3; round++) {
        for (CompletableFuture<String> read :
            clients.stream().map(WithoutWriter::otherMeanwhile).toList()) {
          read.get(60, TimeUnit.SECONDS); // both replicas have connections
        }
      }

      execute(clients.get(1), "BEGIN READ ONLY");
      routed.first().freeze();
      try {
        List<CompletableFuture<String>> reads =
            clients.stream().skip(2).map(WithoutWriter::otherMeanwhile).toList();
        for (CompletableFuture<String> read : reads) {
          assertThat(read.get(60, TimeUnit.SECONDS)).isEqualTo("1");
        }
        Await.until("it is suspect", () -> "suspect".equals(state(routed)));
        for (int i = 2; i < CLIENTS; i++) {
          assertThat(otherMeanwhile(clients.get(i)).get(60, TimeUnit.SECONDS)).isEqualTo("1");
        }
        assertThat(state(routed)).as("it was not found down meanwhile").isEqualTo("suspect");
      } finally {
        routed.first().thaw();
      }
      Await.until("it is back", () -> "up".equals(state(routed)));
      execute(clients.get(1), "ROLLBACK");
      for (Connection client : clients) {
        assertThat(otherMeanwhile(client).get(60, TimeUnit.SECONDS)).isEqualTo("1");
      }
    } finally {
      for (Connection client : clients) {
        client.close();
      }
    }
  }
}
