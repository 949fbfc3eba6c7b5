package dev.heimdall.routing;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A cluster of RDS in one region, or an instance with its read replicas.
 *
 * @param arn which changes when the cluster is renamed
 * @param resource what never changes
 * @param formerly the ARNs that it had before it was renamed, the last one first
 * @param endpoint the name that leads to its writer
 * @param readerEndpoint the name that leads to its readers
 * @param database the one that it was created with; empty where there was none, or it is not
 *     reported
 * @param forwarding whether its readers forward writes
 * @param asked when the API said so
 */
public record TopologyCluster(
    String arn,
    String resource,
    List<String> formerly,
    String region,
    String name,
    String engine,
    String status,
    Optional<String> endpoint,
    Optional<String> readerEndpoint,
    int port,
    Optional<String> database,
    List<RdsServer> servers,
    WriteForwarding forwarding,
    Instant asked) {
  /** Renamed more often, the first names are forgotten. */
  private static final int MOST_NAMES = 8;

  /** In the ARN of an instance, where that of a cluster has another word. */
  private static final String INSTANCE = ":db:";

  public TopologyCluster {
    formerly = List.copyOf(formerly.subList(0, Math.min(formerly.size(), MOST_NAMES)));
    servers = List.copyOf(servers);
  }

  /** One whose first database is not reported. */
  public TopologyCluster(
      String arn,
      String resource,
      List<String> formerly,
      String region,
      String name,
      String engine,
      String status,
      Optional<String> endpoint,
      Optional<String> readerEndpoint,
      int port,
      List<RdsServer> servers,
      WriteForwarding forwarding,
      Instant asked) {
    this(
        arn,
        resource,
        formerly,
        region,
        name,
        engine,
        status,
        endpoint,
        readerEndpoint,
        port,
        Optional.empty(),
        servers,
        forwarding,
        asked);
  }

  /** True if it is an instance with its replicas, and no cluster. */
  boolean ofInstance() {
    return arn.contains(INSTANCE);
  }

  /** True if this is, or was, its name. */
  public boolean is(String name) {
    return arn.equals(name) || formerly.contains(name);
  }

  /** True if its ARN names another region than the one in which it is reported. */
  public boolean misplaced() {
    String its = AccountDatabase.region(arn);
    return !its.isEmpty() && !its.equals(region);
  }

  /** True if an ARN is, or was, its own, or that of an instance of it. */
  boolean holds(String other) {
    int kind = other.indexOf(INSTANCE);
    return is(other)
        || kind >= 0
            && arn.startsWith(other.substring(0, kind + 1))
            && is(new RdsName(other.substring(kind + INSTANCE.length()), false));
  }

  /** Write forwarding by its readers, with its location. */
  public WriteForwarding.Of writeForwarding() {
    return new WriteForwarding.Of(region, name, forwarding);
  }

  /** True if this is what RDS means by a name in its region. */
  public boolean is(RdsName asked) {
    return asked.cluster()
        ? name.equals(asked.name()) && !ofInstance()
        : servers.stream().anyMatch(server -> server.name().equals(asked.name()));
  }

  /**
   * With the addresses that were told before, where it is known that servers are but not where. A
   * cluster names its members itself; the replicas of an instance may be on the pages that are
   * missing, and stay.
   */
  TopologyCluster completedBy(TopologyCluster before) {
    List<RdsServer> completed = new ArrayList<>();
    for (RdsServer server : servers) {
      completed.add(known(before, server).map(server::completedBy).orElse(server));
    }
    if (ofInstance()) {
      before.servers.stream().filter(one -> known(this, one).isEmpty()).forEach(completed::add);
    }
    return with(formerly, completed, forwarding.or(before.forwarding), asked);
  }

  /** Returns the cluster with another query time. */
  TopologyCluster askedAt(Instant at) {
    return with(formerly, servers, forwarding, at);
  }

  private static Optional<RdsServer> known(TopologyCluster in, RdsServer server) {
    return in.servers.stream().filter(one -> one.name().equals(server.name())).findFirst();
  }

  TopologyCluster formerly(List<String> names) {
    return with(names, servers, forwarding, asked);
  }

  private TopologyCluster with(
      List<String> formerly, List<RdsServer> servers, WriteForwarding forwarding, Instant asked) {
    return new TopologyCluster(
        arn,
        resource,
        formerly,
        region,
        name,
        engine,
        status,
        endpoint,
        readerEndpoint,
        port,
        database,
        servers,
        forwarding,
        asked);
  }
}
