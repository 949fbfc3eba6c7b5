package dev.heimdall.engine.feed;

import dev.heimdall.model.ClusterKind;
import dev.heimdall.model.Engine;
import dev.heimdall.model.FoundCluster;
import dev.heimdall.model.RdsHost;
import dev.heimdall.model.ServerAddress;
import dev.heimdall.routing.ClusterDescription;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Data source that names a cluster by its ARN and nothing else, as far as the cluster's description
 * defines it.
 *
 * @param why nothing is found; else empty
 * @param reported every address that leads to the cluster now
 */
public record FoundByDescription(
    Optional<FoundCluster> found, String why, Set<ServerAddress> reported) {
  public FoundByDescription {
    reported = Set.copyOf(reported);
  }

  /**
   * Takes a name of a server only as RDS gives it in that region: a server that is asked there also
   * gets a password.
   *
   * @param any whether other names are right, too, as the API is not the one of AWS
   */
  public static FoundByDescription of(ClusterDescription described, boolean any) {
    ClusterKind kind =
        described.instance()
            ? ClusterKind.RDS
            : described.engine().startsWith("aurora")
                ? ClusterKind.AURORA
                : ClusterKind.RDS_MULTI_AZ;
    Optional<Engine> engine =
        Engine.ofRds(described.engine()).filter(one -> one.kinds().contains(kind));
    if (engine.isEmpty()) {
      return nothing(
          "its engine is \"" + described.engine() + "\", and nodes serve " + Engine.OF_RDS);
    }
    List<ServerAddress> servers =
        described.servers().stream()
            .filter(
                server ->
                    any
                        ? RdsHost.isName(server.host())
                        : RdsHost.ofRegion(server.host(), server.region()))
            .map(server -> address(server, engine.get()))
            .distinct()
            .toList();
    if (servers.isEmpty()) {
      return nothing(
          described.servers().isEmpty()
              ? "none of its servers has an address yet"
              : "no name of its servers is one that RDS gives in their regions: "
                  + described.servers().stream()
                      .map(ClusterDescription.Server::host)
                      .collect(Collectors.joining(", ")));
    }
    return new FoundByDescription(
        Optional.of(new FoundCluster(engine.get(), kind, servers, described.database())),
        "",
        described.reported().stream()
            .map(server -> address(server, engine.get()))
            .collect(Collectors.toSet()));
  }

  private static ServerAddress address(ClusterDescription.Server server, Engine engine) {
    return new ServerAddress(server.host(), server.port() > 0 ? server.port() : engine.port());
  }

  private static FoundByDescription nothing(String why) {
    return new FoundByDescription(Optional.empty(), why, Set.of());
  }
}
