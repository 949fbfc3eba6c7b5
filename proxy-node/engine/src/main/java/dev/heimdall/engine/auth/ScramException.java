package dev.heimdall.engine.auth;

import dev.heimdall.engine.wire.Sqlstate;

/** A SCRAM exchange cannot go on: the peer broke its rules, or a server could not prove itself. */
public final class ScramException extends AuthException {

  private static final long serialVersionUID = 1L;

  ScramException(AuthFailure failure) {
    super(failure);
  }

  static ScramException malformed(String detail) {
    return new ScramException(
        new AuthFailure(Sqlstate.PROTOCOL_VIOLATION, "malformed SCRAM message", detail, null));
  }
}
