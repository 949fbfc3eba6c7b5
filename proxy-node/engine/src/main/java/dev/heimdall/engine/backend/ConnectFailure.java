package dev.heimdall.engine.backend;

import dev.heimdall.engine.auth.AuthFailure;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.Sqlstate;
import dev.heimdall.model.TlsMode;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;

/** A server connection could not be made; {@link #error} is what a client may get. */
public final class ConnectFailure extends Exception {
  private static final long serialVersionUID = 1L;

  private enum Kind {
    UNREACHABLE,
    REFUSED,
    FULL,
    WITHHELD
  }

  private final transient ServerError error;
  private final Kind kind;

  private ConnectFailure(ServerError error, Kind kind) {
    super(error.message(), null, false, false);
    this.error = error;
    this.kind = kind;
  }

  /** No server answered, or the connection broke: trying again may help. */
  public static ConnectFailure unreachable(String message) {
    return new ConnectFailure(
        ServerError.fatal(Sqlstate.CONNECTION_FAILURE, message), Kind.UNREACHABLE);
  }

  /** The server does not serve the database at present: trying again may help. */
  public static ConnectFailure unavailable(ServerError error) {
    return new ConnectFailure(error.asFatal(), Kind.UNREACHABLE);
  }

  /**
   * The server was the writer, and has come back as a replica: what it answers may be older than a
   * read at the writer is to be.
   */
  public static ConnectFailure standby(String where, String variable) {
    return unreachable(
        "the server at "
            + where
            + " is in hot standby ("
            + variable
            + "), and not the writer any more");
  }

  /** The server was the writer, and reports no more than that it allows no writes. */
  public static ConnectFailure readOnly(String where, String variable) {
    return unreachable(
        "the server at "
            + where
            + " allows no writes ("
            + variable
            + "), and may not be the writer any more");
  }

  public static ConnectFailure refused(AuthFailure failure) {
    return refused(
        new ServerError(
            "FATAL", failure.sqlState(), failure.message(), failure.detail(), failure.hint()));
  }

  /** There is no TLS with the server; where its certificate is to blame, trying again is no use. */
  public static ConnectFailure tls(TlsMode mode, Throwable cause) {
    boolean certificate = false;
    Throwable root = cause;
    for (Throwable each = cause; each != null; each = each.getCause()) {
      certificate |=
          each instanceof CertificateException || each instanceof CertPathValidatorException;
      root = each;
    }
    return certificate
        ? refused(
            ServerError.fatal(
                Sqlstate.UNABLE_TO_CONNECT,
                "the server's certificate does not pass tls.mode "
                    + mode.spelling()
                    + ": "
                    + root.getMessage()))
        : unreachable("TLS with the server failed: " + root.getMessage());
  }

  /** The server, or a check of ours, said no: trying again at once will not help. */
  public static ConnectFailure refused(ServerError error) {
    return new ConnectFailure(error.asFatal(), Kind.REFUSED);
  }

  /**
   * The server said no after it had taken the proof: where it has no connection left for the role,
   * nothing else stood against the log-in.
   */
  public static ConnectFailure refusedAuthenticated(ServerError error) {
    return error.sqlState().equals(Sqlstate.TOO_MANY_CONNECTIONS)
        ? new ConnectFailure(error.asFatal(), Kind.FULL)
        : refused(error);
  }

  /** There is nothing at the moment that the server would let us in with, but soon may be. */
  static ConnectFailure withheld(ServerError error) {
    return new ConnectFailure(error.asFatal(), Kind.WITHHELD);
  }

  public ServerError error() {
    return error;
  }

  /**
   * True if all that wait should get it: not so when the server starts up, shuts down or has no
   * connection left, and not when it cannot be reached.
   */
  public boolean permanent() {
    return kind == Kind.REFUSED
        && !error.sqlState().startsWith("57P")
        && !error.sqlState().startsWith("53")
        && (!error.sqlState().startsWith("08")
            || error.sqlState().equals(Sqlstate.UNABLE_TO_CONNECT));
  }

  /** True if the server took the proof and let the role in but for the number of connections. */
  public boolean full() {
    return kind == Kind.FULL;
  }

  /** True if the server, or the role, has no connection left. */
  public boolean tooMany() {
    return error.sqlState().equals(Sqlstate.TOO_MANY_CONNECTIONS);
  }

  /** True if the credentials were refused (SQLSTATE class 28). */
  public boolean authentication() {
    return kind == Kind.REFUSED && error.sqlState().startsWith("28");
  }

  /** True if it says nothing of the server, but that credentials for it are being changed. */
  public boolean withheld() {
    return kind == Kind.WITHHELD;
  }
}
