package dev.heimdall.configsync;

import com.fasterxml.jackson.databind.JsonNode;
import dev.heimdall.routing.AwsAccess;
import dev.heimdall.routing.Ec2Query;
import dev.heimdall.routing.TopologyDocument;
import dev.heimdall.routing.TopologyException;
import dev.heimdall.routing.TopologyReader;
import dev.heimdall.routing.sdk.AwsTimeouts;
import dev.heimdall.secrets.DocumentStore;
import dev.heimdall.secrets.StoreException;
import dev.heimdall.secrets.StoreLocation;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClient;

/** Everything that a run needs, put together from the settings. */
final class Function {
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  /** A region that is silent is given up; one that speaks may take as long as the own one. */
  private static final AwsTimeouts FAR =
      new AwsTimeouts(AwsAccess.FAR, AwsAccess.FAR, PATIENCE, PATIENCE, 1);

  private static final Duration PAUSE = Duration.ofMillis(1500);
  private static final int ATTEMPTS = 4;

  private final SyncSettings settings;
  private final Clock clock = Clock.systemUTC();
  private final AwsCredentialsProvider credentials;
  private final TopologyReader reader;
  private final Metrics metrics;
  private ConfigSync sync;

  private Function(SyncSettings settings) {
    this.settings = settings;
    credentials = DefaultCredentialsProvider.builder().build();
    reader =
        new TopologyReader(
            access(settings.region(), settings.rds()),
            settings.regions(),
            settings.members(),
            clock);
    metrics = new Metrics(settings.region());
  }

  static Function of(SyncSettings settings) {
    return new Function(settings);
  }

  private AwsAccess access(String region, Optional<URI> endpoint) {
    return new AwsAccess(region, endpoint, credentials, PATIENCE);
  }

  /** Does one run, and prints what came of it. */
  Report run(JsonNode event, Consumer<String> log) {
    Trigger trigger = Trigger.of(event);
    try {
      if (sync == null) {
        sync = sync();
      }
      Report report = sync.run(trigger);
      log.accept(metrics.line(report, sync.lag(trigger), false, clock.instant()));
      return report;
    } catch (SyncException e) {
      throw failed(trigger, e.getMessage(), log);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failed(trigger, "it was interrupted", log);
    }
  }

  private IllegalStateException failed(Trigger trigger, String why, Consumer<String> log) {
    Report report = new Report(trigger.cause(), 0, List.of(), 0, 0, 0, List.of(why));
    log.accept(metrics.line(report, 0, true, clock.instant()));
    return new IllegalStateException(why);
  }

  private ConfigSync sync() throws SyncException {
    try {
      DocumentStore store = DocumentStore.open(StoreLocation.of(settings.store()), credentials);
      Pusher pusher = new Pusher(clock);
      return new ConfigSync(
          reader::ask,
          new TopologyStore(store, settings.region()),
          elsewhere(),
          nodes(new Ec2Query(access(settings.region(), settings.ec2()))),
          pusher,
          new PushKeys(keys()),
          new ConfigSync.Settling(PAUSE, ATTEMPTS, time -> Thread.sleep(time.toMillis())),
          clock);
    } catch (StoreException | IllegalArgumentException e) {
      throw new SyncException(e.getMessage());
    }
  }

  private OtherRegions elsewhere() throws StoreException {
    List<TopologyStore> stores = new ArrayList<>();
    for (StoreLocation location : settings.stores()) {
      stores.add(far(location));
    }
    Set<String> regions = new TreeSet<>(settings.pushes());
    regions.addAll(settings.storeRegions());
    return new OtherRegions(
        stores,
        regions.stream()
            .map(
                region ->
                    new OtherRegions.Nodes(
                        region,
                        nodes(Ec2Query.far(access(region, settings.ec2()))),
                        settings.storeRegions().contains(region),
                        settings.pushes().contains(region)))
            .toList(),
        (location, region) -> far(StoreLocation.of(location + "?region=" + region)),
        Pusher.far(clock));
  }

  private TopologyStore far(StoreLocation location) throws StoreException {
    return new TopologyStore(DocumentStore.open(location, credentials, FAR), settings.region());
  }

  private NodeEndpoint.Finder nodes(Ec2Query region) {
    return new TaggedNodes(List.of(region), settings.tag(), settings.fleet(), settings.port());
  }

  private PushKeys.Source keys() {
    Optional<String> secret = settings.key().secret();
    if (secret.isEmpty()) {
      String text = settings.key().text().orElseThrow();
      return () -> text;
    }
    SecretsManagerClient client =
        access(settings.region(), settings.secrets()).client(SecretsManagerClient.builder());
    return () -> read(client, secret.get());
  }

  private static String read(SecretsManagerClient client, String secret) throws SyncException {
    try {
      String text = client.getSecretValue(ask -> ask.secretId(secret)).secretString();
      if (text == null) {
        throw new SyncException("the secret " + secret + " is no key for pushes: it is no text");
      }
      return text;
    } catch (SdkException e) {
      throw new SyncException(
          "the key for pushes cannot be read from the secret "
              + secret
              + " (secretsmanager:GetSecretValue): "
              + e.getMessage());
    }
  }

  /**
   * Before a snapshot is taken of the function: asks once, whatever comes of it, and goes through
   * what a run does, so that its classes are loaded and warm.
   */
  void prime() {
    TopologyDocument document =
        TopologyDocument.none(settings.region()).next(reader.read(), "priming");
    try {
      TopologyDocument.parse(document.json());
      sync().prime(document);
    } catch (TopologyException | SyncException e) {
      // What was read before a snapshot is thrown away.
    }
  }
}
