package dev.heimdall.engine.rds;

import dev.heimdall.engine.feed.TopologyFeed;
import dev.heimdall.engine.share.LeaderLeases;
import dev.heimdall.model.ApiUse;
import dev.heimdall.model.DataSource;
import dev.heimdall.model.RdsPlace;
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

  /** What is asked together. */
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
  public synchronized Watching watch(DataSource source, Supplier<Optional<LeaderLeases>> leases) {
    Optional<RdsPlace> place = source.rdsPlace();
    if (place.isEmpty() || closed) {
      return () -> {};
    }
    Place at = new Place(place.get().region(), place.get().endpoint());
    WatchedCluster watched =
        new WatchedCluster(
            new RdsName(place.get().name(), place.get().cluster()),
            source.cluster().api().use() == ApiUse.ON,
            source.cluster().api().interval());
    RegionWatch region = regions.get(at);
    if (region == null) {
      region = new RegionWatch(at, credentials.get(), leases.get(), feed, watched);
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

  /** Asks nobody any more. */
  @Override
  public synchronized void close() {
    closed = true;
    regions.values().forEach(RegionWatch::close);
    regions.clear();
  }
}
