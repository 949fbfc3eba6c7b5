package dev.heimdall.engine.route;

import dev.heimdall.engine.topology.NodeState;
import dev.heimdall.engine.topology.Topology;
import dev.heimdall.engine.topology.TopologyNode;
import dev.heimdall.engine.topology.TopologyNodes;
import dev.heimdall.engine.wire.Lsn;
import dev.heimdall.engine.wire.Position;
import dev.heimdall.model.ChangeSettings;
import dev.heimdall.model.ClusterSettings;
import dev.heimdall.model.DataSource;
import dev.heimdall.model.NodeRole;
import dev.heimdall.model.ServerAddress;
import java.util.List;

/** Clusters for tests, in few words. */
final class Clusters {
  static final ServerAddress W = new ServerAddress("w", 5432);
  static final ServerAddress R1 = new ServerAddress("r1", 5432);
  static final ServerAddress R2 = new ServerAddress("r2", 5432);

  private Clusters() {}

  static TopologyNode writer(long position) {
    return node(W, NodeRole.WRITER, NodeState.UP, position, 0, 0, 0);
  }

  static TopologyNode replica(ServerAddress address, long position) {
    return node(address, NodeRole.REPLICA, NodeState.UP, position, 0, 0, 0);
  }

  static TopologyNode node(
      ServerAddress address,
      NodeRole role,
      NodeState state,
      long position,
      long lagBytes,
      long lagMillis,
      long at) {
    Position reached = position < 0 ? Position.NONE : new Lsn(position);
    return TopologyNodes.node(address, role, state, reached, lagBytes, lagMillis, at);
  }

  /** {@link LoopBalancerTest#SOURCE} with another URL and another cluster. */
  static DataSource source(String url, ClusterSettings cluster) {
    DataSource all = LoopBalancerTest.SOURCE;
    return new DataSource(
        all.name(),
        all.engine(),
        url,
        all.user(),
        all.password(),
        all.credentials(),
        all.tls(),
        all.connectTimeout(),
        all.keepAliveIdle(),
        all.tcpUserTimeout(),
        all.parameters(),
        all.catalog(),
        all.driver(),
        cluster,
        ChangeSettings.defaults());
  }

  static Topology of(TopologyNode... nodes) {
    return new Topology(1, List.of(nodes));
  }
}
