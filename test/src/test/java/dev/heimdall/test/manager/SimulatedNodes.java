package dev.heimdall.test.manager;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.model.Secret;
import dev.heimdall.model.report.ReportSignature;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Nodes that report what nodes do, without being any. */
final class SimulatedNodes implements AutoCloseable {
  private final int count;
  private final int[] managers;
  private final Reporting reporting;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();
  private final ReportSignature key = ReportSignature.all(new Secret(ReportingNodes.KEY)).get(0);

  /** What the manager wants to see besides, by node and manager. */
  private final Map<String, JsonNode> looks = new ConcurrentHashMap<>();

  /** What a node reports. */
  interface Reporting {
    /**
     * A report.
     *
     * @param looks what managers want to see, as they have answered
     */
    ObjectNode of(int node, JsonNode looks);
  }

  SimulatedNodes(int count, Reporting reporting, int... managers) {
    this.count = count;
    this.managers = managers;
    this.reporting = reporting;
    thread.scheduleWithFixedDelay(this::report, 0, 2, TimeUnit.SECONDS);
  }

  /** What a node is called. */
  static String name(int node) {
    return "shop-%02d".formatted(node);
  }

  private void report() {
    for (int i = 0; i < count; i++) {
      for (int manager : managers) {
        try {
          JsonNode known = looks.getOrDefault(i + " " + manager, Rest.JSON.createArrayNode());
          byte[] body = reporting.of(i, known).toString().getBytes(StandardCharsets.UTF_8);
          looks.put(i + " " + manager, send(manager, name(i), body).path("looks"));
        } catch (IOException e) {
          // It is not there at the moment.
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          return;
        }
      }
    }
  }

  private JsonNode send(int manager, String node, byte[] body)
      throws IOException, InterruptedException {
    String path = "/api/v1/nodes/" + node + "/report";
    String time = Long.toString(System.currentTimeMillis());
    String nonce = UUID.randomUUID().toString().replace("-", "").substring(0, 16);
    HttpResponse<String> answer =
        http.send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + manager + path))
                .timeout(Duration.ofSeconds(10))
                .header("Content-Type", "application/json")
                .header(ReportSignature.TIME, time)
                .header(ReportSignature.NONCE, nonce)
                .header(ReportSignature.SIGNATURE, key.ofReport(path, time, nonce, body))
                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    return Rest.JSON.readTree(answer.body());
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
