package dev.heimdall.engine.toy;

import dev.heimdall.engine.cluster.ClusterTracker;
import dev.heimdall.engine.jdbc.SourceLogins;
import dev.heimdall.engine.pool.VdbPools;
import dev.heimdall.engine.pool.WriterWatch;
import dev.heimdall.engine.route.ClusterView;
import dev.heimdall.engine.share.Definitions;
import dev.heimdall.engine.share.SingleNode;
import dev.heimdall.engine.share.WritePositions;
import dev.heimdall.engine.topology.Topology;
import dev.heimdall.engine.topology.TopologyNode;
import dev.heimdall.model.Configuration;
import dev.heimdall.model.DataSource;
import dev.heimdall.model.ServerAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * A toy cluster in use: asked on the tracker's threads, followed on the one of the test when it
 * looks.
 */
final class ToyWatch implements WriterWatch, AutoCloseable {
  private final VdbPools pools;
  private final ClusterTracker tracker;
  private final ClusterView view;
  private final Queue<Topology> snapshots = new ConcurrentLinkedQueue<>();
  private final Map<CompletableFuture<Void>, Long> doubts = new HashMap<>();

  ToyWatch(Configuration configuration, ToyCluster cluster, VdbPools pools) {
    this.pools = pools;
    DataSource source = configuration.sources().get("main");
    tracker =
        new ClusterTracker(
            source,
            new SourceLogins().ofProbes(source).orElseThrow(),
            cluster,
            (topology, events) -> snapshots.add(topology));
    view =
        new ClusterView(
            source,
            configuration.driverOf(source),
            new WritePositions(tracker::writtenByNow),
            Definitions.NONE,
            new SingleNode(),
            false,
            Optional::empty);
    pools.follow(this);
    tracker.start();
  }

  /** Takes over what was found out since this was called last. */
  void follow() {
    for (Topology next = snapshots.poll(); next != null; next = snapshots.poll()) {
      take(next);
    }
  }

  private void take(Topology topology) {
    view.changed(topology, System.nanoTime());
    Optional<TopologyNode> writer = topology.writer();
    pools.lead(writer.isPresent() ? view.writer() : Optional.empty(), false);
    pools.seen(topology);
    writer.ifPresent(
        node ->
            doubts.entrySet().stream()
                .filter(doubt -> node.at() - doubt.getValue() > 0)
                .forEach(doubt -> doubt.getKey().complete(null)));
    doubts.keySet().removeIf(CompletableFuture::isDone);
  }

  @Override
  public ClusterView view() {
    return view;
  }

  @Override
  public void suspect(ServerAddress server, String why) {
    tracker.suspect(server, why);
  }

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
    CompletableFuture<Void> doubt = new CompletableFuture<>();
    doubts.put(doubt, System.nanoTime());
    return doubt;
  }

  @Override
  public void close() {
    tracker.close();
  }
}
