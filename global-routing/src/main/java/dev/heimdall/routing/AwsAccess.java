package dev.heimdall.routing;

import dev.heimdall.routing.sdk.AwsTimeouts;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.awscore.client.builder.AwsSyncClientBuilder;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.regions.providers.DefaultAwsRegionProviderChain;

/**
 * Access to the APIs of one region.
 *
 * @param endpoint where they are, if they are not where AWS has them
 * @param credentials in whose name they are asked
 * @param patience how long a call may take
 */
public record AwsAccess(
    String region, Optional<URI> endpoint, AwsCredentialsProvider credentials, Duration patience) {
  /**
   * Timeout for another region, both to accept a connection and to send the next data over it:
   * between any two regions this takes a third of it, and without a route or a responder no data
   * arrives at all.
   */
  public static final Duration FAR = Duration.ofSeconds(1);

  /** In the name that the SDK finds: environment, profile, role of the machine. */
  public static AwsAccess ofMachine(String region, Optional<URI> endpoint, Duration patience) {
    return new AwsAccess(region, endpoint, DefaultCredentialsProvider.builder().build(), patience);
  }

  /**
   * The region of the process: of its environment, its profile or the machine, which it waits for;
   * empty where none of them says it.
   */
  public static Optional<String> ownRegion() {
    try {
      return Optional.of(DefaultAwsRegionProviderChain.builder().build().getRegion().id());
    } catch (SdkException e) {
      return Optional.empty();
    }
  }

  /** Returns the access to another region. */
  public AwsAccess in(String other) {
    return new AwsAccess(other, endpoint, credentials, patience);
  }

  /**
   * A client that makes each call once: the caller decides when to repeat it. It has a connection
   * of its own.
   */
  public <B extends AwsClientBuilder<B, C> & AwsSyncClientBuilder<B, C>, C> C client(B builder) {
    return AwsTimeouts.once(patience).client(builder, Optional.of(region), endpoint, credentials);
  }

  /**
   * Such a client for a region that there may be no way to, or that may be lost: it gives up on one
   * that is silent for a second, whether or not it took the connection.
   */
  <B extends AwsClientBuilder<B, C> & AwsSyncClientBuilder<B, C>, C> C farClient(B builder) {
    return new AwsTimeouts(FAR, FAR, patience, patience, 1)
        .client(builder, Optional.of(region), endpoint, credentials);
  }
}
