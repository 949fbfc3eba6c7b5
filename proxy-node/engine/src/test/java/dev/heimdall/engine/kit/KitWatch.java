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
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * A cluster whose only server is and stays the writer, unless a replica joins it: what is written
 * is noted, no more.
 */
final class KitWatch implements WriterWatch {
  private final ClusterView view;
  private final LongSupplier clock;

  /**
   * @param cached whether results of it are kept
   * @param clock that of the node's event loop, which is not the system's
   */
  KitWatch(Configuration configuration, DataSource source, boolean cached, LongSupplier clock) {
    this.clock = clock;
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
    long now = System.nanoTime();
    view.changed(new Topology(1, List.of(writer(pools, now))), now);
    pools.follow(this);
    pools.lead(Optional.of(server(pools)), false);
  }

  /** A replica has answered, which has all that is written within a minute. */
  void join(VdbPools pools, ServerAddress replica) {
    long now = Math.max(System.nanoTime(), clock.getAsLong()) + TimeUnit.MINUTES.toNanos(1);
    // The writer's turn would come by chance: it has a tenth of a replica's weight.
    TopologyNode writer = TopologyNodes.weighing(writer(pools, now), 0);
    List<TopologyNode> nodes = List.of(writer, node(replica, NodeRole.REPLICA, now));
    Topology both = new Topology(2, nodes);
    view.changed(both, now);
    pools.seen(both);
  }

  private static ServerAddress server(VdbPools pools) {
    return pools.plan().source().hosts().get(0);
  }

  private static TopologyNode writer(VdbPools pools, long now) {
    return node(server(pools), NodeRole.WRITER, now);
  }

  private static TopologyNode node(ServerAddress address, NodeRole role, long now) {
    return TopologyNodes.node(address, role, NodeState.UP, Position.NONE, 0, 0, now);
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
