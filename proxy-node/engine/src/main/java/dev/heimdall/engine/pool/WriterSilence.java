package dev.heimdall.engine.pool;

import dev.heimdall.engine.topology.NodeState;
import dev.heimdall.engine.topology.Topology;
import dev.heimdall.engine.topology.TopologyNode;
import java.time.Duration;
import java.util.Optional;

/** Whether the writer of a cluster has not answered of late. Told by one thread, read by any. */
final class WriterSilence {
  /**
   * What has run for so long when the server was last heard takes long, and is left to it until it
   * is known to be down.
   */
  private static final Duration LONG = Duration.ofSeconds(2);

  /** The writer, as it was when it answered last, while it does not. */
  private volatile Optional<TopologyNode> writer = Optional.empty();

  /**
   * There is a new snapshot.
   *
   * @return whether the writer is silent from now on
   */
  boolean begins(Topology topology) {
    Optional<TopologyNode> now =
        topology.writer().filter(node -> node.state() == NodeState.SUSPECT);
    boolean begins = writer.isEmpty() && now.isPresent();
    writer = now;
    return begins;
  }

  boolean lasts() {
    return writer.isPresent();
  }

  /**
   * Whether a statement may be unanswered because of it, rather than because it takes long.
   *
   * @param began when, by {@link System#nanoTime}
   */
  boolean concerns(long began) {
    Optional<TopologyNode> silent = writer;
    return silent.isPresent() && began - (silent.get().at() - LONG.toNanos()) > 0;
  }
}
