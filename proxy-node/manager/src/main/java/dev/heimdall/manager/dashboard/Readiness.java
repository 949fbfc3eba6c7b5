package dev.heimdall.manager.dashboard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * Number of nodes that accept clients.
 *
 * @param known those that have reported and were not drained, whether they still report or not
 */
record Readiness(int ready, int known) {
  /** Adds a node to these. */
  Readiness plus(JsonNode state, boolean reports) {
    boolean ended = !reports && state.path("draining").asBoolean();
    boolean takes = reports && state.path("ready").asBoolean();
    return new Readiness(ready + (takes ? 1 : 0), known + (ended ? 0 : 1));
  }

  void put(ObjectNode newest) {
    newest.put("ready", ready).put("known", known);
  }
}
