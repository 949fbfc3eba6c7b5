package dev.heimdall.engine.cluster;

import dev.heimdall.engine.wire.Position;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Who replicates from whom, where servers say so.
 *
 * @param all what is known of each server
 */
record Lineage(List<ProbeHistory> all) {
  /** Whether a server gets its data from the writer, be it through others; so does the writer. */
  boolean leads(NodeReport writer, NodeReport report) {
    Set<String> seen = new HashSet<>();
    Deque<String> left = new ArrayDeque<>(report.follows());
    while (!left.isEmpty()) {
      String name = left.poll();
      if (name.equals(writer.name())) {
        return true;
      }
      if (seen.add(name)) {
        all.stream()
            .flatMap(probed -> probed.last().stream())
            .filter(found -> found.name().equals(name))
            .forEach(found -> left.addAll(found.follows()));
      }
    }
    return report.follows().isEmpty();
  }

  /**
   * Whether a server began to report that it is the writer without having become one: nobody
   * replicates from it, and it has nothing that one has not got who reported so before, answers,
   * and allows writes. So is a replica whose replication was taken away. Only sets of transactions
   * tell that; where positions are places in a log, histories have numbers.
   */
  boolean isLeftBehind(ProbeHistory probed) {
    NodeReport report = probed.last().orElseThrow();
    Position position = report.position();
    if (position == Position.NONE || position.bytesOfLog().isPresent() || isFollowed(report)) {
      return false;
    }
    return all.stream()
        .filter(other -> other.claims() && other.failures() == 0)
        .filter(other -> other.claimsSince() < probed.claimsSince())
        .flatMap(other -> other.last().stream())
        .filter(other -> other.system().equals(report.system()))
        .anyMatch(other -> !other.readOnly() && other.position().covers(position));
  }

  private boolean isFollowed(NodeReport report) {
    return all.stream()
        .filter(other -> !other.down())
        .flatMap(other -> other.last().stream())
        .anyMatch(other -> other.follows().contains(report.name()));
  }
}
