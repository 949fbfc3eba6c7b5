package dev.heimdall.engine.cluster;

import dev.heimdall.engine.wire.Position;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Replication sources of servers, where servers report them.
 *
 * @param all what is known of each server
 */
record Lineage(List<ProbeHistory> all) {
  /** True if a server gets its data from the writer, be it through others; so does the writer. */
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
   * True if a server reports that it is the writer without being one: no server replicates from it,
   * and it has nothing that another one lacks, which reports so, answers, and allows writes; and
   * that one did so before, or has more, or has replicas. So is a replica whose replication was
   * taken away, or a writer of before that has come back. Only sets of transactions tell that;
   * where positions are places in a log, histories have numbers.
   */
  boolean isLeftBehind(ProbeHistory probed) {
    NodeReport report = probed.last().orElseThrow();
    Position position = report.position();
    if (position == Position.NONE || position.bytesOfLog().isPresent() || isFollowed(report)) {
      return false;
    }
    return all.stream()
        .filter(other -> other.claims() && other.failures() == 0)
        .filter(other -> other != probed && !other.last().orElseThrow().readOnly())
        .filter(other -> other.last().orElseThrow().system().equals(report.system()))
        .filter(other -> other.last().orElseThrow().position().covers(position))
        .anyMatch(other -> probed.beganAfter(other) || hasMore(other.last().orElseThrow(), report));
  }

  private boolean hasMore(NodeReport other, NodeReport report) {
    return isFollowed(other) || !report.position().covers(other.position());
  }

  private boolean isFollowed(NodeReport report) {
    return all.stream()
        .filter(other -> !other.down())
        .flatMap(other -> other.last().stream())
        .anyMatch(other -> other.follows().contains(report.name()));
  }
}
