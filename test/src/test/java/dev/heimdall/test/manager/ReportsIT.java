package dev.heimdall.test.manager;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.heimdall.model.Secret;
import dev.heimdall.model.report.ReportSignature;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.manager.Rest.Said;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Nodes and managers, each a process of its own: what managers know of nodes. */
@Tag("long")
class ReportsIT {
  private static final String KEY = ReportingNodes.KEY;

  @TempDir private Path directory;

  private ReportingNodes fleet;
  private int onePort;
  private int otherPort;

  @BeforeEach
  void configure() throws IOException {
    fleet = new ReportingNodes(directory);
    onePort = fleet.onePort();
    otherPort = fleet.otherPort();
  }

  @AfterEach
  void end() throws InterruptedException {
    fleet.close();
  }

  @Test
  @Execution(ExecutionMode.CONCURRENT) // with the next one: they wait
  void nodesReportToEachManagerAndServeWhateverBecomesOfThose() throws Exception {
    Started a = fleet.node("a");
    Started b = fleet.node("b");
    try (BusyReader atA = new BusyReader(ReportingNodes.clients(a));
        BusyReader atB = new BusyReader(ReportingNodes.clients(b))) {
      a.awaitOutput("takes no reports of this node, which goes on serving");
      Started one = fleet.manager(onePort);
      fleet.manager(otherPort);
      one.awaitOutput("managing on port");
      fleet.awaitLive(onePort, "a", "b");
      fleet.awaitLive(otherPort, "a", "b");
      JsonNode seen = fleet.said(onePort, "a");
      assertThat(seen.path("ready").asBoolean()).as(seen.toString()).isTrue();
      assertThat(seen.path("clients").asInt()).as(seen.toString()).isPositive();
      assertThat(seen.at("/configuration/newest").asBoolean()).as(seen.toString()).isTrue();
      assertThat(seen.at("/sections/state/vdbs/0/name").asText()).isEqualTo("app");
      assertThat(seen.toString()).doesNotContain(KEY);

      one.kill();
      one.exitCode();
      Await.until(
          "a notices", Started.PATIENCE, () -> count(a, "takes no reports") >= 2, a::output);
      fleet.awaitLive(otherPort, "a", "b");
      fleet.manager(onePort);
      fleet.awaitLive(onePort, "a", "b");
      int before = atA.answers();
      Await.until("clients go on", () -> atA.answers() > before);
      assertThat(atA.failures()).isEmpty();
      assertThat(atB.failures()).isEmpty();
    }
  }

  /** What a load balancer leads now here, now there, reaches each manager once. */
  @Test
  @Execution(ExecutionMode.CONCURRENT)
  void twoManagersBehindOneAddressKnowTheSameNodes() throws Exception {
    try (Either balancer = new Either(onePort, otherPort)) {
      fleet.behind(balancer.port());
      Started one = fleet.manager(onePort);
      Started other = fleet.manager(otherPort);
      one.awaitOutput("managing on port");
      other.awaitOutput("managing on port"); // who finds none tries it again later and later
      fleet.node("a");
      Started b = fleet.node("b");
      for (int port : List.of(onePort, otherPort)) {
        fleet.awaitLive(port, "a", "b");
      }
      for (int i = 0; i < 20; i++) {
        for (int port : List.of(onePort, otherPort)) {
          for (String node : List.of("a", "b")) {
            assertThat(fleet.said(port, node).path("presence").asText()).isEqualTo("live");
          }
        }
        TimeUnit.MILLISECONDS.sleep(100);
      }

      one.kill();
      one.exitCode();
      b.awaitOutput("is not there any more");
      fleet.awaitLive(otherPort, "a", "b");
      Started again = fleet.manager(onePort);
      again.awaitOutput("managing on port");
      for (int port : List.of(onePort, otherPort)) {
        fleet.awaitLive(port, "a", "b");
      }
      assertThat(other.output() + again.output())
          .doesNotContain("report was refused", "does not report");
    }
  }

  /** The managers get connections in turn, and those that one does not take, the other gets. */
  private static final class Either implements AutoCloseable {
    private final ServerSocket door = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private final int[] ports;

