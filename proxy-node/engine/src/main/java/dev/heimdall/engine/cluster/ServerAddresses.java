package dev.heimdall.engine.cluster;

import dev.heimdall.engine.topology.GlobalTopology;
import dev.heimdall.model.DataSource;
import dev.heimdall.model.HostPatterns;
import dev.heimdall.model.RdsHost;
import dev.heimdall.model.ServerAddress;
import dev.heimdall.routing.RdsServer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Addresses of the servers that other servers name. For a name no address is made of another region
 * than the one the server is said to be in: a server that is asked for its role also gets a
 * password.
 */
final class ServerAddresses {
  private HostPatterns patterns;

  /** Servers that each server names and that have no known address. */
  private final Map<ServerAddress, List<GlobalTopology.Unplaced>> unplaced = new LinkedHashMap<>();

  ServerAddresses(DataSource source) {
    patterns = source.hostPatterns();
  }

  HostPatterns patterns() {
    return patterns;
  }

  /** Names that AWS tells also tell of others in the same regions. */
  void learn(List<RdsServer> servers) {
    patterns =
        patterns.learning(servers.stream().flatMap(server -> server.host().stream()).toList());
  }

  /** Addresses of the servers that one names. */
  Set<ServerAddress> named(ServerAddress by, NodeReport report, RdsDescriptions descriptions) {
    Optional<String> region =
        report
            .region()
            .or(() -> RdsHost.region(by.host()))
            .or(() -> descriptions.region(by, report.name()));
    Set<ServerAddress> found = new LinkedHashSet<>();
    List<GlobalTopology.Unplaced> lost = new ArrayList<>();
    for (NodeReport.Member member : report.members()) {
      if (member.address().isPresent()) {
        found.add(member.address().get());
      } else {
        place(member.region().or(() -> region), member.name(), descriptions, found, lost);
      }
    }
    report.global().map(GlobalView::instances).orElse(List.of()).stream()
        .filter(one -> !Optional.of(one.region()).equals(region))
        .forEach(one -> place(Optional.of(one.region()), one.name(), descriptions, found, lost));
    if (lost.isEmpty()) {
      unplaced.remove(by);
    } else {
      unplaced.put(by, lost);
    }
    return found;
  }

  private void place(
      Optional<String> region,
      String name,
      RdsDescriptions descriptions,
      Set<ServerAddress> found,
      List<GlobalTopology.Unplaced> lost) {
    Optional<ServerAddress> at =
        patterns.address(region, name).or(() -> descriptions.address(region, name));
    if (at.isPresent()) {
      found.add(at.get());
    } else {
      lost.add(
          new GlobalTopology.Unplaced(
              name,
              region.orElse(""),
              region.isEmpty()
                  ? "no source reports its region"
                  : "no host pattern is known for the region"));
    }
  }

  /** A server is not asked any more, or does not answer: what it named does not count. */
  void forget(ServerAddress by) {
    unplaced.remove(by);
  }

  /** The servers that are not asked, as it is unknown where they are. */
  List<GlobalTopology.Unplaced> unplaced() {
    return unplaced.values().stream()
        .flatMap(List::stream)
        .distinct()
        .sorted(Comparator.comparing(GlobalTopology.Unplaced::toString))
        .toList();
  }
}
