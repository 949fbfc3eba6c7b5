package dev.heimdall.engine.observe;

import io.prometheus.metrics.model.registry.Collector;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Shows histograms to Prometheus, one for each set of labels. The limits double from 64 µs to 67 s:
 * at powers of two the counts are exact.
 */
final class LatencyCollector implements Collector {
  private static final int FIRST_POWER = 6;
  private static final int LAST_POWER = 26;

  private final String name;
  private final String description;
  private final Supplier<Map<Labels, LatencySnapshot>> times;

  LatencyCollector(String name, String description, Supplier<Map<Labels, LatencySnapshot>> times) {
    this.name = name;
    this.description = description;
    this.times = times;
  }

  @Override
  public String getPrometheusName() {
    return name;
  }

  @Override
  public MetricSnapshot collect() {
    HistogramSnapshot.Builder snapshot = HistogramSnapshot.builder().name(name).help(description);
    times.get().forEach((labels, latency) -> snapshot.dataPoint(point(labels, latency)));
    return snapshot.build();
  }

  private static HistogramDataPointSnapshot point(Labels labels, LatencySnapshot latency) {
    ClassicHistogramBuckets.Builder buckets = ClassicHistogramBuckets.builder();
    long below = 0;
    for (int power = FIRST_POWER; power <= LAST_POWER; power++) {
      long cumulative = latency.countBelow(1L << power);
      buckets.bucket((1L << power) * 1e-6, cumulative - below);
      below = cumulative;
    }
    buckets.bucket(Double.POSITIVE_INFINITY, latency.count() - below);
    HistogramDataPointSnapshot.Builder point =
        HistogramDataPointSnapshot.builder().classicHistogramBuckets(buckets.build());
    point.sum(latency.sum() * 1e-6);
    point.labels(labels);
    return point.build();
  }
}
