package dev.heimdall.engine.auth;

/** A SCRAM exchange cannot go on; {@link #failure()} is what to tell the peer or the log. */
public class ScramException extends Exception {

  private static final long serialVersionUID = 1L;

  private final transient AuthFailure failure;

  ScramException(AuthFailure failure) {
    // An expected outcome of talking to strangers: a stack trace would only cost time.
    super(describe(failure), null, false, false);
    this.failure = failure;
  }

  static ScramException malformed(String detail) {
    return new ScramException(
        new AuthFailure(AuthFailure.PROTOCOL_VIOLATION, "malformed SCRAM message", detail, null));
  }

  /** The same as fields of an error message. */
  public AuthFailure failure() {
    return failure;
  }

  private static String describe(AuthFailure failure) {
    return failure.detail() == null
        ? failure.message()
        : failure.message() + " (" + failure.detail() + ")";
  }
}
