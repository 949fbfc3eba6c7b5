package dev.heimdall.routing;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.awscore.client.builder.AwsSyncClientBuilder;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.retries.DefaultRetryStrategy;

/**
 * How the APIs of one region are reached.
 *
 * @param endpoint where they are, if they are not where AWS has them
 * @param credentials in whose name they are asked
 * @param patience how long a call may take
 */
public record AwsAccess(
    String region, Optional<URI> endpoint, AwsCredentialsProvider credentials, Duration patience) {
  private static final Duration CONNECT = Duration.ofSeconds(3);

  /** The same for another region. */
  public AwsAccess in(String other) {
    return new AwsAccess(other, endpoint, credentials, patience);
  }

  /**
   * A client that makes each call once: when to repeat it is for whoever asks to decide. It has a
   * connection of its own.
   */
  public <B extends AwsClientBuilder<B, C> & AwsSyncClientBuilder<B, C>, C> C client(B builder) {
    builder
        .region(Region.of(region))
        .credentialsProvider(credentials)
        .httpClientBuilder(
            UrlConnectionHttpClient.builder().connectionTimeout(CONNECT).socketTimeout(patience))
        .overrideConfiguration(
            settings ->
                settings.apiCallTimeout(patience).retryStrategy(DefaultRetryStrategy.doNotRetry()));
    endpoint.ifPresent(builder::endpointOverride);
    return builder.build();
  }
}
