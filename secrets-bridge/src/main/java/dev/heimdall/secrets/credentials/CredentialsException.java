package dev.heimdall.secrets.credentials;

/** There is nothing to log in with now; the message tells operators why, and what to do. */
public final class CredentialsException extends Exception {
  private static final long serialVersionUID = 1L;

  /** Kind of failure: shows whether waiting helps. */
  public enum Kind {
    /** AWS did not answer, or wants to be asked less: it may be over soon. */
    AWAY,
    /** The server has refused all that there is: it may be in the middle of a rotation. */
    REFUSED,
    /** Error that has to be corrected. */
    WRONG
  }

  private final Kind kind;

  CredentialsException(Kind kind, String message) {
    // Without a cause: those of parsers quote what they were given.
    super(message, null, false, false);
    this.kind = kind;
  }

  public Kind kind() {
    return kind;
  }
}
