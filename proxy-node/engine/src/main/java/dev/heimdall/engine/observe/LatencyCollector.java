package dev.heimdall.engine.observe;

import io.prometheus.metrics.model.registry.Collector;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Shows histograms to Prometheus, one for each virtual database. The limits double from 64 µs to 67
 * s: at powers of two the counts are exact.
 */
final class LatencyCollector implements Collector {
  private static final int FIRST_POWER = 6;
  private static final int LAST_POWER = 26;

  private final String name;
  private final String description;
  private final Supplier<List<PoolTotals>> totals;
  private final Function<PoolTotals, LatencySnapshot> times;

  LatencyCollector(
      String name,
      String description,
      Supplier<List<PoolTotals>> totals,
      Function<PoolTotals, LatencySnapshot> times) {
    this.name = name;
    this.description = description;
    this.totals = totals;
    this.times = times;
  }

  @Override
  public String getPrometheusName() {
    return name;
  }

  @Override
  public MetricSnapshot collect() {
    Map<String, LatencySnapshot> byVdb = new TreeMap<>();
    for (PoolTotals pool : totals.get()) {
      byVdb.merge(pool.key().vdb(), times.apply(pool), LatencySnapshot::plus);
    }
    HistogramSnapshot.Builder snapshot = HistogramSnapshot.builder().name(name).help(description);
    byVdb.forEach((vdb, latency) -> snapshot.dataPoint(point(vdb, latency)));
    return snapshot.build();
  }

  private static HistogramDataPointSnapshot point(String vdb, LatencySnapshot latency) {
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
    point.labels(Labels.of("vdb", vdb));
    return point.build();
  }
}
