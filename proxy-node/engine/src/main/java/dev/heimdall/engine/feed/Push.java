package dev.heimdall.engine.feed;

import java.util.Locale;
import java.util.Optional;

/**
 * A pushed document.
 *
 * @param timestamp when it was signed, as a text of seconds since 1970
 * @param nonce what is used once
 */
public record Push(
    Optional<String> timestamp, Optional<String> nonce, Optional<String> signature, byte[] body) {

  /**
   * Outcome of a push.
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
    /** It is not signed. */
    NOT_SIGNED,
    /** It is signed with another key. */
    WRONG_SIGNATURE,
    /** It was signed too long ago. */
    TOO_OLD,
    /** It was signed in the future. */
    TOO_NEW,
    /** It was pushed before. */
    REPLAYED,
    /** There were too many. */
    TOO_MANY,
    /** It is no topology document. */
    MALFORMED;

    /** As metrics and people have it. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Override
  public String toString() {
    return "a push of " + body.length + " bytes";
  }
}
