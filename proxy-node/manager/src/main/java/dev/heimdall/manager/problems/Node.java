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
 * @param storeAway since when it does not reach the shared store; empty: it does, or has none
 */
record Node(
    String id,
    Presence presence,
    boolean overdue,
    Instant reported,
    JsonNode state,
    Optional<Instant> storeAway) {
  boolean reports() {
    return presence != Presence.LOST;
  }

  boolean ready() {
    return state.path("ready").asBoolean();
  }

  /** True if somebody has wanted it to take no clients. */
  boolean leaves() {
    return state.path("draining").asBoolean() || state.path("outOfService").asBoolean();
  }
}
