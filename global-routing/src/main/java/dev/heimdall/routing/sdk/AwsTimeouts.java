package dev.heimdall.routing.sdk;

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
 * Time limits of AWS clients, and the one place that makes these clients.
 *
 * @param connect for a connection
 * @param silence for the next bytes of an answer, those of TLS included
 * @param attempt for one whole answer
 * @param call for all attempts of one call together
 * @param attempts 1: a call that fails is not repeated
 */
public record AwsTimeouts(
    Duration connect, Duration silence, Duration attempt, Duration call, int attempts) {
  private static final Duration CONNECT = Duration.ofSeconds(3);

  /** An answer may begin as late as it has to end. */
  public AwsTimeouts(Duration connect, Duration attempt, Duration call, int attempts) {
    this(connect, attempt, attempt, call, attempts);
  }

  /** For each call to be made once: the caller decides when to repeat it. */
  public static AwsTimeouts once(Duration answer) {
    return new AwsTimeouts(CONNECT, answer, answer, 1);
  }

  /**
   * A client, which has a connection of its own.
   *
   * @param region empty for the one that the SDK finds
   * @param endpoint where the API is, if it is not where AWS has it
   */
  public <B extends AwsClientBuilder<B, C> & AwsSyncClientBuilder<B, C>, C> C client(
      B builder,
      Optional<String> region,
      Optional<URI> endpoint,
      AwsCredentialsProvider credentials) {
    builder
        .credentialsProvider(credentials)
        .httpClientBuilder(
            UrlConnectionHttpClient.builder().connectionTimeout(connect).socketTimeout(silence))
        .overrideConfiguration(
            settings ->
                settings
                    .apiCallAttemptTimeout(attempt)
                    .apiCallTimeout(call)
                    .retryStrategy(
                        attempts == 1
                            ? DefaultRetryStrategy.doNotRetry()
                            : DefaultRetryStrategy.standardStrategyBuilder()
                                .maxAttempts(attempts)
                                .build()));
    region.map(Region::of).ifPresent(builder::region);
    endpoint.ifPresent(builder::endpointOverride);
    return builder.build();
  }
}
