package dev.heimdall.engine.cloudwatch;

import dev.heimdall.model.CloudWatchSettings;
import dev.heimdall.routing.sdk.AwsTimeouts;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.awscore.client.builder.AwsSyncClientBuilder;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.regions.providers.DefaultAwsRegionProviderChain;

/**
 * Endpoint of CloudWatch, and the credentials it is called with. To find that out may take a while,
 * so it is asked for on the threads that send.
 */
final class AwsPlace {
  private static final AwsTimeouts PATIENCE = AwsTimeouts.once(Duration.ofSeconds(10));

  private final CloudWatchSettings settings;
  private final Supplier<AwsCredentialsProvider> credentials;
  private AwsCredentialsProvider provider;

  AwsPlace(CloudWatchSettings settings, Supplier<AwsCredentialsProvider> credentials) {
    this.settings = settings;
    this.credentials = credentials;
  }

  /** Makes a client: each call once, with little patience. */
  <B extends AwsClientBuilder<B, C> & AwsSyncClientBuilder<B, C>, C> C client(
      B builder, Optional<URI> endpoint, String action) throws CallFailure {
    return PATIENCE.client(builder, Optional.of(region(action)), endpoint, provider());
  }

  /** Fails without credentials to call with: the SDK itself would say that late. */
  void checkCredentials(String action) throws CallFailure {
    try {
      provider().resolveCredentials();
    } catch (SdkException e) {
      throw new CallFailure(
          CallFailure.Kind.NO_CREDENTIALS, action, CallFailure.of(action, e).getMessage());
    }
  }

  private synchronized AwsCredentialsProvider provider() {
    if (provider == null) {
      provider = credentials.get();
    }
    return provider;
  }

  private String region(String action) throws CallFailure {
    if (settings.region().isPresent()) {
      return settings.region().get();
    }
    try {
      return DefaultAwsRegionProviderChain.builder().build().getRegion().id();
    } catch (SdkException e) {
      throw new CallFailure(
          CallFailure.Kind.NO_REGION, action, CallFailure.of(action, e).getMessage());
    }
  }
}
