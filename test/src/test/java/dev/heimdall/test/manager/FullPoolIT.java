package dev.heimdall.test.manager;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.heimdall.launcher.top.Console;
import dev.heimdall.launcher.top.Top;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.AwsEmulator;
import dev.heimdall.test.fixture.TestNode;
import dev.heimdall.test.operate.Door;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.cloudwatch.CloudWatchClient;
import software.amazon.awssdk.services.cloudwatch.model.Datapoint;
import software.amazon.awssdk.services.cloudwatch.model.Statistic;

/**
 * Clients that wait for the one connection of a pool: wherever response times are shown, they are
 * what these clients wait, and the time of the server is a figure of its own.
 */
@Tag("long")
class FullPoolIT {
  private static final int CLIENTS = 8;
  private static final String SQL = "SELECT pg_sleep(0.1) AS fp_slow";
  private static final String PATTERN = "select pg_sleep(?) as fp_slow";

  private final AwsEmulator aws = AwsEmulator.shared();
  private final ExecutorService threads = Executors.newFixedThreadPool(CLIENTS);

  @TempDir private Path directory;

  private ReportingNodes fleet;
  private TestNode node;

  /** Milliseconds that a client has waited for each answer, shortest first. */
  private List<Double> waits = List.of();

  @BeforeEach
  void start() throws Exception {
    aws.reset();
    aws.lendCredentials();
    fleet = new ReportingNodes(directory);
    fleet.manager(fleet.onePort()).awaitOutput("managing on port");
    node =
        TestNode.start(
            c ->
                c.vdb("pool.size", 1)
                    .vdb("cloudWatch.metrics", true)
                    .node("cloudWatch.region", "eu-west-1")
                    .node("cloudWatch.endpoint", aws.endpoint().toString())
                    .node("cloudWatch.logsEndpoint", aws.endpoint().toString())
                    .node("cloudWatch.interval", "1s")
                    .node("manager.urls", List.of("http://127.0.0.1:" + fleet.onePort()))
                    .node("manager.key", ReportingNodes.KEY)
                    .node("manager.every", "500ms"));
  }

  @AfterEach
  void end() throws Exception {
    threads.shutdownNow();
    if (node != null) {
      node.close();
    }
    fleet.close();
    aws.takeCredentialsBack();
  }

  /** All of them one statement after the other, so that as many wait all the time. */
  private void run(Instant until) throws Exception {
    List<Callable<List<Double>>> clients = new ArrayList<>();
    for (int i = 0; i < CLIENTS; i++) {
      clients.add(() -> client(until));
    }
    List<Double> all = new ArrayList<>();
    for (Future<List<Double>> each : threads.invokeAll(clients)) {
      all.addAll(each.get());
    }
    waits = all.stream().sorted().toList();
  }

  private List<Double> client(Instant until) throws SQLException {
    List<Double> waits = new ArrayList<>();
    try (Connection client = node.connect("preferQueryMode", "simple");
        Statement statement = client.createStatement()) {
      while (Instant.now().isBefore(until)) {
        long sent = System.nanoTime();
        statement.execute(SQL);
        waits.add((System.nanoTime() - sent) / 1e6);
      }
    }
    return waits;
  }

  private double percentile(double share) {
    return waits.get((int) Math.min(waits.size() - 1, Math.ceil(share * waits.size()) - 1));
  }

  /**
   * It is in whole milliseconds what clients have seen, though measured in buckets of a quarter.
   */
  private void isWhatClientsSee(String where, double p50, double p99) {
    assertThat(p50)
        .as("median, " + where)
        .isBetween(Math.floor(percentile(0.3)), percentile(0.7) * 1.5);
    assertThat(p99).as("p99, " + where).isBetween(Math.floor(percentile(0.7)), percentile(1) * 1.5);
  }

  private void isTheServersTime(String where, double millis) {
    assertThat(millis).as("of the server, " + where).isBetween(100.0, percentile(0.5) / 2);
  }

  private JsonNode got(String path) {
    return fleet.answer(fleet.onePort(), path);
  }

  @Test
  void percentilesAreWhatClientsWaitWhereverTheyAreShown() throws Exception {
    Await.until(
        "the manager knows the node",
        Started.PATIENCE,
        () -> got("/api/v1/nodes").toString().contains("\"live\""),
        () -> got("/api/v1/nodes").toString());
    run(Instant.now().plus(Duration.ofSeconds(12)));
    assertThat(percentile(0.5)).as("clients do wait").isGreaterThan(400);
    dashboard();
    patterns();
    metrics();
    top();
    cloudWatch();
  }

  private void dashboard() {
    JsonNode newest = got("/api/v1/figures?range=5m");
    double p50 = Double.NaN;
    double p99 = 0;
    double server = Double.NaN;
    JsonNode fields = newest.path("fields");
    int moments = 0;
    for (int i = 0; i < newest.path("times").size(); i++) {
      // The busiest moments: those at the ends have less than a moment of it.
      if (fields.path("waiting").path(i).asInt() >= CLIENTS - 2
          && fields.path("p50").path(i).isNumber()) {
        p50 = fields.path("p50").path(i).asDouble();
        // A moment has few answers, which may all be quicker than most of the others.
        p99 = Math.max(p99, fields.path("p99").path(i).asDouble());
        server = fields.path("server").path(i).asDouble();
        moments++;
      }
    }
    assertThat(moments).as(newest.toString()).isPositive();
    isWhatClientsSee("dashboard", p50, p99);
    isTheServersTime("dashboard", server);
  }

