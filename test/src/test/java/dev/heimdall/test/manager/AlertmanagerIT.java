package dev.heimdall.test.manager;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpServer;
import dev.heimdall.launcher.embedded.Directories;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.FreePort;
import dev.heimdall.test.fixture.Needs;
import dev.heimdall.test.fixture.Toolchain;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Prometheus's Alertmanager itself, as what a manager notifies of its alerts. */
@Needs("alertmanager")
@Tag("long")
class AlertmanagerIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int NODES = 3;
  private static final String NOT_READY = "HeimdallNodesNotReady";

  @TempDir private Path directory;

  private final HttpClient http = HttpClient.newHttpClient();
  private final AtomicBoolean ready = new AtomicBoolean(true);

  /** What Alertmanager has sent on, as on-call people get it: alertname and state. */
  private final List<String> received = new CopyOnWriteArrayList<>();

  private HttpServer receiver;
  private int port;
  private Path output;
  private Path home;
  private Process alertmanager;
  private ReportingNodes fleet;
  private SimulatedNodes nodes;

  @BeforeEach
  void start() throws Exception {
    receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    receiver.createContext(
        "/",
        exchange -> {
          JsonNode message = JSON.readTree(exchange.getRequestBody());
          for (JsonNode alert : message.path("alerts")) {
            received.add(
                alert.at("/labels/alertname").asText() + " " + alert.path("status").asText());
          }
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    receiver.start();
    startAlertmanager();
    fleet = new ReportingNodes(directory);
    fleet.manager(fleet.onePort()).awaitOutput("managing on port");
    nodes = new SimulatedNodes(NODES, this::report, fleet.onePort());
  }

  /** Debian's looks for its files where they would be installed, so that is its root directory. */
  private void startAlertmanager() throws IOException {
    port = FreePort.any();
    output = directory.resolve("alertmanager.log");
    Path root = Toolchain.built("alertmanager").resolve("root");
    home = Files.createTempDirectory(Files.createDirectories(root.resolve("tmp")), "alertmanager");
    Files.writeString(
        home.resolve("alertmanager.yml"),
        """
        route: {receiver: people, group_by: [alertname], group_wait: 0s, group_interval: 1s, repeat_interval: 1h}
        receivers: [{name: people, webhook_configs: [{url: "http://127.0.0.1:%d/", send_resolved: true}]}]
        """
            .formatted(receiver.getAddress().getPort()));
    Path inside = Path.of("/").resolve(root.relativize(home));
    List<String> command = new ArrayList<>();
    if (!System.getProperty("user.name").equals("root")) {
      command.addAll(List.of("unshare", "--map-root-user"));
    }
    command.addAll(
        List.of(
            "chroot",
            root.toString(),
            "/usr/bin/prometheus-alertmanager",
            "--config.file=" + inside.resolve("alertmanager.yml"),
            "--storage.path=" + inside.resolve("data"),
            "--web.listen-address=127.0.0.1:" + port,
            "--cluster.listen-address="));
    alertmanager =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    Await.until(
        "Alertmanager is ready", Started.PATIENCE, () -> status("/-/ready") == 200, this::log);
  }

  @AfterEach
  void end() throws Exception {
    if (nodes != null) {
      nodes.close();
    }
    if (fleet != null) {
      fleet.close();
    }
    if (alertmanager != null) {
      Toolchain.end(alertmanager);
    }
    if (home != null) {
      Directories.delete(home);
    }
    receiver.stop(0);
  }

  private String log() {
    try {
      return Files.readString(output);
    } catch (IOException e) {
      return e.toString();
    }
  }

  /** Of the first one it depends whether it is ready. */
  private ObjectNode report(int node, JsonNode looks) {
    ObjectNode report =
        JSON.createObjectNode()
            .put("run", "run")
            .put("number", node)
            .put("version", "1")
            .put("started", Instant.now().minusSeconds(60).toString())
            .put("everyMillis", 2000);
    ObjectNode state = report.putObject("sections").putObject("state");
    boolean well = node > 0 || ready.get();
    state.put("ready", well);
    state.putArray("reasons").add(well ? "" : "no server connection to main");
    return report;
  }

  private int status(String path) throws InterruptedException {
    try {
      return http.send(request(path).build(), BodyHandlers.discarding()).statusCode();
    } catch (IOException e) {
      return 0;
    }
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
  }

  /** What Alertmanager has of an alert by its name; missing: nothing that goes on. */
  private JsonNode held(String name) {
    try {
      String all = http.send(request("/api/v2/alerts").build(), BodyHandlers.ofString()).body();
      for (JsonNode alert : JSON.readTree(all)) {
        if (alert.at("/labels/alertname").asText().equals(name)) {
          return alert;
        }
      }
    } catch (IOException e) {
      return MissingNode.getInstance();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return MissingNode.getInstance();
  }

  private void await(String what, Await.Condition condition) {
    Await.until(
        what,
        Started.PATIENCE.multipliedBy(3),
        condition,
        () -> held(NOT_READY) + "\n" + received + "\n" + log());
  }

  private void awaitState(String state) {
    await("it is " + state, () -> held(NOT_READY).at("/status/state").asText().equals(state));
  }

  private JsonNode send(String path, String body) throws Exception {
    var answer =
        http.send(
            request(path)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body))
                .build(),
            BodyHandlers.ofString());
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return JSON.readTree(answer.body());
  }

  @Test
  void anAlertFiresIsSilencedAndIsResolvedThere() throws Exception {
    Rest rest = fleet.rest(fleet.onePort());
    Rest.Said made =
        rest.send(
            rest.request("/api/v1/alert-targets/prometheus")
                .header("Content-Type", "application/json")
                .PUT(
                    BodyPublishers.ofString(
                        "{\"type\": \"alertmanager\", \"url\": \"http://localhost:%d\", \"source\": \"shop\"}"
                            .formatted(port))));
    assertThat(made.status()).as(made.toString()).isBetween(200, 204);
    assertThat(rest.post("/api/v1/alert-targets/prometheus/test", "").status()).isBetween(200, 204);
    await("a test message has come", () -> received.contains("HeimdallTest firing"));

    Await.until(
        "all nodes are known",
        Started.PATIENCE,
        () -> rest.get("/api/v1/nodes").json().path("nodes").size() == NODES,
        this::log);
    ready.set(false);
    awaitState("active");
    JsonNode alert = held(NOT_READY);
    assertThat(alert.at("/labels/source").asText()).isEqualTo("shop");
    assertThat(alert.at("/labels/severity").asText()).isEqualTo("warning");
    assertThat(alert.at("/annotations/summary").asText()).contains("1 of 3 nodes");
    assertThat(Instant.parse(alert.path("endsAt").asText())).isAfter(Instant.now());
    await("people have it", () -> received.contains(NOT_READY + " firing"));

    String silence =
        send(
                "/api/v2/silences",
                """
                {"matchers": [{"name": "alertname", "value": "%s", "isRegex": false, "isEqual": true}],
                 "startsAt": "%s", "endsAt": "%s", "createdBy": "test", "comment": "maintenance"}
                """
                    .formatted(NOT_READY, Instant.now(), Instant.now().plusSeconds(3600)))
            .path("silenceID")
            .asText();
    awaitState("suppressed");
    http.send(request("/api/v2/silence/" + silence).DELETE().build(), BodyHandlers.discarding());
    awaitState("active");

    ready.set(true);
    await("it has ended", () -> held(NOT_READY).isMissingNode());
    await("people have that, too", () -> received.contains(NOT_READY + " resolved"));
    assertThat(received.stream().filter((NOT_READY + " firing")::equals))
        .as("as often as it fired")
        .hasSize(1);
  }
}
