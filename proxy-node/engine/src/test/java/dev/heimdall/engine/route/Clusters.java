package dev.heimdall.engine.route;

import dev.heimdall.engine.share.Definitions;
import dev.heimdall.engine.share.Exchange;
import dev.heimdall.engine.share.SingleNode;
import dev.heimdall.engine.share.WritePositions;
import dev.heimdall.engine.topology.NodeState;
import dev.heimdall.engine.topology.Topology;
import dev.heimdall.engine.topology.TopologyNode;
import dev.heimdall.engine.topology.TopologyNodes;
import dev.heimdall.engine.wire.Lsn;
import dev.heimdall.engine.wire.Position;
import dev.heimdall.model.ChangeSettings;
import dev.heimdall.model.ClusterSettings;
import dev.heimdall.model.Consistency;
import dev.heimdall.model.DataSource;
import dev.heimdall.model.Driver;
import dev.heimdall.model.FailoverSettings;
import dev.heimdall.model.NodeRole;
import dev.heimdall.model.ReadSplit;
import dev.heimdall.model.ServerAddress;
import java.util.List;
import java.util.Optional;

/** Clusters for tests, in few words. */
final class Clusters {
  static final ServerAddress W = new ServerAddress("w", 5432);
  static final ServerAddress R1 = new ServerAddress("r1", 5432);
  static final ServerAddress R2 = new ServerAddress("r2", 5432);

  /** Reads go to replicas while there are any. */
  static final Driver DRIVER =
      new Driver(
          "d",
          "jdbc:postgresql://${readers}?targetServerType=primary",
          "jdbc:postgresql://${readers}?targetServerType=preferSecondary&loadBalanceHosts=true",
          Optional.empty());

  private Clusters() {}

  /** A view of a node that shares nothing with others and is in no region. */
  static ClusterView view(DataSource source, WritePositions positions) {
    return view(source, positions, new SingleNode());
  }

  static ClusterView view(DataSource source, WritePositions positions, Exchange exchange) {
    return new ClusterView(
        source, DRIVER, positions, Definitions.NONE, exchange, false, Optional::empty);
  }

  /** {@link LoopBalancerTest#SOURCE} with other settings of its cluster. */
  static DataSource source(ReadSplit reads, Consistency consistency, FailoverSettings failover) {
    DataSource all = LoopBalancerTest.SOURCE;
    ClusterSettings by = all.cluster();
    return source(
        all.url(),
        new ClusterSettings(
            by.kind(),
            by.arn(),
            reads,
            consistency,
            by.hostPattern(),
            by.writeEndpoint(),
            by.readEndpoint(),
            by.nodes(),
            by.probe(),
            by.api(),
            by.lag(),
            by.balance(),
            failover));
  }

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
