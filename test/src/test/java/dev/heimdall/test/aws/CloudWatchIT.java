package dev.heimdall.test.aws;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.cloudwatch.CloudWatch;
import dev.heimdall.test.fixture.AlsoOnLocalStack;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.AwsEmulator;
import dev.heimdall.test.fixture.LoggedLines;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.TestConfiguration;
import dev.heimdall.test.fixture.TestNode;
import dev.heimdall.test.operate.Door;
import java.net.URI;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.Statement;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.cloudwatch.CloudWatchClient;
import software.amazon.awssdk.services.cloudwatch.model.Datapoint;
import software.amazon.awssdk.services.cloudwatch.model.Metric;
import software.amazon.awssdk.services.cloudwatch.model.Statistic;
import software.amazon.awssdk.services.cloudwatchlogs.CloudWatchLogsClient;
import software.amazon.awssdk.services.cloudwatchlogs.model.LogGroup;
import software.amazon.awssdk.services.cloudwatchlogs.model.OutputLogEvent;

/** A node that tells CloudWatch what its virtual databases do, and goes on while it cannot. */
@AlsoOnLocalStack
@Tag("ci")
class CloudWatchIT {
  private static final String SECRET = "s3cr3t";

  private final AwsEmulator aws = AwsEmulator.shared();
  private LoggedLines lines;
  private LoggedLines queries;

  @BeforeEach
  void start() {
    aws.reset();
    aws.lendCredentials();
    lines = LoggedLines.of(CloudWatch.class.getName());
    queries = LoggedLines.of("heimdall.query"); // which the tests' own log leaves out
  }

  @AfterEach
  void stop() {
    lines.close();
    queries.close();
    aws.takeCredentialsBack();
  }

  private static Consumer<TestConfiguration> told(URI endpoint) {
    return c ->
        c.node("cloudWatch.region", "eu-west-1")
            .node("cloudWatch.endpoint", endpoint.toString())
            .node("cloudWatch.logsEndpoint", endpoint.toString())
            .node("cloudWatch.interval", "1s");
  }

  private TestNode node(URI endpoint, Consumer<TestConfiguration> wishes) {
    return TestNode.start(told(endpoint).andThen(wishes));
  }

  private CloudWatchClient metrics() {
    return aws.access("eu-west-1").client(CloudWatchClient.builder());
  }

  private CloudWatchLogsClient logs() {
    return aws.access("eu-west-1").client(CloudWatchLogsClient.builder());
  }

  /** All that was said of a metric in the last hour. */
  private static Datapoint said(CloudWatchClient metrics, String name) {
    Instant now = Instant.now();
    List<Datapoint> points =
        metrics
            .getMetricStatistics(
                request ->
                    request
                        .namespace("Heimdall")
                        .metricName(name)
                        .dimensions(dimension -> dimension.name("VDB").value("app"))
                        .startTime(now.minus(2, ChronoUnit.HOURS))
                        .endTime(now.plus(1, ChronoUnit.HOURS))
                        .period(4 * 3600)
                        .statistics(Statistic.SAMPLE_COUNT, Statistic.SUM, Statistic.AVERAGE))
            .datapoints();
    return points.isEmpty() ? Datapoint.builder().sampleCount(0.0).build() : points.get(0);
  }