    Either(int... ports) throws IOException {
      this.ports = ports;
      inBackground(
          () -> {
            Random random = new Random(7);
            while (true) {
              Socket node = door.accept();
              int first = random.nextInt(ports.length);
              Socket manager;
              try {
                manager = connected(first);
              } catch (IOException neither) {
                node.close(); // as a balancer without a target does
                continue;
              }
              sockets.addAll(List.of(node, manager));
              inBackground(() -> node.getInputStream().transferTo(manager.getOutputStream()));
              inBackground(
                  () -> {
                    try (node;
                        manager) {
                      manager.getInputStream().transferTo(node.getOutputStream());
                    }
                  });
            }
          });
    }

    private Socket connected(int first) throws IOException {
      try {
        return new Socket(InetAddress.getLoopbackAddress(), ports[first]);
      } catch (IOException e) {
        return new Socket(InetAddress.getLoopbackAddress(), ports[1 - first]);
      }
    }

    int port() {
      return door.getLocalPort();
    }

    private interface Work {
      void run() throws IOException;
    }

    private static void inBackground(Work work) {
      Thread thread =
          new Thread(
              () -> {
                try {
                  work.run();
                } catch (IOException e) {
                  // One of both is gone.
                }
              });
      thread.setDaemon(true);
      thread.start();
    }

    @Override
    public void close() throws IOException {
      door.close();
      for (Socket socket : sockets) {
        socket.close();
      }
    }
  }

  private static long count(Started process, String words) {
    return process.output().lines().filter(line -> line.contains(words)).count();
  }

  @Test
  void aCommitIsSeenToArriveAndWhatANodeRefusesIsSaid() throws Exception {
    fleet.node("a");
    fleet.node("b");
    fleet.manager(onePort).awaitOutput("managing on port");
    fleet.awaitLive(onePort, "a", "b");
    String first = fleet.said(onePort, "a").at("/configuration/hash").asText();

    Said written =
        fleet.rest(onePort).put("users/second.json", "{\"password\": \"two\"}", Optional.empty());
    assertThat(written.status()).as(written.toString()).isEqualTo(201);
    for (String node : List.of("a", "b")) {
      Await.until(
          node + " runs it",
          Started.PATIENCE,
          () ->
              fleet.said(onePort, node).at("/configuration/newest").asBoolean()
                  && !fleet.said(onePort, node).at("/configuration/hash").asText().equals(first),
          () -> fleet.said(onePort, node).toString());
    }

    fleet.write("vdbs/app.json", "{\"source\": \"nowhere\", \"ports\": [0]}");
    Await.until(
        "a refuses it",
        Started.PATIENCE,
        () -> fleet.said(onePort, "a").at("/configuration/refused").asText().contains("nowhere"),
        () -> fleet.said(onePort, "a").toString());
    assertThat(fleet.said(onePort, "a").at("/configuration/newest").asBoolean()).isFalse();
  }

  @Test
  void onlyReportsThatAreSignedNewAndOfOneNodeAreTaken() throws Exception {
    Started manager = fleet.manager(onePort);
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
    assertThat(fleet.rest(onePort).post("/api/v1/nodes/x/report", "{}").code())
        .isEqualTo("not_signed");

    // One that begins later has the id; the earlier one is told, and what it says counts no more.
    assertThat(send(good.of(second).at(now + 3)).status()).isEqualTo(200);
    assertThat(send(good.at(now + 4)).code()).isEqualTo("id_claimed");
    assertThat(send(good.of(second).at(now + 5)).status()).isEqualTo(200);
    assertThat(fleet.said(onePort, "x").path("claimedBy").asText()).isEqualTo("127.0.0.1");

    // A new key in the documents is known at once, and the old one for a while.
    fleet.write(
        "node.json",
        Files.readString(fleet.configuration().resolve("node.json")).replace(KEY, "e".repeat(32)));
    Await.until(
        "the new key is known",
        () ->
            send(good.of(second).at(Instant.now().toEpochMilli() + 10).signedWith("e".repeat(32)))
                    .status()
                == 200);
    assertThat(send(good.of(second).at(Instant.now().toEpochMilli() + 1000)).status())
        .isEqualTo(200);
    assertThat(manager.output()).contains("a node's report was rejected").doesNotContain(KEY);
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
      Rest rest = fleet.rest(onePort);
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
