package dev.heimdall.engine.cluster;

import dev.heimdall.engine.topology.TopologyNode;
import dev.heimdall.engine.wire.Position;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * View that one Aurora server has of the servers that share its storage.
 *
 * @param name what it calls itself
 * @param replica whether it says that it writes nothing
 * @param servers of its own cluster
 * @param global empty where its cluster is a part of none, or it does not say
 */
public record AuroraView(
    String name, boolean replica, List<Server> servers, Optional<GlobalView> global) {
  /** Session value that a server shows when it is the writer. */
  static final String WRITER = "MASTER_SESSION_ID";

  public AuroraView {
    servers = List.copyOf(servers);
  }

  /**
   * A server as the status of its own cluster has it.
   *
   * @param durable up to where the storage has what the writer wrote
   * @param readable up to where it shows data
   * @param lagMillis how far it is behind, the age of that included
   * @param ageMillis how old what it told is
   * @param updated when it told that, by the cluster's own clock
   */
  record Server(
      String name,
      String session,
      Position durable,
      Position readable,
      long lagMillis,
      long ageMillis,
      OptionalLong updated) {
    boolean writes() {
      return WRITER.equals(session);
    }

    Position position() {
      return writes() ? durable : readable;
    }
  }

  /** Returns this view with the given view of the global cluster. */
  AuroraView within(Optional<GlobalView> view) {
    return new AuroraView(name, replica, servers, view);
  }

  private Optional<Server> own() {
    return servers.stream().filter(server -> server.name().equals(name)).findFirst();
  }

  /** Its own; empty where its cluster does not name it. */
  String session() {
    return own().map(Server::session).orElse("");
  }

  /**
   * Returns the complete report of the server. Of a cluster that follows another region the first
   * server writes nothing, and shows less than is durable there; how far it is, and the others, the
   * status of the global cluster says: what its own says of lag is no lag behind another region.
   *
   * @param readOnly whether it allows no writes, should it be the writer
   */
  public NodeReport report(String identity, String run, boolean readOnly) {
    Optional<String> region = global.flatMap(GlobalView::region);
    boolean follows = replica && global.filter(GlobalView::follows).isPresent();
    Map<String, Long> confirmed = new HashMap<>();
    List<NodeReport.Member> members = new ArrayList<>();
    for (Server server : servers) {
      if (server.writes() && server.updated().isPresent()) {
        confirmed.put(server.name(), server.updated().getAsLong());
      }
      members.add(
          NodeReport.Member.named(
              server.name(),
              region,
              follows ? server.readable() : server.position(),
              follows ? TopologyNode.UNKNOWN : server.lagMillis()));
    }
    boolean writer = !replica && own().filter(Server::writes).isPresent();
    return new NodeReport(
            identity,
            run,
            name,
            "",
            writer,
            writer && readOnly,
            0,
            own().map(replica ? Server::readable : Server::position).orElse(Position.NONE),
            follows ? lagBehindWriter() : own().map(Server::lagMillis).orElse(TopologyNode.UNKNOWN),
            "",
            members,
            true,
            List.of())
        .confirming(confirmed)
        .showing(global);
  }

  /** Of a server in a region that follows. */
  private long lagBehindWriter() {
    GlobalView view = global.orElseThrow();
    long told = view.lagMillis(view.region().orElseThrow(), name);
    return told < 0 ? told : told + own().map(Server::ageMillis).orElse(0L);
  }
}
