package dev.heimdall.engine.auth;

/** The exchange was well-formed and the proof was wrong: wrong password, or no such user. */
public final class AuthenticationFailed extends AuthException {

  private static final long serialVersionUID = 1L;

  AuthenticationFailed(String user) {
    super(AuthFailure.wrongPassword(user));
  }
}
