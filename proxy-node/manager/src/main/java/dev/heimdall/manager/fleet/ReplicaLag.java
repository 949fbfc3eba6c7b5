package dev.heimdall.manager.fleet;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.OptionalDouble;

/** Lag of a server behind its writer, as in a node's report. */
public final class ReplicaLag {
  private ReplicaLag() {}

  /**
   * True if it can be: a writer follows no server, and of a server that is down nothing is known.
   */
  public static boolean isMeasured(JsonNode server) {
    return !server.path("role").asText().equals("writer")
        && !server.path("state").asText().equals("down");
  }

  /** In milliseconds; empty: not known. */
  public static OptionalDouble millis(JsonNode server) {
    JsonNode millis = server.path("lagMillis");
    return isMeasured(server) && millis.isNumber()
        ? OptionalDouble.of(millis.asDouble())
        : OptionalDouble.empty();
  }
}
