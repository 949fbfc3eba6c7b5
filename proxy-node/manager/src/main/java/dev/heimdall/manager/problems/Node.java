package dev.heimdall.manager.problems;

import com.fasterxml.jackson.databind.JsonNode;
import dev.heimdall.manager.fleet.Presence;
import java.time.Instant;
import java.util.Optional;

/**
 * A node as it was reported last.
 *
 * @param overdue whether a report has not arrived that should have
 * @param reported when
 * @param state the report's section; may be missing
 * @param store its trouble with the shared store; empty: it has none of either
 */
record Node(
    String id,
    Presence presence,
    boolean overdue,
    Instant reported,
    JsonNode state,
    Optional<StoreTrouble> store) {
  boolean reports() {
    return presence != Presence.LOST;
  }

  boolean ready() {
    return state.path("ready").asBoolean();
  }

  /** True if it was told to take no clients. */
  boolean leaves() {
    return state.path("draining").asBoolean() || state.path("outOfService").asBoolean();
  }
}
