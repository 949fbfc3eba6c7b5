package dev.heimdall.engine.pool;

import dev.heimdall.engine.topology.NodeState;
import dev.heimdall.engine.topology.TopologyNode;
import java.time.Duration;
import java.util.Optional;

/**
 * Tracks whether a server of a cluster has not answered recently. Written by one thread, read by
 * any.
 */
final class ServerSilence {
  /**
   * Run time at which a statement counts as long: if it had run for so long when the server was
   * last heard, it stays at that server until the server is known to be down.
   */
  private static final Duration LONG = Duration.ofSeconds(2);

  /** The server, as it was when it answered last, while it does not. */
  private volatile Optional<TopologyNode> silent = Optional.empty();

  /**
   * There is a new snapshot.
   *
   * @param server as it is in that; empty where it is not
   * @return whether it is silent from now on
   */
  boolean begins(Optional<TopologyNode> server) {
    Optional<TopologyNode> now = server.filter(node -> node.state() == NodeState.SUSPECT);
    boolean begins = silent.isEmpty() && now.isPresent();
    silent = now;
    return begins;
  }

  boolean lasts() {
    return silent.isPresent();
  }

  /**
   * True if a statement may be unanswered because of it, rather than because it takes long.
   *
   * @param began when, by {@link System#nanoTime}
   */
  boolean concerns(long began) {
    Optional<TopologyNode> now = silent;
    return now.isPresent() && began - (now.get().at() - LONG.toNanos()) > 0;
  }
}
