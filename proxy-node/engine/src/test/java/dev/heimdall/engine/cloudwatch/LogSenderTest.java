package dev.heimdall.engine.cloudwatch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.observe.Metrics;
import dev.heimdall.engine.observe.NodeCounter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import software.amazon.awssdk.services.cloudwatchlogs.model.InputLogEvent;

class LogSenderTest {
  private final Metrics counters = new Metrics("1", 1, 1);
  private final Calls aws = new Calls();
  private final LogSender sender =
      new LogSender(
          new LogSender.LogGroup("/heimdall/shop", 30),
          "node-1",
          aws,
          new Backoff(() -> 1),
          new ExportTroubles(LoggerFactory.getLogger(LogSenderTest.class), "lines"),
          counters,
          aws.nanos::get);

  @AfterEach
  void close() {
    counters.close();
  }

  private void line(long millis, String text) {
    sender.offer(new Line(millis, Level.INFO, "heimdall.query", text, Map.of()));
  }

  private long counted(NodeCounter counter) {
    return counters.total(counter);
  }

  @Test
  void aLineIsOneJsonObject() {
    Map<String, Object> pairs = new LinkedHashMap<>();
    pairs.put("client", 7L);
    pairs.put("vdb", "shop");
    pairs.put("seconds", 1.5);
    pairs.put("tls", true);
    pairs.put("sql", "SELECT \"a\"\n");
    sender.offer(new Line(5, Level.WARN, "heimdall.query", "statement", pairs));
    sender.round(true);
    assertThat(aws.logs.get(0))
        .containsExactly(
            InputLogEvent.builder()
                .timestamp(5L)
                .message(
                    "{\"level\":\"WARN\",\"logger\":\"heimdall.query\",\"message\":\"statement\","
                        + "\"client\":7,\"vdb\":\"shop\",\"seconds\":1.5,\"tls\":true,"
                        + "\"sql\":\"SELECT \\\"a\\\"\\n\"}")
                .build());
  }

  @Test
  void linesWaitALittleForOthersToGoWithThem() {
    line(1, "one");
    sender.round(false);
    aws.seconds(1.9);
    line(2, "two");
    sender.round(false);
    assertThat(aws.logs).isEmpty();
    aws.seconds(0.1);
    sender.round(false);
    assertThat(aws.logs).extracting(List::size).containsExactly(2);
    aws.seconds(10);
    sender.round(false);
    assertThat(aws.logs).hasSize(1);
    assertThat(counted(NodeCounter.CLOUDWATCH_LINES_SENT)).isEqualTo(2);
  }

  @Test
  void aFullBatchDoesNotWait() {
    for (int i = 0; i < LogBatch.MOST_EVENTS + 1; i++) {
      line(i, "x");
    }
    sender.round(false);
    assertThat(aws.logs).extracting(List::size).containsExactly(LogBatch.MOST_EVENTS);
    aws.seconds(2);
    sender.round(false);
    assertThat(aws.logs).extracting(List::size).containsExactly(LogBatch.MOST_EVENTS, 1);
  }

  @Test
  void theStreamAndItsGroupAreMadeWhereTheyAreMissing() {
    aws.streams = false;
    aws.groups = false;
    line(1, "one");
    sender.round(true);
    assertThat(aws.others)
        .containsExactly(
            "group /heimdall/shop", "stream /heimdall/shop node-1", "retention /heimdall/shop 30");
    assertThat(aws.logs).hasSize(1);
  }

  @Test
  void ofAGroupThatIsThereNothingIsChanged() {
    aws.streams = false;
    line(1, "one");
    sender.round(true);
    assertThat(aws.others).containsExactly("stream /heimdall/shop node-1");
  }

  @Test
  void linesArriveThoughTheRetentionCannotBeSet() {
    aws.streams = false;
    aws.groups = false;
    aws.trouble = CallFailure.Kind.DENIED;
    aws.only = LogsApi.RETENTION;
    line(1, "one");
    sender.round(true);
    assertThat(aws.logs).hasSize(1);
    assertThat(counted(NodeCounter.CLOUDWATCH_LINES_DROPPED)).isZero();
  }

  @Test
  void linesAreKeptWhileItIsAwayUpToABoundAndTheRestIsCounted() {
    aws.trouble = CallFailure.Kind.AWAY;
    String text = "x".repeat(200);
    int each = new Line(1, Level.INFO, "heimdall.query", text, Map.of()).size();
    int fit = (int) (LogSender.MOST_BYTES / each);
    for (int i = 0; i < fit + 10; i++) {
      line(i, text);
    }
    assertThat(counted(NodeCounter.CLOUDWATCH_LINES_DROPPED)).isEqualTo(10);
    sender.round(true);
    assertThat(aws.tries).isEqualTo(1);
    sender.round(true);
    assertThat(aws.tries).isEqualTo(1);
    aws.trouble = null;
    aws.seconds(2);
    sender.round(true);
    assertThat(aws.logs.stream().mapToInt(List::size).sum()).isEqualTo(fit);
    assertThat(aws.logs).allSatisfy(batch -> assertThat(batch).hasSizeLessThanOrEqualTo(10_000));
    assertThat(counted(NodeCounter.CLOUDWATCH_LINES_SENT)).isEqualTo(fit);
    line(1, "there is room again");
    sender.round(true);
    assertThat(counted(NodeCounter.CLOUDWATCH_LINES_DROPPED)).isEqualTo(10);
  }

  @Test
  void whatItRefusesIsCountedAndDoesNotComeAgain() {
    aws.rejects = 1;
    line(1, "too old");
    line(2, "fine");
    sender.round(true);
    assertThat(counted(NodeCounter.CLOUDWATCH_LINES_SENT)).isEqualTo(1);
    assertThat(counted(NodeCounter.CLOUDWATCH_LINES_DROPPED)).isEqualTo(1);

    aws.trouble = CallFailure.Kind.REFUSED;
    line(3, "malformed");
    sender.round(true);
    assertThat(counted(NodeCounter.CLOUDWATCH_LINES_DROPPED)).isEqualTo(2);
    aws.trouble = null;
    aws.rejects = 0;
    line(4, "fine");
    sender.round(true);
    assertThat(aws.logs).hasSize(2);
  }

  @Test
  void whatNobodyWantsAnyMoreIsCounted() {
    aws.trouble = CallFailure.Kind.DENIED;
    line(1, "one");
    sender.round(true);
    line(2, "two");
    sender.drop();
    assertThat(counted(NodeCounter.CLOUDWATCH_LINES_DROPPED)).isEqualTo(2);
  }
}
