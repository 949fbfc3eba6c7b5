package dev.heimdall.engine.cluster;

import dev.heimdall.engine.topology.TopologyNode;
import dev.heimdall.model.HostPatterns;
import dev.heimdall.model.RdsHost;
import dev.heimdall.model.ServerAddress;
import dev.heimdall.routing.RdsRole;
import dev.heimdall.routing.RdsServer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Report of the RDS API on a cluster's servers. It names servers and describes them; what they are
 * they say themselves.
 *
 * @param servers by their addresses
 */
record RdsDescriptions(Map<ServerAddress, RdsServer> servers) {
  static RdsDescriptions nothing() {
    return new RdsDescriptions(Map.of());
  }

  /**
   * Descriptions of the servers with known addresses.
   *
   * @param patterns of those whose names alone are told
   */
  static RdsDescriptions of(HostPatterns patterns, List<RdsServer> servers) {
    Map<ServerAddress, RdsServer> descriptions = new LinkedHashMap<>();
    for (RdsServer server : servers) {
      address(patterns, server).ifPresent(address -> descriptions.put(address, server));
    }
    return new RdsDescriptions(descriptions);
  }

  private static Optional<ServerAddress> address(HostPatterns patterns, RdsServer server) {
    int port = server.port() > 0 ? server.port() : patterns.port();
    return server
        .host()
        .map(host -> new ServerAddress(host, port))
        .or(() -> patterns.address(region(server), server.name()));
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

  /** The region of that server; empty where it is unknown. */
  Optional<String> writerRegion() {
    return writer().flatMap(address -> region(servers.get(address)));
  }

  /** The region of a server, by its address or else its name; empty where it is unknown. */
  Optional<String> region(ServerAddress address, String name) {
    return server(address, name, Optional.empty()).flatMap(RdsDescriptions::region);
  }

  /** Address of a server; empty where none is reported, or several are. */
  Optional<ServerAddress> address(Optional<String> region, String name) {
    List<ServerAddress> named =
        servers.entrySet().stream()
            .filter(entry -> is(entry.getValue(), name, region))
            .map(Map.Entry::getKey)
            .toList();
    return named.size() == 1 ? Optional.of(named.get(0)) : Optional.empty();
  }

  /** By its address, or else by its name, as far as only one has it. */
  private Optional<RdsServer> server(ServerAddress address, String name, Optional<String> region) {
    RdsServer server = servers.get(address);
    if (server != null || name.isEmpty()) {
      return Optional.ofNullable(server);
    }
    return address(region, name).map(servers::get);
  }

  private static boolean is(RdsServer server, String name, Optional<String> region) {
    Optional<String> its = region(server);
    return server.name().equals(name) && (region.isEmpty() || its.isEmpty() || its.equals(region));
  }

  /** A zone's name is that of its region and a letter. */
  private static Optional<String> region(RdsServer server) {
    return server
        .zone()
        .filter(zone -> zone.length() > 1)
        .map(z -> z.substring(0, z.length() - 1))
        .or(() -> server.host().flatMap(RdsHost::region));
  }

  /** Returns the server with the additions of the API. */
  TopologyNode completed(TopologyNode node) {
    Optional<RdsServer> found = server(node.address(), node.name(), node.region());
    if (found.isEmpty()) {
      return node;
    }
    RdsServer server = found.get();
    String remarks = server.remarks();
    return new TopologyNode(
        node.address(),
        node.name(),
        node.run(),
        node.role(),
        node.state(),
        node.region().or(() -> region(server)),
        node.zone().or(server::zone),
        node.weight(),
        node.timeline(),
        node.position(),
        node.lagBytes(),
        node.lagMillis(),
        node.stopped(),
        node.at(),
        remarks.isEmpty() ? node.why() : node.why() + "; RDS reports: " + remarks);
  }
}