  @Test
  void theFiguresOfAVirtualDatabaseArriveByTheirNames() throws Exception {
    try (TestNode node = node(aws.endpoint(), c -> c.vdb("cloudWatch.metrics", true));
        CloudWatchClient metrics = metrics();
        Connection client = node.target().jdbc("preferQueryMode", "simple");
        Statement statement = client.createStatement()) {
      statement.execute("CREATE TEMPORARY TABLE cw (a int)"); // a write
      for (int i = 0; i < 6; i++) {
        statement.execute("SELECT count(*) FROM pg_am"); // seven reads with the next one
      }
      client.setAutoCommit(false);
      statement.execute("INSERT INTO cw VALUES (1)"); // BEGIN, and the second write, and COMMIT
      statement.execute("SELECT 1");
      client.commit();
      // The driver adds statements of its own when it connects, which neither read nor write.
      Await.until(
          "all is told",
          () ->
              said(metrics, "DB Transaction Percent").sampleCount() > 0
                  && said(metrics, "DB Transaction Percent").sum() >= 399
                  && said(metrics, "DB Read Percent").sampleCount() >= 9);

      Datapoint reads = said(metrics, "DB Read Percent");
      assertThat(reads.sampleCount()).isEqualTo(9);
      assertThat(reads.average()).isBetween(77.7, 77.8);
      Datapoint queries = said(metrics, "DB Query Time");
      Datapoint transactions = said(metrics, "DB Transaction Percent");
      assertThat(transactions.sampleCount()).isEqualTo(queries.sampleCount());
      assertThat(transactions.sum() / 100).isBetween(3.99, 4.01);
      assertThat(queries.average()).isPositive();
      assertThat(said(metrics, "Avg Response Time").average())
          .isGreaterThanOrEqualTo(queries.average() * 0.999);
      assertThat(said(metrics, "DB Query Rate").sum()).isPositive();
      assertThat(
              metrics.listMetrics(request -> request.namespace("Heimdall")).metrics().stream()
                  .map(Metric::metricName)
                  .collect(Collectors.toSet()))
          .containsExactlyInAnyOrder(
              "DB Query Rate",
              "DB Query Time",
              "Avg Response Time",
              "DB Read Percent",
              "DB Transaction Percent");
      Door door = new Door(node.httpPort());
      assertThat(door.metric("heimdall_cloudwatch_metrics_sent_total")).isPositive();
      assertThat(door.metric("heimdall_cloudwatch_metrics_dropped_total")).isZero();
      assertThat(lines.beginningWith("WARN")).isEmpty();
    }
  }

  @Test
  void aVirtualDatabaseIsToldOfOnlyAsLongAsItWantsIt() throws Exception {
    try (TestNode node = node(aws.endpoint(), c -> {});
        RawClient client = RawClient.logIn(node.target());
        CloudWatchClient metrics = metrics()) {
      Door door = new Door(node.httpPort());
      anIntervalPasses(door, client);
      assertThat(metrics.listMetrics().metrics()).isEmpty();

      node.change(c -> c.vdb("cloudWatch.metrics", true));
      Await.until("it is told of", () -> sent(door) > 0);

      node.change(c -> c.vdb("cloudWatch.metrics", false));
      anIntervalPasses(door, client);
      double before = sent(door);
      anIntervalPasses(door, client);
      assertThat(sent(door)).isEqualTo(before);
    }
  }

  private static double sent(Door door) {
    return door.metric("heimdall_cloudwatch_metrics_sent_total");
  }

  /** One with a query, and one without. */
  private static void anIntervalPasses(Door door, RawClient client) throws Exception {
    String rate = "heimdall_vdb_query_rate{vdb=\"app\"}";
    client.query("SELECT 1");
    Await.until("a query shows in the rate", () -> door.metricOrZero(rate) > 0);
    Await.until("it is over", () -> door.metric(rate) == 0);
  }

  private static List<String> events(CloudWatchLogsClient logs, String group) {
    return logs.describeLogGroups().logGroups().stream()
            .map(LogGroup::logGroupName)
            .anyMatch(group::equals)
        ? logs.filterLogEvents(request -> request.logGroupName(group)).events().stream()
            .map(event -> event.message())
            .toList()
        : List.of();
  }

