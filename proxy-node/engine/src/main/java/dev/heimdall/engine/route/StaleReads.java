package dev.heimdall.engine.route;

import dev.heimdall.engine.topology.Topology;
import dev.heimdall.engine.topology.TopologyNode;
import dev.heimdall.engine.wire.Position;
import dev.heimdall.model.ClusterSettings;
import dev.heimdall.model.Consistency;
import java.time.Duration;
import java.util.Optional;

/**
 * Requirements of reads while no writer answers, where the configuration lets them miss the end of
 * what the last one wrote. Updated by one thread, read by any.
 */
final class StaleReads {
  private final Duration bound;
  private final boolean allowed;

  /**
   * Positions of the writer of the last snapshot that had one, and of no other writer before it.
   */
  private volatile WriterSamples samples;

  /** The last writer as it answered last, where it tells no positions; null: none did. */
  private volatile TopologyNode untold;

  StaleReads(ClusterSettings settings) {
    bound = settings.failover().staleReads();
    allowed = !bound.isZero() && settings.consistency() != Consistency.STRICT;
    samples = new WriterSamples(bound);
  }

  /** True if reads may miss anything. */
  boolean allowed() {
    return allowed;
  }

  /** There is a snapshot. */
  void take(Topology topology, long now) {
    if (allowed) {
      samples.take(topology, now);
      topology
          .writer()
          .ifPresent(writer -> untold = writer.position() == Position.NONE ? writer : null);
    }
  }

  /** The writer is another one than before: what that had may not have survived. */
  void otherWriter() {
    samples = new WriterSamples(bound);
  }

  /**
   * Requirement of a read: all that the last writer had so long before it answered for the last
   * time. Where it told no positions, replicas have to know how far they are behind.
   *
   * @return what no replica has where no writer was ever known
   */
  ReadRequirement need(Topology topology) {
    Optional<TopologyNode> last = topology.lastWriter().or(() -> Optional.ofNullable(untold));
    if (!allowed || last.isEmpty()) {
      return ReadRequirement.UNKNOWABLE;
    }
    long since = last.get().at() - bound.toNanos();
    Position found = samples.foundAfter(since);
    Position kept = last.get().position();
    // What it had not kept when it answered last has come to no replica.
    Position least = found == Position.NONE || found.covers(kept) ? kept : found;
    return new ReadRequirement(
        least == Position.NONE ? Position.BEYOND : least, since, false, false, false);
  }
}
