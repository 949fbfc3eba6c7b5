package dev.heimdall.engine.cloudwatch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.observe.Metrics;
import dev.heimdall.engine.observe.NodeCounter;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.services.cloudwatch.model.MetricDatum;

class MetricSenderTest {
  private final Metrics counters = new Metrics("1", 1, 1);
  private final Calls aws = new Calls();
  private final MetricSender sender =
      new MetricSender(
          aws,
          new Backoff(() -> 1),
          new ExportTroubles(LoggerFactory.getLogger(MetricSenderTest.class), "metrics"),
          counters,
          aws.nanos::get);

  @AfterEach
  void close() {
    counters.close();
  }

  private static List<MetricDatum> data(int count) {
    return Collections.nCopies(count, MetricDatum.builder().metricName("DB Query Rate").build());
  }

  private static MetricDatum numbered(int number) {
    return MetricDatum.builder().metricName("DB Query Rate").value((double) number).build();
  }

  private long counted(NodeCounter counter) {
    return counters.total(counter);
  }

  @Test
  void whatThereIsGoesInBatches() {
    sender.offer(data(2 * MetricSender.BATCH + 1));
    sender.round();
    assertThat(aws.metrics).extracting(List::size).containsExactly(500, 500, 1);
    assertThat(counted(NodeCounter.CLOUDWATCH_METRICS_SENT)).isEqualTo(1001);
    sender.round();
    assertThat(aws.tries).isEqualTo(3);
  }

  @Test
  void whatHasManyValuesGoesInSmallerBatches() {
    MetricDatum wide =
        MetricDatum.builder()
            .metricName("Avg Response Time")
            .values(Collections.nCopies(MetricSender.BATCH_VALUES / 10, 1.0))
            .build();
    sender.offer(Collections.nCopies(25, wide));
    sender.round();
    assertThat(aws.metrics).extracting(List::size).containsExactly(10, 10, 5);
  }

  @Test
  void afterACallInVainItIsLeftAloneLongerAndLonger() {
    aws.trouble = CallFailure.Kind.AWAY;
    sender.offer(data(3));
    sender.round();
    for (int pause : new int[] {2, 4, 8, 16, 32, 60, 60}) {
      int before = aws.tries;
      aws.seconds(pause - 0.001);
      sender.round();
      assertThat(aws.tries).isEqualTo(before);
      aws.seconds(0.001);
      sender.round();
      assertThat(aws.tries).isEqualTo(before + 1);
    }
    aws.trouble = null;
    aws.seconds(60);
    sender.round();
    assertThat(aws.metrics).extracting(List::size).containsExactly(3);
    assertThat(counted(NodeCounter.CLOUDWATCH_METRICS_DROPPED)).isZero();
    assertThat(counted(NodeCounter.CLOUDWATCH_FAILURES)).isEqualTo(8);

    aws.trouble = CallFailure.Kind.AWAY;
    sender.offer(data(1));
    sender.round();
    int before = aws.tries;
    aws.seconds(2);
    sender.round();
    assertThat(aws.tries).isEqualTo(before + 1);
  }

  @Test
  void whereAPermissionIsMissingItIsAskedSeldom() {
    aws.trouble = CallFailure.Kind.DENIED;
    sender.offer(data(1));
    sender.round();
    aws.seconds(299);
    sender.round();
    assertThat(aws.tries).isEqualTo(1);
    aws.seconds(1);
    sender.round();
    assertThat(aws.tries).isEqualTo(2);
  }

  @Test
  void theOldestAreDroppedAndCountedWhenThereIsNoMoreRoom() {
    aws.trouble = CallFailure.Kind.THROTTLED;
    List<MetricDatum> all =
        IntStream.range(0, MetricSender.MOST + 7).mapToObj(MetricSenderTest::numbered).toList();
    sender.offer(all);
    assertThat(counted(NodeCounter.CLOUDWATCH_METRICS_DROPPED)).isEqualTo(7);
    sender.round();
    aws.trouble = null;
    aws.seconds(60);
    sender.round();
    List<Double> arrived =
        aws.metrics.stream().flatMap(List::stream).map(MetricDatum::value).toList();
    assertThat(arrived.size()).isEqualTo(MetricSender.MOST);
    assertThat(arrived.get(0)).isEqualTo(7.0);
    assertThat(arrived.get(arrived.size() - 1)).isEqualTo(MetricSender.MOST + 6.0);
  }

  @Test
  void whatItWillNeverTakeStandsInNobodysWay() {
    aws.trouble = CallFailure.Kind.REFUSED;
    sender.offer(data(2));
    sender.round();
    assertThat(counted(NodeCounter.CLOUDWATCH_METRICS_DROPPED)).isEqualTo(2);
    aws.trouble = null;
    sender.offer(data(1));
    sender.round();
    assertThat(aws.metrics).hasSize(1);
  }
}
