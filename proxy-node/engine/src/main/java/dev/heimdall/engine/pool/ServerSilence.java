package dev.heimdall.engine.pool;

import dev.heimdall.engine.topology.NodeState;
import dev.heimdall.engine.topology.TopologyNode;
import java.time.Duration;
import java.util.Optional;

/** Whether a server of a cluster has not answered of late. Written by one thread, read by any. */
final class ServerSilence {
  /**
   * What has run for so long when the server was last heard takes long, and is left to it until it
   * is known to be down.
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
   * Whether a statement may be unanswered because of it, rather than because it takes long.
   *
   * @param began when, by {@link System#nanoTime}
   */
  boolean concerns(long began) {
    Optional<TopologyNode> now = silent;
    return now.isPresent() && began - (now.get().at() - LONG.toNanos()) > 0;
  }
}