  private void patterns() {
    Map<String, String> row =
        node.admin("SHOW PATTERNS").stream()
            .filter(one -> one.get("statement").equals(PATTERN))
            .findFirst()
            .orElseThrow();
    isWhatClientsSee(
        "SHOW PATTERNS", millis(row, "response_p50_us"), millis(row, "response_p99_us"));
    isTheServersTime("SHOW PATTERNS", millis(row, "avg_us"));
    // The first statements wait for fewer others, which draws the average below most of them.
    double average = waits.stream().mapToDouble(each -> each).average().orElseThrow();
    assertThat(millis(row, "response_avg_us")).isBetween(average * 0.9, average);
    Await.until(
        "the manager has the pattern",
        Started.PATIENCE,
        () -> pattern().path("calls").asInt() == waits.size(),
        () -> got("/api/v1/patterns").toString());
    isWhatClientsSee(
        "the manager's patterns",
        pattern().path("p50ResponseMicros").asDouble() / 1e3,
        pattern().path("p99ResponseMicros").asDouble() / 1e3);
    isTheServersTime("the manager's patterns", pattern().path("averageMicros").asDouble() / 1e3);
  }

  private JsonNode pattern() {
    for (JsonNode one : got("/api/v1/patterns?q=fp_slow").path("patterns")) {
      return one;
    }
    return MissingNode.getInstance();
  }

  private static double millis(Map<String, String> row, String column) {
    return Long.parseLong(row.get(column)) / 1e3;
  }

  private void metrics() {
    Map<String, String> stats = node.admin("SHOW STATS").get(0);
    isWhatClientsSee(
        "SHOW STATS", millis(stats, "response_p50_us"), millis(stats, "response_p99_us"));
    // Half of the answers to all clients are those of SQL; a log-in's are quick.
    Door door = new Door(node.httpPort());
    double all = door.metric("heimdall_response_duration_seconds_count{vdb=\"app\"}");
    double quick = bucket(door, percentile(0.3) / 1e3 / 2);
    double most = bucket(door, percentile(0.99) / 1e3 * 2);
    assertThat(quick).isLessThan(all / 2);
    assertThat(most).isGreaterThan(all * 0.98);
    assertThat(
            door.metric("heimdall_query_duration_seconds_sum{vdb=\"app\"}")
                / door.metric("heimdall_query_duration_seconds_count{vdb=\"app\"}"))
        .isLessThan(percentile(0.5) / 2e3);
  }

  /** How many were answered within the limit that is next to it from below. */
  private static double bucket(Door door, double seconds) {
    double limit = 64e-6;
    while (limit * 2 <= seconds) {
      limit *= 2;
    }
    String le = Double.toString(limit);
    return door.metric(
        "heimdall_response_duration_seconds_bucket{vdb=\"app\",le=\"%s\"}".formatted(le));
  }

  private void top() throws Exception {
    StringWriter screen = new StringWriter();
    Top.ofNode(
            URI.create("http://127.0.0.1:" + node.httpPort()),
            Optional.of(
                new Console("127.0.0.1", node.target().port(), "heimdall", "admin", "admin")))
        .once(new PrintWriter(screen, true));
    List<String> line =
        screen
            .toString()
            .lines()
            .filter(each -> each.startsWith(PATTERN))
            .map(each -> List.of(each.split(" {2,}")))
            .findFirst()
            .orElseThrow();
    // statement, virtual database, share, calls, average, p99, server's
    assertThat(number(line.get(5))).isBetween(percentile(0.7), percentile(1) * 1.5);
    isTheServersTime("top", number(line.get(6)));
  }

  private static double number(String text) {
    return Double.parseDouble(text.replace(",", ""));
  }

  /** The emulator knows no percentiles: that what is sent has them is a unit test's. */
  private void cloudWatch() {
    try (CloudWatchClient cloudWatch = aws.access("eu-west-1").client(CloudWatchClient.builder())) {
      Await.until(
          "all answers are in CloudWatch",
          Started.PATIENCE,
          () -> said(cloudWatch, "Avg Response Time").sampleCount() >= waits.size(),
          () -> said(cloudWatch, "Avg Response Time").toString());
      Datapoint responses = said(cloudWatch, "Avg Response Time");
      assertThat(responses.maximum()).isBetween(percentile(0.7), percentile(1) * 1.2);
      assertThat(responses.average()).isBetween(percentile(0.5) / 3, percentile(1));
      assertThat(said(cloudWatch, "DB Query Time").average()).isLessThan(percentile(0.5) / 2);
    }
  }

  /** All of the last hour, and more. */
  private static Datapoint said(CloudWatchClient cloudWatch, String name) {
    Instant now = Instant.now();
    return cloudWatch
        .getMetricStatistics(
            request ->
                request
                    .namespace("Heimdall")
                    .metricName(name)
                    .dimensions(dimension -> dimension.name("VDB").value("app"))
                    .startTime(now.minus(Duration.ofHours(2)))
                    .endTime(now.plus(Duration.ofHours(1)))
                    .period((int) Duration.ofHours(4).toSeconds())
                    .statistics(Statistic.SAMPLE_COUNT, Statistic.AVERAGE, Statistic.MAXIMUM))
        .datapoints()
        .stream()
        .findFirst()
        .orElse(Datapoint.builder().sampleCount(0.0).build());
  }
}
