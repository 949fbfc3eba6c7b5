package dev.heimdall.test.manager;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.heimdall.model.Secret;
import dev.heimdall.model.report.ReportSignature;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.FreePort;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.Target;
import dev.heimdall.test.manager.Rest.Said;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nodes and managers, each a process of its own: what managers know of nodes. */
class ReportsIT {
  private static final String KEY = "0123456789abcdef0123456789abcdef";
  private static final Pattern PORT = Pattern.compile("serving app on 127\\.0\\.0\\.1:([0-9]+)");

  @TempDir private Path directory;

  private final int onePort = FreePort.any();
  private final int otherPort = FreePort.any();
  private final List<Started> processes = new ArrayList<>();

  @BeforeEach
  void configure() throws IOException {
    write(
        "node.json",
        """
        {"http": {"enabled": false}, "drainTimeout": "2s", "loops": 1, "manager": {
          "urls": ["http://127.0.0.1:%d", "http://127.0.0.1:%d"], "key": "%s", "every": "200ms"}}
        """
            .formatted(onePort, otherPort, KEY));
    write(
        "sources/main.json",
        "{\"url\": \"%s\", \"user\": \"%s\", \"password\": \"%s\", \"tls\": {\"mode\": \"disable\"}}"
            .formatted(
                SharedPostgres.primary().jdbcUrl(SharedPostgres.DATABASE),
                SharedPostgres.USER,
                SharedPostgres.PASSWORD));
    write("vdbs/app.json", "{\"source\": \"main\", \"address\": \"127.0.0.1\", \"ports\": [0]}");
    write("users/app.json", "{\"password\": \"app\"}");
  }

