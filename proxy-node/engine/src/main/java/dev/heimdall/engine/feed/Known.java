package dev.heimdall.engine.feed;

import dev.heimdall.routing.TopologyDocument;
import java.time.Instant;

/**
 * A document that the node has.
 *
 * @param by how it came
 * @param at when it came
 */
public record Known(TopologyDocument document, By by, Instant at) {
  /** The ways in which one comes. */
  public enum By {
    PUSH,
    STORE
  }

  /**
   * Whether another document of the same source comes after this one. A source that has lost its
   * store begins to count again.
   */
  boolean before(TopologyDocument other) {
    return other.version() > document.version()
        || (other.version() < document.version() && other.written().isAfter(document.written()));
  }
}
