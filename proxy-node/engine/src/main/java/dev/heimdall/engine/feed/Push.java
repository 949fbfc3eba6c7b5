package dev.heimdall.engine.feed;

import java.util.Optional;

/**
 * A document as somebody has pushed it.
 *
 * @param timestamp when it was signed, as a text of seconds since 1970
 * @param nonce what is used once
 */
public record Push(
    Optional<String> timestamp, Optional<String> nonce, Optional<String> signature, byte[] body) {

  /**
   * What became of it.
   *
   * @param message in words
   */
  public record Outcome(Kind kind, String message) {}

  /** The kinds of outcomes. */
  public enum Kind {
    /** It is what the node goes by now. */
    TAKEN,
    /** The node knows as much or more already. */
    KNOWN,
    /** This node takes no pushes. */
    OFF,
    /** It is not signed, or by somebody who has another key. */
    NOT_SIGNED,
    /** It was signed too long ago, or is from the future. */
    OUT_OF_TIME,
    /** It was pushed before. */
    REPLAYED,
    /** There were too many. */
    TOO_MANY,
    /** It is no topology document. */
    MALFORMED
  }

  @Override
  public String toString() {
    return "a push of " + body.length + " bytes";
  }
}
