package dev.heimdall.engine.boot;

import dev.heimdall.engine.cluster.ClusterTracker;
import dev.heimdall.engine.jdbc.WriterGuard;
import dev.heimdall.engine.pool.Quiet;
import dev.heimdall.engine.pool.VdbPools;
import dev.heimdall.engine.pool.WriterWatch;
import dev.heimdall.engine.route.ClusterView;
import dev.heimdall.engine.topology.NodeState;
import dev.heimdall.engine.topology.Topology;
import dev.heimdall.engine.topology.TopologyNode;
import dev.heimdall.engine.topology.WriterFence;
import dev.heimdall.model.ServerAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;

/** The pools whose connections go to the writer of one cluster. Thread-safe. */
final class WriterFollowers implements WriterWatch, WriterGuard {
  private final ClusterTracker tracker;
  private final ClusterView view;
  private final Executor offLoop;
  private final Set<VdbPools> followers = new CopyOnWriteArraySet<>();

  /** True if a suspicion is on its way; others at the same time say nothing more. */
  private final AtomicBoolean suspected = new AtomicBoolean();

  private Optional<ServerAddress> writer = Optional.empty();
  private Optional<TopologyNode> leading = Optional.empty();
  private WriterFence fence = WriterFence.OFF;
  private final WriterConfirmations doubts = new WriterConfirmations();
  private final WriteRejections rejections;
  private final Duration switching;

  /**
   * @param source the cluster's name
   * @param switching how long a switchover may take
   * @param offLoop where the tracker is told what sessions find
   */
  WriterFollowers(
      String source,
      Duration switching,
      ClusterTracker tracker,
      ClusterView view,
      Executor offLoop) {
    this.switching = switching;
    this.rejections = new WriteRejections(source, tracker.readOnlyBy(), System::nanoTime);
    this.tracker = tracker;
    this.view = view;
    this.offLoop = offLoop;
  }

  @Override
  public ClusterView view() {
    return view;
  }

  synchronized void attach(VdbPools pools) {
    followers.add(pools);
    pools.follow(this);
    pools.lead(writer, false, fence);
  }

  synchronized void detach(VdbPools pools) {
    followers.remove(pools);
  }

  /** There is a new snapshot, which {@link #view} has taken. */
  void changed(Topology topology) {
    rejections.changed(topology);
    synchronized (this) {
      writer = topology.writer().isPresent() ? view.writer() : Optional.empty();
      Optional<TopologyNode> now = topology.writer();
      boolean replaced = now.isPresent() && leading.filter(now.get()::replaces).isPresent();
      leading = now.or(() -> leading);
      fence = topology.global().fence();
      followers.forEach(pools -> pools.lead(writer, replaced, fence));
      followers.forEach(pools -> pools.seen(topology));
    }
    topology
        .writer()
        // Who waits for one that takes writes gets the error of this one, rather than wait on.
        .filter(node -> node.state() == NodeState.UP || rejections.last(switching))
        .ifPresent(node -> doubts.confirmed(node.at()));
  }

  /**
   * For how long a server has been silent to all connections of clients, in nanoseconds; 0 if too
   * few of them wait for it.
   *
   * @param late when an answer ought to be there
   */
  CompletableFuture<Long> quiet(ServerAddress server, Duration late) {
    return Quiet.ofAll(followers.stream().map(pools -> pools.quiet(server, late.toNanos())))
        .thenApply(Quiet::witnessed);
  }

  @Override
  public synchronized Optional<ServerAddress> writer() {
    return fence.over(System.nanoTime()) ? Optional.empty() : writer;
  }

  /** Without a writer, clients of the last one go on while that is confirmed. */
  @Override
  public synchronized boolean bars(ServerAddress server) {
    return fence.over(System.nanoTime())
        || writer.filter(known -> !known.equals(server)).isPresent();
  }

  @Override
  public void suspect(ServerAddress server, String why) {
    if (suspected.compareAndSet(false, true)) {
      try {
        offLoop.execute(
            () -> {
              suspected.set(false);
              tracker.suspect(server, why);
            });
      } catch (RejectedExecutionException e) {
        suspected.set(false); // the node is stopping
      }
    }
  }

  @Override
  public boolean mayPass(ServerAddress server, Duration most) {
    return rejections.mayPass(server, most);
  }

  @Override
  public boolean maySwitch(ServerAddress server, Duration most) {
    return rejections.maySwitch(server, most);
  }

  @Override
  public CompletableFuture<Void> confirmed() {
    return doubts.since(System.nanoTime());
  }

  /** Nothing more will be found. */
  void end() {
    doubts.end();
  }
}