  private void write(String name, String text) throws IOException {
    Path file = configuration().resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private Path configuration() {
    return directory.resolve("configuration");
  }

  @AfterEach
  void end() throws InterruptedException {
    for (Started process : processes) {
      process.close();
    }
  }

  private Started start(String output, String... arguments) throws IOException {
    Started process =
        Started.start(
            directory.resolve(output),
            Map.of("STATE_DIRECTORY", directory.resolve("state-" + output).toString()),
            List.of(arguments));
    processes.add(process);
    return process;
  }

  private Started node(String name) throws IOException {
    return start(name, "proxy", "--config=" + configuration(), "--node-name=" + name);
  }

  private Started manager(int port) throws IOException {
    return start(
        "manager-" + port,
        "server",
        "--config=" + configuration(),
        "--state=" + directory.resolve("state-" + port),
        "--manager-port=" + port);
  }

  private Rest rest(int port) throws IOException {
    return new Rest(
        port, "admin", Files.readString(directory.resolve("state-" + port + "/manager-password")));
  }

  private static Target clients(Started node) {
    node.awaitOutput("serving app on");
    Matcher port = PORT.matcher(node.output());
    assertThat(port.find()).isTrue();
    return new Target("127.0.0.1", Integer.parseInt(port.group(1)), "app", "app", "app", false);
  }

  /** What a manager says of a node; missing while it does not answer or does not know it. */
  private JsonNode said(int manager, String node) {
    try {
      return rest(manager).get("/api/v1/nodes/" + node).json();
    } catch (IOException e) {
      return MissingNode.getInstance();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return MissingNode.getInstance();
    }
  }

  private void awaitLive(int manager, String... nodes) {
    for (String node : nodes) {
      Await.until(
          node + " is known to the manager on " + manager,
          Started.PATIENCE,
          () -> said(manager, node).path("presence").asText().equals("live"),
          () -> said(manager, node) + "\n" + processes.get(0).output());
    }
  }

  @Test
  void nodesReportToEachManagerAndServeWhateverBecomesOfThose() throws Exception {
    Started a = node("a");
    Started b = node("b");
    try (BusyReader atA = new BusyReader(clients(a));
        BusyReader atB = new BusyReader(clients(b))) {
      a.awaitOutput("takes no reports of this node, which goes on serving");
      Started one = manager(onePort);
      manager(otherPort);
      one.awaitOutput("managing on port");
      awaitLive(onePort, "a", "b");
      awaitLive(otherPort, "a", "b");
      JsonNode seen = said(onePort, "a");
      assertThat(seen.path("ready").asBoolean()).as(seen.toString()).isTrue();
      assertThat(seen.path("clients").asInt()).as(seen.toString()).isPositive();
      assertThat(seen.at("/configuration/newest").asBoolean()).as(seen.toString()).isTrue();
      assertThat(seen.at("/sections/state/vdbs/0/name").asText()).isEqualTo("app");
      assertThat(seen.toString()).doesNotContain(KEY);

      one.kill();
      one.exitCode();
      Await.until(
          "a notices", Started.PATIENCE, () -> count(a, "takes no reports") >= 2, a::output);
      awaitLive(otherPort, "a", "b");
      manager(onePort);
      awaitLive(onePort, "a", "b");
      int before = atA.answers();
      Await.until("clients go on", () -> atA.answers() > before);
      assertThat(atA.failures()).isEmpty();
      assertThat(atB.failures()).isEmpty();
    }
  }

  private static long count(Started process, String words) {
    return process.output().lines().filter(line -> line.contains(words)).count();
  }

  @Test
  void aCommitIsSeenToArriveAndWhatANodeRefusesIsSaid() throws Exception {
    node("a");
    node("b");
    manager(onePort).awaitOutput("managing on port");
    awaitLive(onePort, "a", "b");
    String first = said(onePort, "a").at("/configuration/hash").asText();

    Said written =
        rest(onePort).put("users/second.json", "{\"password\": \"two\"}", Optional.empty());
    assertThat(written.status()).as(written.toString()).isEqualTo(201);
    for (String node : List.of("a", "b")) {
      Await.until(
          node + " runs it",
          Started.PATIENCE,
          () ->
              said(onePort, node).at("/configuration/newest").asBoolean()
                  && !said(onePort, node).at("/configuration/hash").asText().equals(first),
          () -> said(onePort, node).toString());
    }

    write("vdbs/app.json", "{\"source\": \"nowhere\", \"ports\": [0]}");
    Await.until(
        "a refuses it",
        Started.PATIENCE,
        () -> said(onePort, "a").at("/configuration/refused").asText().contains("nowhere"),
        () -> said(onePort, "a").toString());
    assertThat(said(onePort, "a").at("/configuration/newest").asBoolean()).isFalse();
  }

  @Test
  void onlyReportsThatAreSignedNewAndOfOneNodeAreTaken() throws Exception {
    Started manager = manager(onePort);
    manager.awaitOutput("managing on port");
    String first = UUID.randomUUID().toString();
    String second = UUID.randomUUID().toString();
    long now = Instant.now().toEpochMilli();

    Report good = new Report("x", first, now, "nonce-nonce-nonce-0", KEY, "");
    Said taken = send(good);
    assertThat(taken.status()).as(taken.toString()).isEqualTo(200);
    assertThat(taken.response().headers().firstValue(ReportSignature.SIGNATURE))
        .contains(
            ReportSignature.all(new Secret(KEY))
                .get(0)
                .ofAnswer(
                    200, "nonce-nonce-nonce-0", taken.body().getBytes(StandardCharsets.UTF_8)));
    assertThat(send(good).code()).isEqualTo("replayed");
    assertThat(send(good.at(now - 1)).code()).isEqualTo("replayed");
    assertThat(send(good.signedWith("f".repeat(32)).at(now + 1)).code())
        .isEqualTo("wrong_signature");
    assertThat(send(good.at(now - Duration.ofMinutes(6).toMillis())).code())
        .isEqualTo("out_of_time");
    assertThat(send(good.at(now + Duration.ofMinutes(6).toMillis())).code())
        .isEqualTo("out_of_time");
    Said huge = send(good.at(now + 2).padded(ReportSignature.LARGEST_REPORT));
    assertThat(huge.status()).as(huge.toString()).isEqualTo(413);
    assertThat(rest(onePort).post("/api/v1/nodes/x/report", "{}").code()).isEqualTo("not_signed");

    // One that begins later has the id; the earlier one is told, and what it says counts no more.
    assertThat(send(good.of(second).at(now + 3)).status()).isEqualTo(200);
    assertThat(send(good.at(now + 4)).code()).isEqualTo("id_claimed");
    assertThat(send(good.of(second).at(now + 5)).status()).isEqualTo(200);
    assertThat(said(onePort, "x").path("claimedBy").asText()).isEqualTo("127.0.0.1");

    // A new key in the documents is known at once, and the old one for a while.
    write(
        "node.json",
        Files.readString(configuration().resolve("node.json")).replace(KEY, "e".repeat(32)));
    Await.until(
        "the new key is known",
        () ->
            send(good.of(second).at(Instant.now().toEpochMilli() + 10).signedWith("e".repeat(32)))
                    .status()
                == 200);
    assertThat(send(good.of(second).at(Instant.now().toEpochMilli() + 1000)).status())
        .isEqualTo(200);
    assertThat(manager.output()).contains("a node's report was refused").doesNotContain(KEY);
  }

  /** A report that no node has sent. */
  private record Report(String id, String run, long time, String nonce, String key, String more) {
    Report at(long other) {
      return new Report(id, run, other, nonce, key, more);
    }

    Report of(String otherRun) {
      return new Report(id, otherRun, time, nonce, key, more);
    }

    Report signedWith(String otherKey) {
      return new Report(id, run, time, nonce, otherKey, more);
    }

    Report padded(int bytes) {
      return new Report(id, run, time, nonce, key, "x".repeat(bytes));
    }

    String path() {
      return "/api/v1/nodes/" + id + "/report";
    }

    String body() {
      return "{\"run\": \"%s\", \"number\": 1, \"version\": \"9\", \"started\": \"%s\", \"sections\": {}, \"more\": \"%s\"}"
          .formatted(run, Instant.EPOCH, more);
    }
  }

  private Said send(Report report) {
    String signature =
        ReportSignature.all(new Secret(report.key()))
            .get(0)
            .ofReport(
                report.path(),
                Long.toString(report.time()),
                report.nonce(),
                report.body().getBytes(StandardCharsets.UTF_8));
    try {
      Rest rest = rest(onePort);
      return rest.send(
          rest.request(report.path())
              .header("Content-Type", "application/json")
              .header(ReportSignature.TIME, Long.toString(report.time()))
              .header(ReportSignature.NONCE, report.nonce())
              .header(ReportSignature.SIGNATURE, signature)
              .POST(HttpRequest.BodyPublishers.ofString(report.body())));
    } catch (IOException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }
}
