package dev.heimdall.engine.cluster;

import dev.heimdall.engine.topology.Topology;
import dev.heimdall.engine.topology.TopologyNode;
import dev.heimdall.model.DataSource;
import dev.heimdall.model.ServerAddress;
import dev.heimdall.routing.GlobalSaid;
import java.util.Collection;
import java.util.Optional;

/**
 * The name that leads to a global cluster's writer by topology documents. It is asked last: when
 * all servers that databases and documents have named were asked, and none is the writer. Where it
 * leads depends on a DNS that may be late, and who answers there still has to say that it writes.
 */
final class GlobalEndpoint {
  private final DataSource source;

  GlobalEndpoint(DataSource source) {
    this.source = source;
  }

  /** Address of the endpoint; empty where no document reports it, or it is queried anyway. */
  Optional<ServerAddress> address(GlobalSaid said) {
    return said.endpoint()
        .map(host -> new ServerAddress(host, source.port()))
        .filter(address -> !source.hosts().contains(address));
  }

  /**
   * True if it is to be asked.
   *
   * @param heard what is known of each server that is asked
   */
  boolean wanted(ServerAddress endpoint, Topology topology, Collection<ProbeHistory> heard) {
    Optional<ServerAddress> writer = topology.writer().map(TopologyNode::address);
    if (writer.isPresent()) {
      return writer.get().equals(endpoint);
    }
    return heard.stream()
        .filter(server -> !server.address().equals(endpoint))
        .allMatch(
            server -> !server.claims() && (server.last().isPresent() || server.failures() > 0));
  }
}
