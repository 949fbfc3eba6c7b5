package dev.heimdall.engine.cloudwatch;

import java.util.List;
import software.amazon.awssdk.services.cloudwatch.model.MetricDatum;

/** As much of CloudWatch as metrics need. Waits for the network. */
interface MetricsApi extends AutoCloseable {
  String PUT = "cloudwatch:PutMetricData";

  void put(List<MetricDatum> data) throws CallFailure;

  @Override
  void close();
}
