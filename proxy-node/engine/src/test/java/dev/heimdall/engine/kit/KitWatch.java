package dev.heimdall.engine.kit;

import dev.heimdall.engine.pool.VdbPools;
import dev.heimdall.engine.pool.WriterWatch;
import dev.heimdall.engine.route.ClusterView;
import dev.heimdall.engine.share.Definitions;
import dev.heimdall.engine.share.SingleNode;
import dev.heimdall.engine.share.WritePositions;
import dev.heimdall.engine.topology.NodeState;
import dev.heimdall.engine.topology.Topology;
import dev.heimdall.engine.topology.TopologyNode;
import dev.heimdall.engine.topology.TopologyNodes;
import dev.heimdall.engine.wire.Position;
import dev.heimdall.model.Configuration;
import dev.heimdall.model.DataSource;
import dev.heimdall.model.NodeRole;
import dev.heimdall.model.ServerAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** A cluster of one server, which is and stays the writer: what is written is noted, no more. */
final class KitWatch implements WriterWatch {
  private final ClusterView view;

  /**
   * @param cached whether results of it are kept
   */
  KitWatch(Configuration configuration, DataSource source, boolean cached) {
    view =
        new ClusterView(
            source,
            configuration.driverOf(source),
            new WritePositions(() -> CompletableFuture.completedFuture(Position.NONE)),
            Definitions.NONE,
            new SingleNode(),
            cached,
            Optional::empty);
  }

  /** Pools go to the server from now on. */
  void lead(VdbPools pools) {
    ServerAddress server = pools.plan().source().hosts().get(0);
    TopologyNode writer =
        TopologyNodes.node(
            server, NodeRole.WRITER, NodeState.UP, Position.NONE, 0, 0, System.nanoTime());
    view.changed(new Topology(1, List.of(writer)), System.nanoTime());
    pools.follow(this);
    pools.lead(Optional.of(server), false);
  }

  @Override
  public ClusterView view() {
    return view;
  }

  @Override
  public void suspect(ServerAddress server, String why) {}

  @Override
  public boolean mayPass(ServerAddress server, Duration most) {
    return true;
  }

  @Override
  public boolean maySwitch(ServerAddress server, Duration most) {
    return true;
  }

  @Override
  public CompletableFuture<Void> confirmed() {
    return CompletableFuture.completedFuture(null);
  }
}
