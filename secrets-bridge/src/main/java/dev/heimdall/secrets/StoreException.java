package dev.heimdall.secrets;

import java.util.List;

/**
 * A store did not do what it was asked. The message is one line for people: which store, what is
 * the matter, and what to do about it; never a part of a document.
 */
public final class StoreException extends Exception {
  private static final long serialVersionUID = 1L;

  /** Cause of the failure. */
  public enum Kind {
    /** Another writer has changed the target of the change: read again, and decide again. */
    CONFLICT,
    /** A permission is missing; the message names it. */
    DENIED,
    /** There are no credentials for AWS, or AWS rejects them. */
    NO_CREDENTIALS,
    /** AWS was asked too often. */
    THROTTLED,
    /** The place itself, a bucket for instance, is not there. */
    MISSING,
    /** It does not answer, or with an unknown answer. */
    UNREACHABLE,
    /** Existing content was not written by Heimdall, or is broken. */
    CORRUPT,
    /** There is more than may be. */
    OVERSIZED
  }

  private final Kind kind;
  private final transient List<String> written;

  StoreException(Kind kind, String message) {
    this(kind, message, null);
  }

  StoreException(Kind kind, String message, Throwable cause) {
    this(kind, message, List.of(), cause);
  }

  StoreException(Kind kind, String message, List<String> written, Throwable cause) {
    super(message, cause);
    this.kind = kind;
    this.written = List.copyOf(written);
  }

  /** A document is broken in a way that only its reader can know. */
  public static StoreException corrupt(String message) {
    return new StoreException(Kind.CORRUPT, message);
  }

  public Kind kind() {
    return kind;
  }

  /** The documents that had been written, or deleted, before this happened. */
  public List<String> written() {
    return written;
  }
}
