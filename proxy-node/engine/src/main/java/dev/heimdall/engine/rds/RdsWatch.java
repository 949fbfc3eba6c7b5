package dev.heimdall.engine.rds;

import dev.heimdall.engine.feed.TopologyFeed;
import dev.heimdall.engine.share.LeaderLeases;
import dev.heimdall.model.ApiUse;
import dev.heimdall.model.DataSource;
import dev.heimdall.model.GlobalPlace;
import dev.heimdall.model.RdsPlace;
import dev.heimdall.routing.AwsAccess;
import dev.heimdall.routing.RdsName;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;

/**
 * Asks the RDS API about clusters, and publishes what it says as one topology document a region.
 * Thread-safe.
 */
public final class RdsWatch implements AutoCloseable {
  private final TopologyFeed feed;
  private final Supplier<AwsCredentialsProvider> credentials;
  private final Map<Place, RegionWatch> regions = new HashMap<>();
  private boolean closed;

  /** Region and endpoint that are queried together. */
  record Place(String region, Optional<URI> endpoint) {}

  /** Asks in the name that the AWS SDK finds: environment, profile, role of the machine. */
  public RdsWatch(TopologyFeed feed) {
    this(feed, () -> DefaultCredentialsProvider.builder().build());
  }

  /**
   * @param feed takes the documents
   * @param credentials in whose name the API is asked; not used before there is something to ask
   */
  public RdsWatch(TopologyFeed feed, Supplier<AwsCredentialsProvider> credentials) {
    this.feed = feed;
    this.credentials = credentials;
  }

  /**
   * Begins to ask about the cluster that a data source is; does nothing if there is nothing to ask.
   *
   * @param leases by which the nodes of a fleet divide the work; empty for a node that is alone
   * @return ends it
   */
  public Watching watch(DataSource source, Supplier<Optional<LeaderLeases>> leases) {
    return watch(source, leases, false);
  }

  /** Watches a cluster of which nothing but its ARN is known. */
  public Watching lookUp(DataSource source, Supplier<Optional<LeaderLeases>> leases) {
    return watch(source, leases, true);
  }

  private Watching watch(
      DataSource source, Supplier<Optional<LeaderLeases>> leases, boolean unknown) {
    Optional<GlobalPlace> global = source.globalPlace();
    if (global.isPresent()) {
      return watch(source, global.get(), leases, unknown);
    }
    return source
        .rdsPlace()
        .map(
            place ->
                begin(
                    new Place(place.region(), place.endpoint()),
                    WatchedCluster.of(
                        Optional.of(name(place)),
                        Optional.empty(),
                        source.cluster().api(),
                        unknown),
                    leases))
        .orElse(() -> {});
  }

  private static RdsName name(RdsPlace place) {
    return new RdsName(place.name(), place.cluster());
  }

  private Watching watch(
      DataSource source,
      GlobalPlace global,
      Supplier<Optional<LeaderLeases>> leases,
      boolean unknown) {
    Optional<String> region = global.region();
    return region.isPresent()
        ? begin(source, global, region.get(), leases, unknown)
        : new PendingWatch(
            source.name(),
            unknown || source.cluster().api().use() == ApiUse.ON,
            AwsAccess::ownRegion,
            found -> begin(source, global, found, leases, unknown));
  }

  private Watching begin(
      DataSource source,
      GlobalPlace global,
      String region,
      Supplier<Optional<LeaderLeases>> leases,
      boolean unknown) {
    Optional<RdsName> name =
        source.rdsPlace().filter(one -> one.region().equals(region)).map(RdsWatch::name);
    return begin(
        new Place(region, global.endpoint()),
        WatchedCluster.of(name, Optional.of(global.name()), source.cluster().api(), unknown),
        leases);
  }

  private Watching begin(
      Place at, WatchedCluster watched, Supplier<Optional<LeaderLeases>> leases) {
    return begin(at, watched, leases.get());
  }

  private synchronized Watching begin(
      Place at, WatchedCluster watched, Optional<LeaderLeases> leases) {
    if (closed) {
      return () -> {};
    }
    RegionWatch region = regions.get(at);
    if (region == null) {
      region = new RegionWatch(at, credentials.get(), leases, feed, watched);
      regions.put(at, region);
    } else {
      region.add(watched);
    }
    return () -> leave(at, watched);
  }

  /** A cluster that is asked about. */
  public interface Watching extends AutoCloseable {
    @Override
    void close();
  }

  private synchronized void leave(Place at, WatchedCluster watched) {
    RegionWatch region = regions.get(at);
    if (region != null && region.remove(watched)) {
      regions.remove(at);
      region.close();
    }
  }

  /** Sends no request any more. */
  @Override
  public synchronized void close() {
    closed = true;
    regions.values().forEach(RegionWatch::close);
    regions.clear();
  }
}
