package dev.heimdall.test.manager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Target;
import dev.heimdall.test.fixture.TestCertificate;
import dev.heimdall.test.manager.Rest.Said;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What managers have nodes do. */
@Tag("long")
class CommandsIT {
  private static final String COMMANDS = "/api/v1/commands";
  private static final String ALONE =
      "{\"http\": {\"enabled\": false}, \"warmUp\": \"0\", \"drainTimeout\": \"2s\"}";

  @TempDir private Path directory;

  private ReportingNodes fleet;
  private int manager;

  @BeforeEach
  void configure() throws IOException {
    fleet = new ReportingNodes(directory);
    manager = fleet.onePort();
  }

  @AfterEach
  void end() throws InterruptedException {
    fleet.close();
  }

  private void start(String... nodes) throws IOException {
    fleet.manager(manager).awaitOutput("managing on port");
    for (String node : nodes) {
      fleet.supervisedNode(node);
    }
    fleet.awaitLive(manager, nodes);
  }

  private Said send(String body) throws IOException, InterruptedException {
    return fleet.rest(manager).post(COMMANDS, body);
  }

  /** Sends a command to node a, and waits for what becomes of it. */
  private JsonNode sent(String body) throws IOException, InterruptedException {
    Said said = send(body);
    assertThat(said.status()).as(said.toString()).isEqualTo(202);
    String id = said.json().at("/commands/0/id").asText();
    Await.until(
        "it is over: " + body,
        Started.PATIENCE,
        () -> order(id).path("state").asText().matches("done|failed|expired"),
        () -> order(id).toString());
    return order(id);
  }

  private JsonNode order(String id) {
    try {
      for (JsonNode order : fleet.rest(manager).get(COMMANDS).json().path("commands")) {
        if (order.path("id").asText().equals(id)) {
          return order;
        }
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    throw new AssertionError("no order " + id);
  }

  private static boolean connects(Target target) {
    try (Connection client = target.jdbc()) {
      return client.isValid(10);
    } catch (SQLException e) {
      return false;
    }
  }

  @Test
  void aNodeIsDrainedAndTakesClientsAgain() throws Exception {
    fleet.manager(manager).awaitOutput("managing on port");
    Started a = fleet.node("a");
    Target clients = ReportingNodes.clients(a);
    fleet.awaitLive(manager, "a");
    try (Connection idle = clients.jdbc()) {
      assertThat(idle.isValid(10)).isTrue();

      JsonNode drained = sent("{\"command\": \"drain\", \"nodes\": [\"a\"]}");
      assertThat(drained.path("state").asText()).as(drained.toString()).isEqualTo("done");
      assertThatThrownBy(() -> idle.createStatement().execute("SELECT 1"))
          .isInstanceOf(SQLException.class);
    }
    assertThat(connects(clients)).isFalse();
    fleet.write("users/second.json", "{\"password\": \"two\"}");
    JsonNode reloaded = sent("{\"command\": \"reload\"}");
    assertThat(reloaded.path("detail").asText()).isEqualTo("1 object differs");
    assertThat(connects(clients)).as("a reload lets nobody in").isFalse();
    assertThat(fleet.said(manager, "a").path("ready").asBoolean()).isFalse();

    assertThat(sent("{\"command\": \"undrain\"}").path("state").asText()).isEqualTo("done");
    assertThat(connects(clients)).isTrue();
    assertThat(connects(clients.as("second", "two"))).isTrue();

    JsonNode cleared = sent("{\"command\": \"clear_cache\", \"table\": \"app.public.t\"}");
    assertThat(cleared.path("state").asText()).as(cleared.toString()).isEqualTo("done");
    JsonNode refused = sent("{\"command\": \"restart\"}");
    assertThat(refused.path("state").asText()).isEqualTo("failed");
    assertThat(refused.path("detail").asText()).contains("nothing would start this node again");
    assertThat(send("{\"command\": \"reload\", \"nodes\": [\"x\"]}").code())
        .isEqualTo("not_reporting");
    assertThat(send("{\"command\": \"explode\"}").status()).isEqualTo(400);
    assertThat(fleet.rest(manager).get("/api/v1/audit").body())
        .contains("node_commanded", "a: drain", "a: clear_cache app.public.t");
  }

  @Test
  void allNodesAreRestartedOneAfterTheOther() throws Exception {
    start("a", "b");
    Map<String, Instant> before = Map.of("a", started("a"), "b", started("b"));

    assertThat(fleet.rest(manager).post(COMMANDS + "/rolling-restart", "{}").status())
        .isEqualTo(202);
    assertThat(fleet.rest(manager).post(COMMANDS + "/rolling-restart", "{}").code())
        .isEqualTo("in_progress");
    Await.until(
        "all are ready again",
        Started.PATIENCE,
        () -> rolling().path("end").asText().equals("all are ready again"),
        () -> fleet.said(manager, "a") + "\n" + fleet.said(manager, "b"));
    assertThat(rolling().path("done").asInt()).isEqualTo(2);
    assertThat(started("a")).isAfter(before.get("a"));
    assertThat(started("b")).as("not before a was there again").isAfter(started("a"));
  }

  private JsonNode rolling() throws IOException, InterruptedException {
    return fleet.rest(manager).get(COMMANDS).json().path("rollingRestart");
  }

  private Instant started(String node) {
    return Instant.parse(fleet.said(manager, node).path("started").asText());
  }

  @Test
  void aNodeBesideItsManagerBeginsAnewAndTheManagerGoesOn() throws Exception {
    fleet.write("node.json", ALONE);
    Started both =
        fleet.start(
            "both",
            "both",
            "--config=" + fleet.configuration(),
            "--node-name=a",
            "--state=" + directory.resolve("state-" + manager),
            "--manager-port=" + manager);
    both.awaitOutput("managing on port");
    Await.until("the password is there", () -> Files.exists(fleet.passwordFile(manager)));
    fleet.awaitLive(manager, "a");
    Instant before = started("a");
    long pid = both.children().get(0).pid();

    JsonNode restarted = sent("{\"command\": \"restart\", \"nodes\": [\"a\"]}");
    assertThat(restarted.path("state").asText()).as(restarted.toString()).isEqualTo("done");
    fleet.awaitLive(manager, "a");
    assertThat(started("a")).isAfter(before);
    assertThat(both.children()).extracting(ProcessHandle::pid).containsExactly(pid);
    Await.until("it serves again", () -> both.output().split("serving app on", -1).length == 3);
    both.terminate();
    assertThat(both.exitCode()).isZero();
  }

  @Test
  void aNodeKnowsTheCertificateOfTheManagerBesideIt() throws Exception {
    fleet.write("node.json", ALONE);
    TestCertificate certificate = TestCertificate.ofHost("manager.example");
    Path pem = Files.writeString(directory.resolve("manager.pem"), certificate.certificate());
    Path key = Files.writeString(directory.resolve("manager.key"), certificate.key());
    Started both =
        fleet.start(
            "both",
            "both",
            "--config=" + fleet.configuration(),
            "--state=" + directory.resolve("state-" + manager),
            "--manager-port=" + manager,
            "--manager-certificate=" + pem,
            "--manager-key=" + key);
    both.awaitOutput("managing on port");
    Await.until(
        "it reports over TLS",
        Started.PATIENCE,
        () ->
            both.output()
                    .contains(
                        "the manager at https://127.0.0.1:%d takes reports".formatted(manager))
                || both.output()
                    .contains("reporting to the manager at https://127.0.0.1:" + manager),
        both::output);
  }
}
