package dev.heimdall.test.manager;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Needs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Figures of fifty nodes, of which four are not ready, over the death of their manager. */
@Needs("chromium")
@Tag("long")
class KeptFiguresIT {
  private static final int NODES = 50;
  private static final int NOT_READY = 4;
  private static final int CLIENTS = 9;
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  @TempDir private Path directory;

  /** What the nodes do. */
  private static final class Busy implements SimulatedNodes.Reporting {
    private final long started = System.currentTimeMillis() - 20_000;

    @Override
    public ObjectNode of(int i, JsonNode looks) {
      long up = System.currentTimeMillis() - started;
      ObjectNode report =
          Rest.JSON
              .createObjectNode()
              .put("run", "run")
              .put("number", i)
              .put("version", "1")
              .put("started", Instant.ofEpochMilli(started).toString())
              .put("everyMillis", 2000);
      ObjectNode sections = report.putObject("sections");
      ObjectNode state = sections.putObject("state");
      state.put("ready", i >= NOT_READY);
      state.putArray("reasons").add(i < NOT_READY ? "no server connection to main" : "");
      ObjectNode cluster = state.putArray("clusters").addObject().put("source", "main");
      cluster.put("consistency", "fleet").putArray("events");
      cluster
          .putArray("nodes")
          .addObject()
          .put("address", "db-1:5432")
          .put("role", "writer")
          .put("state", "up");
      cluster
          .withArray("nodes")
          .addObject()
          .put("address", "db-2:5432")
          .put("role", "replica")
          .put("state", "up")
          .put("lagMillis", 20 + up / 1000 % 40);
      ObjectNode figures = sections.putObject("figures");
      figures.put("started", started).put("upMillis", up).put("cpuMicros", up * 200);
      ObjectNode vdb = figures.putObject("vdbs").putObject("shop");
      long queries = up * (10 + i) / 1000;
      vdb.put("queries", queries).put("queryMicros", queries * 900);
      vdb.put("responses", queries).put("responseMicros", queries * 1000);
      vdb.put("clients", 20 + i).put("inUse", 4).put("open", 10).put("size", 20);
      vdb.putArray("responseTimes").add(1000).add(queries);
      ObjectNode event = sections.putObject("events").putArray("events").addObject();
      event
          .put("number", 1)
          .put("at", Instant.ofEpochMilli(started + 60_000).toString())
          .put("kind", "writer-changed")
          .put("severity", "warning")
          .put("about", "main")
          .put("words", "db-1 writes.");
      clients(i, looks, sections.putObject("clients"));
      return report;
    }

    /** Nine of each node, of which one waits. */
    private static void clients(int i, JsonNode looks, ObjectNode section) {
      for (JsonNode look : looks) {
        String user = look.at("/parameters/user").asText();
        ObjectNode answer = section.putObject(look.path("id").asText());
        int matching = user.isEmpty() || user.equals("shop") ? CLIENTS : 0;
        answer.put("clients", CLIENTS).put("matching", matching);
        ObjectNode states = answer.putObject("states");
        if (matching > 0) {
          states.put("waiting", 1).put("idle", CLIENTS - 1);
        }
        int most = Math.min(matching, look.at("/parameters/most").asInt());
        for (int id = 1; id <= most; id++) {
          boolean waits = id == 1;
          answer
              .withArray("rows")
              .addObject()
              .put("sort", (waits ? "0" : "3") + "%04d".formatted(i))
              .put("id", id)
              .put("user", "shop")
              .put("vdb", "shop")
              .put("database", "shop")
              .put("address", "10.40.%d.%d".formatted(i, id))
              .put("port", 40_000 + id)
              .put("application", "checkout")
              .put("state", waits ? "waiting" : "idle")
              .put("awaits", waits ? "a server connection of its pool" : "")
              .put("connected", Instant.now().minusSeconds(60L * id).toString())
              .put("connectedMillis", 60_000L * id)
              .put("quietMillis", 1000L * id)
              .put("waitMillis", waits ? 100L * (NODES - i) : 0)
              .put("queries", 7L * id)
              .put("preparedStatements", 0)
              .put("statement", "select * from orders where id = ?");
        }
      }
    }
  }

  private static JsonNode figures(ReportingNodes fleet, int manager, String query) {
    return fleet.answer(manager, "/api/v1/figures?" + query);
  }

