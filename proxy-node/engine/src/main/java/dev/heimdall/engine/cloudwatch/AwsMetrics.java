package dev.heimdall.engine.cloudwatch;

import java.net.URI;
import java.util.List;
import java.util.Optional;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.cloudwatch.CloudWatchClient;
import software.amazon.awssdk.services.cloudwatch.model.MetricDatum;

/** CloudWatch itself. For one thread. */
final class AwsMetrics implements MetricsApi {
  private static final String NAMESPACE = "Heimdall";

  private final AwsPlace place;
  private final Optional<URI> endpoint;
  private CloudWatchClient client;

  AwsMetrics(AwsPlace place, Optional<URI> endpoint) {
    this.place = place;
    this.endpoint = endpoint;
  }

  @Override
  public void put(List<MetricDatum> data) throws CallFailure {
    place.checkCredentials(PUT);
    if (client == null) {
      client = place.client(CloudWatchClient.builder(), endpoint, PUT);
    }
    try {
      client.putMetricData(request -> request.namespace(NAMESPACE).metricData(data));
    } catch (SdkException e) {
      throw CallFailure.of(PUT, e);
    }
  }

  @Override
  public void close() {
    if (client != null) {
      client.close();
    }
  }
}
