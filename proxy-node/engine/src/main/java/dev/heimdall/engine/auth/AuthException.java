package dev.heimdall.engine.auth;

/** A log-in cannot go on; {@link #failure()} is what to tell the client, or the log. */
public class AuthException extends Exception {

  private static final long serialVersionUID = 1L;

  private final transient AuthFailure failure;

  AuthException(AuthFailure failure) {
    // An expected outcome of talking to strangers: a stack trace would only cost time.
    super(describe(failure), null, false, false);
    this.failure = failure;
  }

  /** This failure as the fields of an error message. */
  public AuthFailure failure() {
    return failure;
  }

  private static String describe(AuthFailure failure) {
    return failure.detail() == null
        ? failure.message()
        : failure.message() + " (" + failure.detail() + ")";
  }
}
