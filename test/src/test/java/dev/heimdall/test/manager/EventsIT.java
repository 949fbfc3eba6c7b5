package dev.heimdall.test.manager;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.heimdall.launcher.postgres.PostgresCluster;
import dev.heimdall.launcher.postgres.PostgresServer;
import dev.heimdall.test.fixture.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What happens to real nodes and servers, as managers tell it. */
class EventsIT {
  @TempDir private Path directory;

  private static JsonNode events(ReportingNodes fleet, int manager, String query) {
    try {
      return fleet.rest(manager).get("/api/v1/events?" + query).json();
    } catch (IOException e) {
      return MissingNode.getInstance();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return MissingNode.getInstance();
    }
  }

  private static JsonNode await(ReportingNodes fleet, int manager, String kind, int witnesses) {
    String query = "kind=" + kind;
    Await.until(
        kind + " is told by the manager on " + manager,
        Started.PATIENCE,
        () -> events(fleet, manager, query).at("/events/0/seenBy").size() == witnesses,
        () -> events(fleet, manager, "").toString());
    JsonNode found = events(fleet, manager, query);
    assertThat(found.path("found").asInt()).as(found.toString()).isEqualTo(1);
    return found.at("/events/0");
  }

  @Test
  void aFailoverThatTwoNodesSeeIsOneEventOfBothManagers() throws Exception {
    try (PostgresCluster cluster = PostgresCluster.builder().ephemeralPorts().replicas(1).start();
        ReportingNodes fleet = new ReportingNodes(directory);
        Browser browser = Browser.start()) {
      cluster.primary().execute("CREATE DATABASE app");
      fleet.write("sources/main.json", source(cluster));
      fleet.manager(fleet.onePort()).awaitOutput("managing on port");
      fleet.manager(fleet.otherPort()).awaitOutput("managing on port");
      browser.logIn(fleet.onePort(), Files.readString(fleet.passwordFile(fleet.onePort())));
      browser.open("http://localhost:" + fleet.onePort() + "/events");
      browser.awaitText("Nothing of this kind has happened");
      browser.shoot("events-none");
      fleet.node("shop-a");
      Started b = fleet.node("shop-b");
      for (int manager : new int[] {fleet.onePort(), fleet.otherPort()}) {
        fleet.awaitLive(manager, "shop-a", "shop-b");
        Await.until(
            "both know the writer",
            Started.PATIENCE,
            () -> knowsWriter(fleet, manager, "shop-a") && knowsWriter(fleet, manager, "shop-b"),
            () -> fleet.said(manager, "shop-a").toString());
      }

      PostgresServer lost = cluster.primary();
      lost.kill();
      JsonNode begun = await(fleet, fleet.onePort(), "failover-begun", 2);
      assertThat(begun.path("severity").asText()).isEqualTo("critical");
      assertThat(begun.path("about").asText()).isEqualTo("main");
      assertThat(begun.path("server").asText()).endsWith(":" + lost.port());
      assertThat(begun.path("count").asInt()).isEqualTo(1);
      PostgresServer next = cluster.replicas().get(0);
      next.promote();
      JsonNode ended = await(fleet, fleet.onePort(), "failover-ended", 2);
      assertThat(ended.path("server").asText()).endsWith(":" + next.port());
      assertThat(await(fleet, fleet.otherPort(), "failover-begun", 2)).isEqualTo(begun);
      browser.awaitText("Failover begun");

      b.kill();
      JsonNode gone = await(fleet, fleet.onePort(), "node-lost", 1);
      assertThat(gone.path("about").asText()).isEqualTo("shop-b");
      assertThat(gone.path("severity").asText()).isEqualTo("critical");
      browser.awaitText("Node lost");
      browser.shoot("events");
      browser.open("http://localhost:" + fleet.onePort() + "/events?severity=critical");
      browser.awaitText("Failover begun");
      assertThat(browser.text()).doesNotContain("Node started");
      assertThat(browser.complaints()).isEmpty();
    }
  }

  private static boolean knowsWriter(ReportingNodes fleet, int manager, String node) {
    return fleet
        .said(manager, node)
        .at("/sections/state/clusters/0/events")
        .toString()
        .contains("\"kind\":\"writer\"");
  }

  private static String source(PostgresCluster cluster) {
    String hosts =
        cluster.servers().stream()
            .map(server -> server.host() + ":" + server.port())
            .collect(Collectors.joining(","));
    return """
    {"url": "jdbc:postgresql://%s/app", "user": "%s", "password": "%s",
     "tls": {"mode": "disable"}, "cluster": {"kind": "postgres", "reads": "none",
     "probe": {"user": "%2$s", "password": "%3$s", "timeout": "1s"}}}
    """
        .formatted(hosts, cluster.superuser(), cluster.password());
  }
}