  private static void awaitMinutes(ReportingNodes fleet, int manager, long first, int count) {
    Await.until(
        "there are minutes from " + first + " on",
        PATIENCE,
        () -> {
          JsonNode times = figures(fleet, manager, "range=1d").path("times");
          return times.size() >= count && times.path(0).asLong() <= first;
        },
        () -> figures(fleet, manager, "range=1d").path("times").toString());
  }

  /** Those of all nodes on one page, and of these those that wait. */
  private static void seeClients(Browser browser, int port) throws IOException {
    browser.open("http://localhost:" + port + "/clients");
    browser
        .awaitText("%d clients".formatted(NODES * CLIENTS))
        .awaitText("%d waiting".formatted(NODES))
        .awaitText("Page 1 of 4")
        .awaitText("These are the first 200 of %d".formatted(NODES * CLIENTS));
    browser.shoot("fifty-nodes-clients");
    browser.open("http://localhost:" + port + "/clients?node=" + SimulatedNodes.name(17));
    browser.awaitText("%d clients of %d".formatted(CLIENTS, CLIENTS)).awaitText("10.40.17.1");
    for (String user : new String[] {"a", "b", "c", "d", "e", "f", "g", "h", "i"}) {
      browser.open("http://localhost:" + port + "/clients?user=" + user);
      browser.awaitText("0 clients of");
    }
  }

  @Test
  void figuresAreThereAfterTheirManagerWasKilledAndForAnotherOne() throws Exception {
    try (ReportingNodes fleet = new ReportingNodes(directory);
        Browser browser = Browser.start()) {
      int port = fleet.onePort();
      Started manager = fleet.manager(port);
      manager.awaitOutput("managing on port");
      try (SimulatedNodes nodes = new SimulatedNodes(NODES, new Busy(), port, fleet.otherPort())) {
        browser.logIn(port, Files.readString(fleet.passwordFile(port)));
        awaitMinutes(fleet, port, Long.MAX_VALUE, 3);
        browser.open("http://localhost:" + port + "/dashboard?range=5m");
        browser.awaitText("4 of 50 nodes are not ready.");
        browser.awaitText("Live").awaitText("Replication lag");
        browser.shoot("fifty-nodes");
        seeClients(browser, port);
        JsonNode before = figures(fleet, port, "range=1d");
        assertThat(before.path("queriesByNode").size()).isEqualTo(NODES);
        assertThat(before.path("lagByServer").has("main db-2:5432")).isTrue();
        long first = before.at("/times/1").asLong();
        double queries = before.at("/fields/queries/1").asDouble();
        assertThat(queries).isPositive();
        assertThat(before.path("events").toString()).contains("writer-changed");
        Await.until(
            "they are on the disk",
            PATIENCE,
            () -> figures(fleet, port, "range=30d").path("queriesByNode").size() == NODES,
            () -> figures(fleet, port, "range=30d").toString());

        manager.kill();
        fleet.manager(port).awaitOutput("managing on port");
        awaitMinutes(fleet, port, first, 2);
        JsonNode after = figures(fleet, port, "range=1d");
        for (int i = 0; i < after.path("times").size(); i++) {
          if (after.path("times").path(i).asLong() == first) {
            assertThat(after.at("/fields/queries").path(i).asDouble()).isEqualTo(queries);
            assertThat(after.at("/queriesByNode/shop-49").path(i).asDouble()).isPositive();
            assertThat(after.at("/lagByServer").path("main db-2:5432").path(i).asDouble())
                .isPositive();
          }
        }
        JsonNode month = figures(fleet, port, "range=30d");
        assertThat(month.path("step").asInt()).isEqualTo(600);
        assertThat(month.path("times").path(0).asLong()).isLessThanOrEqualTo(first);
        assertThat(month.path("queriesByNode").size()).isEqualTo(NODES);

        fleet.manager(fleet.otherPort()).awaitOutput("managing on port");
        awaitMinutes(fleet, fleet.otherPort(), first, 2);

        // The session goes on, too.
        browser.open("http://localhost:" + port + "/dashboard?range=1d");
        browser.awaitText("Live").awaitText("Replication lag");
        browser.shoot("figures-kept-day");
        browser.open("http://localhost:" + port + "/dashboard?range=30d");
        browser.awaitText("Live").awaitText("Replication lag");
        browser.shoot("figures-kept-month");
        assertThat(browser.complaints()).isEmpty();
      }
    }
  }
}
