package dev.heimdall.secrets.credentials;

import dev.heimdall.routing.sdk.AwsTimeouts;
import dev.heimdall.routing.threads.DaemonThreads;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.function.Function;
import java.util.function.Supplier;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClient;

/**
 * Sources of credentials that are kept by AWS. AWS is asked on a few threads of its own, which end
 * when there is nothing to ask. Thread-safe.
 */
public final class CredentialSources implements AutoCloseable {
  private static final AwsTimeouts PATIENCE =
      new AwsTimeouts(Duration.ofSeconds(2), Duration.ofSeconds(5), Duration.ofSeconds(10), 3);

  /** Of so many servers something is kept: of those that were asked for last. */
  static final int MOST_SERVERS = 200;

  private static final int THREADS = 4;

  private final Supplier<AwsCredentialsProvider> credentials;
  private final ThreadPoolExecutor executor;
  private final Map<Place, SecretsManagerClient> clients = new HashMap<>();
  private AwsCredentialsProvider provider;

  /**
   * Location of an API.
   *
   * @param endpoint if it is not where AWS has it
   */
  public record Place(String region, Optional<URI> endpoint) {}

  /** Asks in the name that the AWS SDK finds: environment, profile, role of the machine. */
  public CredentialSources() {
    this(() -> DefaultCredentialsProvider.builder().build());
  }

  /**
   * @param credentials in whose name AWS is asked; not used before there is something to ask
   */
  public CredentialSources(Supplier<AwsCredentialsProvider> credentials) {
    this.credentials = credentials;
    executor =
        DaemonThreads.pool(
            THREADS, 10, new LinkedBlockingQueue<>(), DaemonThreads.numbered("credentials"));
  }

  /**
   * Returns the credentials in a secret.
   *
   * @param name what the credentials are called
   * @param secret its name or ARN
   * @param refresh after how long it is read again although nothing was refused
   */
  public DatabaseCredentials secret(String name, Place place, String secret, Duration refresh) {
    return new SecretCredentials(
        name,
        new AwsSecretReader(client(place), place.region(), secret),
        refresh,
        executor,
        System::nanoTime);
  }

  /**
   * Tokens of a user whom IAM vouches for.
   *
   * @param regions the AWS region of a server, by its host name; empty while it is not known
   */
  public DatabaseCredentials iam(String user, Function<String, Optional<String>> regions) {
    return new IamCredentials(user, regions, this::provider, executor, System::nanoTime);
  }

  private synchronized AwsCredentialsProvider provider() {
    if (provider == null) {
      provider = credentials.get();
    }
    return provider;
  }

  private synchronized SecretsManagerClient client(Place place) {
    return clients.computeIfAbsent(
        place,
        at ->
            PATIENCE.client(
                SecretsManagerClient.builder(),
                Optional.of(at.region()),
                at.endpoint(),
                provider()));
  }

  /** Asks for nothing any more. */
  @Override
  public void close() {
    executor.shutdownNow();
    synchronized (this) {
      clients.values().forEach(SecretsManagerClient::close);
      clients.clear();
    }
  }
}
