package dev.heimdall.engine.boot;

import dev.heimdall.engine.topology.NodeState;
import dev.heimdall.engine.topology.Topology;
import dev.heimdall.engine.topology.TopologyNode;
import dev.heimdall.model.NodeRole;
import dev.heimdall.model.ServerAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Since when a server of a cluster has rejected writes because it takes none. In a switchover
 * another one is the writer before long, and whoever repeats a transaction gets there. One that an
 * operator has made read-only, or whose disk is full, stays so. Thread-safe.
 */
final class WriteRejections {
  private static final Logger LOG = LoggerFactory.getLogger("heimdall.cluster");

  private final String source;
  private final LongSupplier clock;

  /** The server that rejects them; empty when none does. */
  private Optional<ServerAddress> server = Optional.empty();

  private long since;
  private long last;

  /** Whether it was found to take none since then: only that it takes some ends it. */
  private boolean found;

  private boolean switching;
  private boolean reported;

  /**
   * @param source the cluster's name
   */
  WriteRejections(String source, LongSupplier clock) {
    this.source = source;
    this.clock = clock;
  }

  /** There is a new snapshot. */
  synchronized void changed(Topology topology) {
    switching = topology.global().handover().isPresent();
    if (server.isEmpty()) {
      return;
    }
    Optional<TopologyNode> writer = topology.writer();
    boolean another = writer.isPresent() && !writer.map(TopologyNode::address).equals(server);
    Optional<TopologyNode> its = topology.node(server.get());
    if (another
        || found
            && its.filter(n -> n.role() == NodeRole.WRITER && n.state() == NodeState.UP)
                .isPresent()) {
      server = Optional.empty();
      return;
    }
    found |=
        its.filter(n -> n.role() == NodeRole.REPLICA || n.state() == NodeState.READ_ONLY)
            .isPresent();
  }

  /**
   * A server has rejected a write.
   *
   * @param most how long a switchover may take
   * @return whether there may be a writer soon
   */
  synchronized boolean mayPass(ServerAddress by, Duration most) {
    long now = clock.getAsLong();
    boolean goesOn =
        server.equals(Optional.of(by)) && (found || now - last <= most.toNanos()) && !switching;
    last = now;
    if (!goesOn) {
      server = Optional.of(by);
      since = now;
      found = false;
      reported = false;
      return true;
    }
    boolean passes = now - since <= most.toNanos();
    if (!passes && !reported) {
      reported = true;
      LOG.warn(
          "source {}: {} has rejected writes as read-only for {} s, and no other server is the"
              + " writer: transactions get the server's own error from now on, in place of 40001"
              + " (run it again). Make it writable (PostgreSQL: default_transaction_read_only,"
              + " MySQL: read_only; a full disk does the same), or see whether the source names the"
              + " right cluster",
          source,
          by,
          (now - since) / 1_000_000_000);
    }
    return passes;
  }
}
