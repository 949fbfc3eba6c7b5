package dev.heimdall.engine.rds;

import dev.heimdall.engine.share.Turns;
import dev.heimdall.model.DataSource;
import dev.heimdall.model.RdsPlace;
import dev.heimdall.routing.RdsServer;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;

/** Watches clusters by what the RDS API says of them. Thread-safe. */
public final class RdsWatch implements AutoCloseable {
  private final Supplier<AwsCredentialsProvider> credentials;
  private final Map<Place, RegionWatch> regions = new HashMap<>();
  private boolean closed;

  /** What is asked together: the same API, as often. */
  record Place(String region, Optional<URI> endpoint, Duration interval) {}

  /** Asks in the name that the AWS SDK finds: environment, profile, role of the machine. */
  public RdsWatch() {
    this(() -> DefaultCredentialsProvider.builder().build());
  }

  /**
   * @param credentials in whose name the API is asked; not used before there is something to ask
   */
  public RdsWatch(Supplier<AwsCredentialsProvider> credentials) {
    this.credentials = credentials;
  }

  /**
   * Begins to ask about the cluster that a data source is; does nothing if there is nothing to ask.
   *
   * @param turns by which the nodes of a fleet divide the work; empty for a node that is alone
   * @param told gets the cluster's servers again and again, on a thread that must not be held up
   * @return ends it
   */
  public synchronized Watching watch(
      DataSource source, Supplier<Optional<Turns>> turns, Consumer<List<RdsServer>> told) {
    Optional<RdsPlace> place = source.rdsPlace();
    if (place.isEmpty() || closed) {
      return () -> {};
    }
    Place at =
        new Place(place.get().region(), place.get().endpoint(), source.cluster().api().interval());
    Watched watched = new Watched(place.get(), source.cluster().api().use(), told);
    RegionWatch region =
        regions.computeIfAbsent(at, one -> new RegionWatch(one, credentials.get(), turns.get()));
    region.add(watched);
    return () -> leave(at, watched);
  }

  /** A cluster that is asked about. */
  public interface Watching extends AutoCloseable {
    @Override
    void close();
  }

  private synchronized void leave(Place at, Watched watched) {
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
