package dev.heimdall.routing;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Description of a cluster in documents, for a reader that knows only its ARN.
 *
 * @param engine in RDS's words, such as {@code aurora-postgresql}
 * @param instance whether it is an instance with its replicas, and no cluster
 * @param database the one that it was created with
 * @param servers where to begin, the writer first; none has an address yet where it is empty
 * @param reported every name that leads to it, of endpoints and instances
 */
public record ClusterDescription(
    String engine,
    boolean instance,
    Optional<String> database,
    List<Server> servers,
    List<Server> reported) {
  /** Of each region but the writer's so many instances are named: who is asked knows the others. */
  private static final int MOST_OF_REGION = 3;

  public ClusterDescription {
    servers = List.copyOf(servers);
    reported = List.copyOf(reported);
  }

  /**
   * A name to begin with.
   *
   * @param port 0 where not reported
   */
  public record Server(String region, String host, int port) {}

  /**
   * Empty if not reported.
   *
   * @param documents one of each source
   */
  public static Optional<ClusterDescription> of(
      String arn, Collection<TopologyDocument> documents) {
    return MergedTopology.global(arn, documents)
        .map(global -> of(global, documents))
        .or(
            () ->
                MergedTopology.last(arn, documents)
                    .or(() -> holding(arn, documents))
                    .map(one -> of(one.engine(), Optional.of(one), List.of())));
  }

  private static ClusterDescription of(
      TopologyGlobal global, Collection<TopologyDocument> documents) {
    Optional<TopologyCluster> writer = Optional.empty();
    List<TopologyCluster> others = new ArrayList<>();
    for (TopologyGlobal.Member member : global.members()) {
      Optional<TopologyCluster> one = MergedTopology.last(member.cluster(), documents);
      if (member.writer()) {
        writer = one;
      } else {
        one.ifPresent(others::add);
      }
    }
    return of(global.engine(), writer, others);
  }

  /**
   * @param others whose own endpoint may lead nowhere, as they follow
   */
  private static ClusterDescription of(
      String engine, Optional<TopologyCluster> writer, List<TopologyCluster> others) {
    List<Server> servers = new ArrayList<>();
    writer.ifPresent(one -> servers.addAll(endpoint(one).map(List::of).orElseGet(() -> some(one))));
    others.forEach(one -> servers.addAll(some(one)));
    List<TopologyCluster> all = new ArrayList<>(writer.stream().toList());
    all.addAll(others);
    return new ClusterDescription(
        engine,
        all.stream().anyMatch(TopologyCluster::ofInstance),
        all.stream().flatMap(one -> one.database().stream()).findFirst(),
        servers,
        all.stream()
            .flatMap(one -> Stream.concat(endpoint(one).stream(), instances(one)))
            .toList());
  }

  /** An instance has no other name than its own. */
  private static Optional<Server> endpoint(TopologyCluster one) {
    return one.ofInstance()
        ? Optional.empty()
        : one.endpoint().map(host -> new Server(one.region(), host, one.port()));
  }

  private static List<Server> some(TopologyCluster one) {
    return instances(one).limit(MOST_OF_REGION).toList();
  }

  private static Stream<Server> instances(TopologyCluster one) {
    return one.servers().stream()
        .filter(server -> server.present() && server.host().isPresent())
        .map(server -> new Server(one.region(), server.host().orElseThrow(), server.port()));
  }

  /** An instance may be reported as a server of its cluster, or as a replica of another one. */
  private static Optional<TopologyCluster> holding(
      String arn, Collection<TopologyDocument> documents) {
    return documents.stream()
        .flatMap(document -> document.clusters().stream())
        .filter(one -> !one.misplaced() && one.holds(arn))
        .max((one, other) -> one.asked().compareTo(other.asked()));
  }
}
