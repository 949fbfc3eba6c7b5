package dev.heimdall.manager.problems;

import java.time.Instant;

/**
 * Alerts without notifications for a while.
 *
 * @param kind of these alone; empty: of any
 * @param about of those about this cluster or virtual database; empty: about any
 * @param node of those that no other node has or sees; empty: of any
 * @param by who has silenced them, at {@code at}
 */
record Silence(
    String id,
    String kind,
    String about,
    String node,
    Instant until,
    String by,
    Instant at,
    String reason) {
  boolean isOf(Alert alert, Instant now) {
    return now.isBefore(until)
        && (kind.isEmpty() || kind.equals(alert.kind()))
        && (about.isEmpty() || about.equals(alert.about()))
        && (node.isEmpty()
            || !alert.nodes().isEmpty() && alert.nodes().stream().allMatch(node::equals));
  }

  /** Describes in words the alerts that the silence covers. */
  String matches() {
    String of = kind.isEmpty() ? "all kinds" : kind;
    return of
        + (about.isEmpty() ? "" : " of " + about)
        + (node.isEmpty() ? "" : " on node " + node);
  }
}
