package dev.heimdall.model;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/** Connection of the node to CloudWatch, for the virtual databases that want it. */
public record CloudWatchSettings(
    @Setting(
            value = "The AWS region whose CloudWatch is told.",
            otherwise = "the machine's own, as the AWS SDK finds it",
            format = Format.NAME,
            applies = Applies.RESTART)
        Optional<String> region,
    @Setting(
            value = "Where metrics go.",
            otherwise = "where AWS has CloudWatch in that region",
            format = Format.ENDPOINT,
            applies = Applies.RESTART)
        Optional<String> endpoint,
    @Setting(
            value = "Where logs go.",
            otherwise = "where AWS has CloudWatch Logs in that region",
            format = Format.ENDPOINT,
            applies = Applies.RESTART)
        Optional<String> logsEndpoint,
    @Setting(
            value =
                "How long a time each figure is about. `/metrics` has the figures of the last whole"
                    + " interval, whether CloudWatch is told or not. Below a minute, CloudWatch shows"
                    + " no more and costs more.",
            byDefault = "1m",
            range = "1s..1h",
            applies = Applies.RESTART)
        Duration interval,
    @Setting(
            value =
                "Whether each figure is sent a second time with the node's number as a dimension."
                    + " Each node then costs as much as all of them together do without.",
            byDefault = "false",
            applies = Applies.RESTART)
        boolean nodeDimension) {
  /** Every setting at its default. */
  public static CloudWatchSettings defaults() {
    return Shape.of(CloudWatchSettings.class).defaults();
  }

  /** Destination of metrics, if it is not the default one of AWS. */
  public Optional<URI> metricsUri() {
    return endpoint.map(URI::create);
  }

  /** Destination of logs, if it is not the default one of AWS. */
  public Optional<URI> logsUri() {
    return logsEndpoint.map(URI::create);
  }
}
