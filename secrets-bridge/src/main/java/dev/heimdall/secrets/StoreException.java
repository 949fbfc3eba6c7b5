package dev.heimdall.secrets;

/**
 * A store did not do what it was asked. The message is one line for people: which store, what is
 * the matter, and what to do about it; never a part of a document.
 */
public final class StoreException extends Exception {
  private static final long serialVersionUID = 1L;

  /** What is the matter. */
  public enum Kind {
    /** Somebody else has changed what was to be changed: read again, and decide again. */
    CONFLICT,
    /** A permission is missing; the message names it. */
    DENIED,
    /** There is nobody in whose name AWS could be asked, or AWS does not believe him. */
    NO_CREDENTIALS,
    /** AWS was asked too often. */
    THROTTLED,
    /** The place itself, a bucket for instance, is not there. */
    MISSING,
    /** It does not answer, or in a way nobody understands. */
    UNREACHABLE,
    /** What is there was not written by Heimdall, or is broken. */
    CORRUPT,
    /** There is more than may be. */
    OVERSIZED
  }

  private final Kind kind;

  StoreException(Kind kind, String message) {
    super(message);
    this.kind = kind;
  }

  StoreException(Kind kind, String message, Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  public Kind kind() {
    return kind;
  }
}