  @Test
  void linesAboutAVirtualDatabaseArriveInAGroupOfItsOwnWithoutData() throws Exception {
    try (CloudWatchLogsClient logs = logs()) {
      try (TestNode node =
              node(
                  aws.endpoint(),
                  c ->
                      c.vdb("cloudWatch.logs", true)
                          .vdb("cloudWatch.retentionDays", 7)
                          .vdb("rules", List.of("logged"))
                          .rules(
                              "logged",
                              "{\"match\": \"to_log\", \"action\": \"log\"}",
                              "{\"match\": \"to_print\", \"action\": \"tag\","
                                  + " \"parameters\": {\"printresults\": true}}",
                              "{\"match\": \"found (\\\\w+)\", \"action\": \"tag\","
                                  + " \"parameters\": {\"capture\": true, \"printcapture\": true}}"));
          Connection client = node.target().jdbc();
          PreparedStatement statement =
              client.prepareStatement("SELECT ? AS to_log, 's3cr3t' AS to_print")) {
        statement.setString(1, SECRET);
        statement.executeQuery();
        statement.executeQuery();
        try (Statement other = client.createStatement()) {
          other.execute("SELECT 1 /* found s3cr3t */");
        }
        Await.until("both are told", () -> statements(events(logs, "/heimdall/app")) == 2);
      }
      List<String> events = events(logs, "/heimdall/app");
      assertThat(events)
          .noneMatch(event -> event.contains(SECRET))
          .anyMatch(
              event ->
                  event.contains("\"message\":\"statement\"")
                      && event.contains("\"outcome\":\"ok\"")
                      && event.contains("\"user\":\"app\""));
      LogGroup group = logs.describeLogGroups().logGroups().get(0);
      assertThat(group.retentionInDays()).isEqualTo(7);
      assertThat(
              logs.describeLogStreams(request -> request.logGroupName("/heimdall/app"))
                  .logStreams())
          .singleElement()
          .satisfies(stream -> assertThat(stream.logStreamName()).startsWith("node-1-"));
      List<OutputLogEvent> inOrder =
          logs.getLogEvents(
                  request ->
                      request
                          .logGroupName("/heimdall/app")
                          .logStreamName(
                              logs.describeLogStreams(r -> r.logGroupName("/heimdall/app"))
                                  .logStreams()
                                  .get(0)
                                  .logStreamName())
                          .startFromHead(true))
              .events();
      assertThat(inOrder).extracting(OutputLogEvent::timestamp).isSorted();
    }
  }

  private static long statements(List<String> events) {
    return events.stream().filter(event -> event.contains("\"message\":\"statement\"")).count();
  }

  @ParameterizedTest
  @CsvSource({
    "DENIED, the permission cloudwatch:PutMetricData, the permission logs:PutLogEvents",
    "THROTTLING, fewer calls of cloudwatch:PutMetricData, fewer calls of logs:PutLogEvents",
    "UNAVAILABLE, cloudwatch:PutMetricData fails, logs:PutLogEvents fails",
    "SILENT, cloudwatch:PutMetricData fails, logs:PutLogEvents fails"
  })
  void queriesGoOnWhileItTakesNothingAndEachTroubleIsToldOnce(
      FakeCloudWatch.Manner manner, String aboutMetrics, String aboutLogs) throws Exception {
    try (FakeCloudWatch fake = new FakeCloudWatch()) {
      fake.answers(manner);
      try (TestNode node =
              node(
                  fake.uri(),
                  c ->
                      c.vdb("cloudWatch.metrics", true)
                          .vdb("cloudWatch.logs", true)
                          .vdb("rules", List.of("logged"))
                          .rules("logged", "{\"match\": \".\", \"action\": \"log\"}"));
          RawClient client = RawClient.logIn(node.target())) {
        Door door = new Door(node.httpPort());
        Await.until(
            "both troubles are told",
            () -> {
              client.query("SELECT 1");
              return toldOf(aboutMetrics) && toldOf(aboutLogs);
            });
        assertThat(lines.beginningWith("WARN")).hasSize(2);
        assertThat(door.metric("heimdall_cloudwatch_failures_total")).isGreaterThanOrEqualTo(2);
        assertThat(door.metric("heimdall_cloudwatch_metrics_sent_total")).isZero();
      }
    }
  }

  private boolean toldOf(String trouble) {
    return lines.beginningWith("WARN").stream().anyMatch(line -> line.contains(trouble));
  }

  @Test
  void whatWaitedArrivesWhenItIsBack() throws Exception {
    try (FakeCloudWatch fake = new FakeCloudWatch()) {
      fake.answers(FakeCloudWatch.Manner.THROTTLING);
      try (TestNode node =
          node(fake.uri(), c -> c.vdb("cloudWatch.metrics", true).vdb("cloudWatch.logs", true))) {
        Door door = new Door(node.httpPort());
        Await.until("it is throttled", () -> fake.calls() > 1);
        fake.answers(FakeCloudWatch.Manner.WELL);
        Await.until(
            "metrics arrive",
            () ->
                lines.beginningWith("INFO").contains("INFO metrics are sent to CloudWatch again"));
        assertThat(door.metric("heimdall_cloudwatch_metrics_dropped_total")).isZero();
        assertThat(door.metric("heimdall_cloudwatch_metrics_sent_total")).isPositive();
      }
    }
  }
}
