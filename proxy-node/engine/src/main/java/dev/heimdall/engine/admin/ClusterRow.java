package dev.heimdall.engine.admin;

import dev.heimdall.engine.topology.GlobalTopology;
import dev.heimdall.engine.topology.RegionLag;
import dev.heimdall.engine.topology.Topology;
import dev.heimdall.engine.topology.WriterFence;
import dev.heimdall.model.Consistency;
import dev.heimdall.model.StoreReach;
import dev.heimdall.routing.WriteForwarding;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A cluster that the node watches.
 *
 * @param source the data source that it is
 * @param reach whose writes to it the node hears of
 * @param connectedToPeers whether the node has certainly heard of what was written through other
 *     nodes
 * @param writeForwarding whether readers pass writes on to the writer, of each cluster of which
 *     that is known
 * @param queueTimeout for how long statements wait while there is no writer
 * @param waits why nothing is known of it yet; empty for one that is watched
 */
public record ClusterRow(
    String source,
    Topology topology,
    Consistency consistency,
    StoreReach reach,
    boolean connectedToPeers,
    List<WriteForwarding.Of> writeForwarding,
    Duration queueTimeout,
    String waits) {
  public ClusterRow {
    writeForwarding = List.copyOf(writeForwarding);
  }

  /** One that is watched. */
  public ClusterRow(
      String source,
      Topology topology,
      Consistency consistency,
      StoreReach reach,
      boolean connectedToPeers,
      List<WriteForwarding.Of> writeForwarding,
      Duration queueTimeout) {
    this(source, topology, consistency, reach, connectedToPeers, writeForwarding, queueTimeout, "");
  }

  /** Null for one that is watched. */
  String waiting() {
    return waits.isEmpty() ? null : waits;
  }

  /** The regions of a global cluster, and how far each is behind; null for one region. */
  String regions() {
    List<RegionLag> regions = topology.global().regions();
    return regions.isEmpty()
        ? null
        : regions.stream().map(ClusterRow::shown).collect(Collectors.joining(", "));
  }

  private static String shown(RegionLag lag) {
    return lag.region()
        + (lag.primary()
            ? " (writes)"
            : lag.durabilityMillis() < 0
                ? " (lag unknown)"
                : " (" + lag.durabilityMillis() + " ms behind)");
  }

  /**
   * Write permission of the writer, and the authority that grants it; null where none is needed.
   */
  String fence() {
    WriterFence fence = topology.global().fence();
    String since =
        fence.since().map(at -> " since " + at.truncatedTo(ChronoUnit.MILLIS)).orElse("");
    return switch (fence.state()) {
      case OFF -> null;
      case OPEN -> "confirmed by " + fence.confirmation();
      case PENDING -> "not confirmed yet" + since;
      case FENCED -> "fenced" + since;
    };
  }

  /** Forwarding of writes from readers to the writer; null where nothing is known about it. */
  String forwarding() {
    return writeForwarding.isEmpty()
        ? null
        : writeForwarding.stream()
            .map(WriteForwarding.Of::toString)
            .collect(Collectors.joining(", "));
  }

  /** Servers that are named and not probed, with the reasons; null for none. */
  String notProbed() {
    List<GlobalTopology.Unplaced> unplaced = topology.global().unplaced();
    return unplaced.isEmpty()
        ? null
        : unplaced.stream()
            .map(GlobalTopology.Unplaced::toString)
            .collect(Collectors.joining("; "));
  }
}
