package dev.heimdall.engine.cluster;

import dev.heimdall.engine.topology.TopologyNode;
import dev.heimdall.model.DataSource;
import dev.heimdall.model.ServerAddress;
import dev.heimdall.routing.RdsRole;
import dev.heimdall.routing.RdsServer;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the RDS API says of a cluster's servers. It names servers and describes them; what they are
 * they say themselves.
 *
 * @param servers by their addresses
 */
record RdsDescriptions(Map<ServerAddress, RdsServer> servers) {
  static RdsDescriptions nothing() {
    return new RdsDescriptions(Map.of());
  }

  /** Of a data source's servers, those left out whose address nobody knows. */
  static RdsDescriptions of(DataSource source, List<RdsServer> servers) {
    Map<ServerAddress, RdsServer> descriptions = new LinkedHashMap<>();
    for (RdsServer server : servers) {
      address(source, server).ifPresent(address -> descriptions.put(address, server));
    }
    return new RdsDescriptions(descriptions);
  }

  private static Optional<ServerAddress> address(DataSource source, RdsServer server) {
    int port = server.port() > 0 ? server.port() : source.port();
    return server
        .host()
        .map(host -> new ServerAddress(host, port))
        .or(() -> source.hostPattern().flatMap(pattern -> source.named(server.name())));
  }

  /** Servers that can be asked. */
  List<ServerAddress> present() {
    return servers.keySet().stream().filter(address -> servers.get(address).present()).toList();
  }

  /** The server that the API takes for the writer, if it says that there is one. */
  Optional<ServerAddress> writer() {
    return servers.keySet().stream()
        .filter(address -> servers.get(address).role() == RdsRole.WRITER)
        .findFirst();
  }

  /** The region of that server; empty where nobody knows it. */
  Optional<String> writerRegion() {
    return writer().flatMap(address -> region(servers.get(address)));
  }

  /** The region of a server, by its address or else its name; empty where nobody knows it. */
  Optional<String> region(ServerAddress address, String name) {
    RdsServer server = servers.get(address);
    if (server == null && !name.isEmpty()) {
      server = byName().get(name);
    }
    return server == null ? Optional.empty() : region(server);
  }

  /** A zone's name is that of its region and a letter. */
  private static Optional<String> region(RdsServer server) {
    return server.zone().filter(zone -> zone.length() > 1).map(z -> z.substring(0, z.length() - 1));
  }

  /** The same server with what the API adds. */
  TopologyNode completed(TopologyNode node) {
    RdsServer server = servers.get(node.address());
    if (server == null && !node.name().isEmpty()) {
      server = byName().get(node.name());
    }
    if (server == null) {
      return node;
    }
    String remarks = server.remarks();
    return new TopologyNode(
        node.address(),
        node.name(),
        node.run(),
        node.role(),
        node.state(),
        node.zone().or(server::zone),
        node.weight(),
        node.timeline(),
        node.position(),
        node.lagBytes(),
        node.lagMillis(),
        node.at(),
        remarks.isEmpty() ? node.why() : node.why() + "; RDS reports: " + remarks);
  }

  private Map<String, RdsServer> byName() {
    Map<String, RdsServer> names = new HashMap<>();
    servers.values().forEach(server -> names.put(server.name(), server));
    return names;
  }
}
