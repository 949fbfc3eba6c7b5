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
 * Since when the writer of a cluster takes no writes, by probes or by what it has rejected. In a
 * switchover another one is the writer before long, and a client that repeats a transaction gets
 * there. One that an operator has made read-only, or whose disk is full, stays so. Thread-safe.
 */
final class WriteRejections {
  private static final Logger LOG = LoggerFactory.getLogger("heimdall.cluster");

  private final String source;
  private final String readOnlyBy;
  private final LongSupplier clock;

  /** The server that takes none; empty when none is known to. */
  private Optional<ServerAddress> server = Optional.empty();

  private long since;
  private long last;

  /** True if it was found to take none since then: only that it takes some ends it. */
  private boolean found;

  private boolean switching;
  private boolean reported;

  /**
   * @param source the cluster's name
   * @param readOnlyBy what may keep its writer from writing
   */
  WriteRejections(String source, String readOnlyBy, LongSupplier clock) {
    this.source = source;
    this.readOnlyBy = readOnlyBy;
    this.clock = clock;
  }

  /** There is a new snapshot. */
  synchronized void changed(Topology topology) {
    Optional<TopologyNode> writer = topology.writer();
    if (server.isPresent() && isOver(topology, writer)) {
      server = Optional.empty();
    }
    Optional<TopologyNode> closed = writer.filter(n -> n.state() == NodeState.READ_ONLY);
    if (server.isEmpty() && closed.isPresent()) {
      begin(closed.get().address(), clock.getAsLong());
    }
    found |=
        server
            .flatMap(topology::node)
            .filter(n -> n.role() == NodeRole.REPLICA || n.state() == NodeState.READ_ONLY)
            .isPresent();
    switching = topology.global().handover().isPresent();
    if (switching) {
      since = clock.getAsLong(); // that takes as long as it takes
    }
  }

  private boolean isOver(Topology topology, Optional<TopologyNode> writer) {
    boolean another = writer.isPresent() && !writer.map(TopologyNode::address).equals(server);
    return another
        || found
            && topology
                .node(server.get())
                .filter(n -> n.role() == NodeRole.WRITER && n.state() == NodeState.UP)
                .isPresent();
  }

  private void begin(ServerAddress by, long now) {
    server = Optional.of(by);
    since = now;
    last = now;
    found = false;
    reported = false;
  }

  /**
   * True if another server may be the writer soon, or this one take writes again.
   *
   * @param most how long a switchover may take
   */
  synchronized boolean maySwitch(ServerAddress from, Duration most) {
    return !isKnown(from) || passes(from, most, clock.getAsLong());
  }

  /**
   * True if no client is to wait for a server that takes writes any longer: one has taken none for
   * longer than a switchover may take.
   */
  synchronized boolean last(Duration most) {
    return server.isPresent() && !maySwitch(server.get(), most);
  }

  /** True if it is the one that takes none, which nothing but time ends. */
  private boolean isKnown(ServerAddress of) {
    return server.equals(Optional.of(of)) && found && !switching;
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
        isKnown(by) || server.equals(Optional.of(by)) && now - last <= most.toNanos() && !switching;
    if (!goesOn) {
      begin(by, now);
      return true;
    }
    last = now;
    return passes(by, most, now);
  }

  private boolean passes(ServerAddress by, Duration most, long now) {
    boolean passes = now - since <= most.toNanos();
    if (!passes && !reported) {
      reported = true;
      LOG.warn(
          "source {}: {} has been read-only for {} s, and no other server is the"
              + " writer: writes get the server's own error at once from now on. Make it writable"
              + " ({}; a full disk does the same), or see whether the source names the right cluster",
          source,
          by,
          (now - since) / 1_000_000_000,
          readOnlyBy);
    }
    return passes;
  }
}
