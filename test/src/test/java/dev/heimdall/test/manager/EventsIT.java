package dev.heimdall.test.manager;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.sun.net.httpserver.HttpServer;
import dev.heimdall.launcher.postgres.PostgresCluster;
import dev.heimdall.launcher.postgres.PostgresServer;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Needs;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What happens to real nodes and servers, as managers tell it. */
@Needs("chromium")
@Tag("long")
class EventsIT {
  @TempDir private Path directory;

  private static JsonNode events(ReportingNodes fleet, int manager, String query) {
    return fleet.answer(manager, "/api/v1/events?" + query);
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
        Browser browser = Browser.start();
        Receiver receiver = new Receiver()) {
      cluster.primary().execute("CREATE DATABASE app");
      fleet.write("sources/main.json", ReportingNodes.source(cluster));
      fleet.manager(fleet.onePort()).awaitOutput("managing on port");
      fleet.manager(fleet.otherPort()).awaitOutput("managing on port");
      browser.logIn(fleet.onePort(), Files.readString(fleet.passwordFile(fleet.onePort())));
      browser.open("http://localhost:" + fleet.onePort() + "/events");
      browser.awaitText("Nothing of this kind has happened");
      browser.shoot("events-none");
      tellReceiver(fleet, browser, receiver);
      fleet.node("shop-a");
      Started b = fleet.node("shop-b");
      fleet.awaitWriterKnown("shop-a", "shop-b");

      PostgresServer lost = cluster.primary();
      lost.kill();
      JsonNode begun = await(fleet, fleet.onePort(), "failover-begun", 2);
      assertThat(begun.path("severity").asText()).isEqualTo("critical");
      assertThat(begun.path("about").asText()).isEqualTo("main");
      assertThat(begun.path("server").asText()).endsWith(":" + lost.port());
      assertThat(begun.path("count").asInt()).isEqualTo(1);
      JsonNode wrong = awaitProblem(fleet, "no-writer");
      assertThat(wrong.path("severity").asText()).isEqualTo("critical");
      assertThat(wrong.path("words").asText()).isEqualTo("Cluster main has no writer.");
      assertThat(wrong.path("detail").asText()).contains(":" + lost.port() + " is ");
      assertThat(Instant.parse(wrong.path("since").asText()))
          .isBetween(
              Instant.parse(begun.path("at").asText()).minusSeconds(15),
              Instant.parse(begun.path("at").asText()).plusSeconds(15));
      browser.awaitText("Cluster main has no writer."); // a page that was open
      assertThat(browser.text())
          .contains("Writes wait up to 30 s (failover.queueTimeout)", "Next: See on the servers");
      browser.open("http://localhost:" + fleet.onePort() + "/dashboard");
      browser.awaitText("Cluster main has no writer.").awaitText("Nodes ready");
      browser.shoot("outage-dashboard");
      browser.open("http://localhost:" + fleet.onePort() + "/problems");
      browser.awaitText("Cluster main has no writer.").awaitText("For clients");
      browser.shoot("outage-problems");
      PostgresServer next = cluster.replicas().get(0);
      next.promote();
      JsonNode ended = await(fleet, fleet.onePort(), "failover-ended", 2);
      assertThat(ended.path("server").asText()).endsWith(":" + next.port());
      assertThat(await(fleet, fleet.otherPort(), "failover-begun", 2)).isEqualTo(begun);
      Await.until(
          "the banner is gone",
          Started.PATIENCE,
          () -> !browser.text().contains("has no writer"),
          browser::text);
      browser.open("http://localhost:" + fleet.onePort() + "/events");
      browser.awaitText("Failover begun");
      Await.until("the webhook is told", () -> receiver.count("no-writer") > 0);

      b.kill();
      browser.awaitText("1 of 2 nodes is late with a report. shop-b.");
      JsonNode gone = await(fleet, fleet.onePort(), "node-lost", 1);
      assertThat(gone.path("about").asText()).isEqualTo("shop-b");
      assertThat(gone.path("severity").asText()).isEqualTo("critical");
      browser.awaitText("Node lost").awaitText("1 of 2 nodes does not report any more.");
      JsonNode silent = awaitProblem(fleet, "nodes-lost");
      assertThat(silent.path("severity").asText()).isEqualTo("warning");
      assertThat(silent.path("detail").asText()).isEqualTo("shop-b.");
      browser.shoot("events");
      browser.open("http://localhost:" + fleet.onePort() + "/events?severity=critical");
      browser.awaitText("Failover begun");
      assertThat(browser.text()).doesNotContain("Node started");
      Await.until("the webhook is told of its end", () -> receiver.count("resolved") > 0);
      assertThat(receiver.count("no-writer")).isEqualTo(2);
      assertThat(receiver.count("failover-begun")).isZero();
      assertThat(receiver.count("nodes-lost")).as("it is a warning").isZero();
      assertThat(browser.complaints()).isEmpty();
    }
  }

  private static JsonNode awaitProblem(ReportingNodes fleet, String kind) {
    Await.until(
        kind + " is a problem",
        Started.PATIENCE,
        () -> !problem(fleet, kind).isMissingNode(),
        () -> problem(fleet, "").toString());
    return problem(fleet, kind);
  }

  private static JsonNode problem(ReportingNodes fleet, String kind) {
    JsonNode problems = fleet.answer(fleet.onePort(), "/api/v1/problems").path("problems");
    for (JsonNode one : problems) {
      if (one.path("kind").asText().equals(kind)) {
        return one;
      }
    }
    return kind.isEmpty() ? problems : MissingNode.getInstance();
  }

  /** What takes messages. */
  private static final class Receiver implements AutoCloseable {
    private final List<String> bodies = new CopyOnWriteArrayList<>();
    private final HttpServer server;

    Receiver() throws IOException {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      server.createContext(
          "/T0PSECRET",
          exchange -> {
            bodies.add(
                new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
          });
      server.start();
    }

    String url() {
      return "http://localhost:%d/T0PSECRET".formatted(server.getAddress().getPort());
    }

    long count(String kind) {
      return bodies.stream().filter(body -> body.contains("\"" + kind + "\"")).count();
    }

    @Override
    public void close() {
      server.stop(0);
    }
  }

  private static void tellReceiver(ReportingNodes fleet, Browser browser, Receiver receiver)
      throws Exception {
    browser.open("http://localhost:" + fleet.onePort() + "/alerts");
    browser.awaitText("No targets yet");
    browser.find("#name").sendKeys("on-call");
    browser.find("#f-url").sendKeys(receiver.url());
    browser.find("#f-key").sendKeys("T0PKEY");
    browser.click("#f-severity option[value='critical']");
    browser.click("form[action='/alerts'] .main");
    browser.awaitText("on-call is notified from now on.");
    browser.click("form[action='/alerts/on-call/test'] button");
    browser.awaitText("answered 204");
    browser.shoot("alerts");
    assertThat(receiver.bodies).hasSize(1).first().asString().contains("this is a test");
    String said = fleet.rest(fleet.otherPort()).get("/api/v1/alert-targets").body();
    assertThat(said).contains("on-call").contains("answered 204");
    assertThat(said + browser.source()).doesNotContain("T0PSECRET").doesNotContain("T0PKEY");
  }
}
