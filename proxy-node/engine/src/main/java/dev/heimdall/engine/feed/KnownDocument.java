package dev.heimdall.engine.feed;

import dev.heimdall.routing.TopologyDocument;
import java.time.Instant;
import java.util.Locale;

/**
 * A document that the node has.
 *
 * @param by how it came
 * @param at when it came
 * @param heard when it was heard last that there is none after it: it was pushed again, or still
 *     was what the store had; nodes that ask write another one each time
 */
public record KnownDocument(TopologyDocument document, By by, Instant at, Instant heard) {
  /** The ways in which one comes. */
  public enum By {
    PUSH,
    STORE,
    /** Nodes have asked themselves: this one, or another one for all. */
    POLL;

    /** As metrics and people have it. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** The document, whose own times claim no more than this node's clock lets them. */
  TopologyDocument received() {
    return document.receivedAt(at);
  }

  KnownDocument heard(Instant again) {
    return new KnownDocument(document, by, at, again);
  }
}
