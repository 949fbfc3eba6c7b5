package dev.heimdall.engine.cloudwatch;

import dev.heimdall.engine.observe.LatencySnapshot;
import dev.heimdall.engine.observe.VdbFigures;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import software.amazon.awssdk.services.cloudwatch.model.Dimension;
import software.amazon.awssdk.services.cloudwatch.model.MetricDatum;
import software.amazon.awssdk.services.cloudwatch.model.StandardUnit;

/**
 * Figures as CloudWatch wants them, by their well-known names. A mean goes with how many it is the
 * mean of, so that the mean over nodes and intervals is a mean over queries. Response times go as
 * they are spread, so that there are percentiles, too. Unknown values are not sent, the mean of
 * nothing: so {@code Cache Hit Percent} without a cache.
 */
final class MetricData {
  /** CloudWatch takes 150 values of a metric. */
  static final int MOST_VALUES = 120;

  private final Optional<Dimension> node;

  /**
   * @param node as which each figure is sent a second time, if it is
   */
  MetricData(Optional<String> node) {
    this.node = node.map(id -> dimension("Node", id));
  }

  List<MetricDatum> of(VdbFigures figures, Instant at) {
    List<MetricDatum> data = new ArrayList<>();
    Dimension vdb = dimension("VDB", figures.vdb());
    add(data, List.of(vdb), figures, at);
    node.ifPresent(one -> add(data, List.of(vdb, one), figures, at));
    return data;
  }

  private static void add(
      List<MetricDatum> data, List<Dimension> dimensions, VdbFigures figures, Instant at) {
    data.add(
        MetricDatum.builder()
            .metricName("DB Query Rate")
            .dimensions(dimensions)
            .timestamp(at)
            .unit(StandardUnit.COUNT_SECOND)
            .value(figures.queryRate())
            .build());
    mean(data, "DB Query Time", StandardUnit.MILLISECONDS, figures.queryMillis(), dimensions, at);
    spread(data, "Avg Response Time", figures, dimensions, at);
    mean(data, "DB Read Percent", StandardUnit.PERCENT, figures.readPercent(), dimensions, at);
    mean(
        data,
        "DB Transaction Percent",
        StandardUnit.PERCENT,
        figures.transactionPercent(),
        dimensions,
        at);
    mean(
        data, "Cache Hit Percent", StandardUnit.PERCENT, figures.cacheHitPercent(), dimensions, at);
  }

  /** By so many values that percentiles are near what they are, and such that the mean is right. */
  private static void spread(
      List<MetricDatum> data,
      String name,
      VdbFigures figures,
      List<Dimension> dimensions,
      Instant at) {
    VdbFigures.Mean mean = figures.responseMillis();
    List<LatencySnapshot.Group> groups = figures.responseTimes().groups(MOST_VALUES);
    double sum = groups.stream().mapToDouble(group -> group.micros() * group.count()).sum();
    long count = groups.stream().mapToLong(LatencySnapshot.Group::count).sum();
    if (!mean.known() || sum == 0) {
      mean(data, name, StandardUnit.MILLISECONDS, mean, dimensions, at);
      return;
    }
    double scale = mean.value() * count / sum;
    data.add(
        MetricDatum.builder()
            .metricName(name)
            .dimensions(dimensions)
            .timestamp(at)
            .unit(StandardUnit.MILLISECONDS)
            .values(groups.stream().map(group -> group.micros() * scale).toList())
            .counts(groups.stream().map(group -> (double) group.count()).toList())
            .build());
  }

  private static void mean(
      List<MetricDatum> data,
      String name,
      StandardUnit unit,
      VdbFigures.Mean mean,
      List<Dimension> dimensions,
      Instant at) {
    if (mean.known()) {
      data.add(
          MetricDatum.builder()
              .metricName(name)
              .dimensions(dimensions)
              .timestamp(at)
              .unit(unit)
              .values(mean.value())
              .counts((double) mean.of())
              .build());
    }
  }

  private static Dimension dimension(String name, String value) {
    return Dimension.builder().name(name).value(value).build();
  }
}
