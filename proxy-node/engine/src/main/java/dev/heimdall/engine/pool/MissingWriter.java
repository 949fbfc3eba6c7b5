package dev.heimdall.engine.pool;

import dev.heimdall.engine.topology.NodeState;
import dev.heimdall.engine.topology.Topology;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.model.FailoverSettings;

/** Errors or stand-in for the sessions of a virtual database while its cluster has no writer. */
public final class MissingWriter implements PoolScope.NoWriter {
  private final VdbPools pools;

  MissingWriter(VdbPools pools) {
    this.pools = pools;
  }

  @Override
  public ServerError error() {
    WriterWatch by = pools.watch();
    if (by == null) {
      return PoolTarget.NO_WRITER;
    }
    Topology topology = by.view().topology();
    if (topology.has(NodeState.FENCED)) {
      return PoolTarget.FENCED;
    }
    if (topology.has(NodeState.REFUTED)) {
      return PoolTarget.SEVERAL_WRITERS;
    }
    return topology.global().handover().map(PoolTarget::during).orElse(PoolTarget.NO_WRITER);
  }

  @Override
  public ServerError noRoom() {
    FailoverSettings settings = pools.plan().source().cluster().failover();
    int waiting = pools.loopPools().stream().mapToInt(p -> p.counts().waiting()).sum();
    if (!settings.queueTimeout().isZero() && waiting < settings.maxQueue()) {
      return null;
    }
    return error()
        .withDetail(
            "cluster.failover.maxQueue is " + settings.maxQueue() + " and as many wait already.");
  }

  /** The pools of a replica that has all that the last writer had; null for none. */
  VdbPools standIn() {
    WriterWatch by = pools.watch();
    return by == null || pools.reader() || pools.directed()
        ? null
        : by.view().completeReplica().map(pools.readers()::at).orElse(null);
  }

  /** True if a server is the writer by its last answer, and allowed writes then. */
  boolean takesWrites(PoolTarget to) {
    WriterWatch by = pools.watch();
    return to.led()
        && by != null
        && by.view()
            .topology()
            .writer()
            .filter(node -> node.state() == NodeState.UP && node.address().equals(to.server()))
            .isPresent();
  }
}
