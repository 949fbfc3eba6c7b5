package dev.heimdall.cdk.constructs;

import java.util.Map;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.services.cloudwatch.Metric;

/** Metrics of a minute's period. */
final class Metrics {
  private static final String NAMESPACE = "Heimdall";
  private static final String RATE = "DB Query Rate";

  private Metrics() {}

  /** Each node reports its own rate once a period; what is reported per query is averaged. */
  static Metric ofVdb(String name, String vdb) {
    return of(NAMESPACE, name, Map.of("VDB", vdb), name.equals(RATE) ? "Sum" : "Average");
  }

  static Metric of(String namespace, String name, Map<String, String> of, String statistic) {
    return Metric.Builder.create()
        .namespace(namespace)
        .metricName(name)
        .dimensionsMap(of)
        .statistic(statistic)
        .period(Duration.minutes(1))
        .build();
  }
}
