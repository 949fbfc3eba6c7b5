package dev.heimdall.engine.auth;

import dev.heimdall.engine.wire.Sqlstate;

/**
 * Reason that a log-in is rejected, as the client receives it: the fields of PostgreSQL's
 * ErrorResponse, always with severity FATAL, in PostgreSQL's own words where it has words for it.
 * No field ever holds key material or a password.
 *
 * @param sqlState five characters, for instance {@code 28P01}
 * @param message one line without a full stop
 * @param detail more for the reader of the client's log; may be null
 * @param hint what to do; may be null
 */
public record AuthFailure(String sqlState, String message, String detail, String hint) {

  static AuthFailure of(String sqlState, String message) {
    return new AuthFailure(sqlState, message, null, null);
  }

  /** Also said of a user who does not exist: a stranger must not learn which of the two it was. */
  public static AuthFailure wrongPassword(String user) {
    return of(
        Sqlstate.INVALID_PASSWORD, "password authentication failed for user \"" + user + "\"");
  }

  /** Others wait already that guess the same user's password from the same address. */
  public static AuthFailure tooManyFailures(String user) {
    return new AuthFailure(
        Sqlstate.TOO_MANY_CONNECTIONS,
        "too many failed log-ins as user \"" + user + "\" from this address",
        null,
        "Try again later; see the settings failedLogIns.");
  }

  /** The client answered the question for a password with nothing. */
  public static AuthFailure emptyPassword() {
    return of(Sqlstate.INVALID_PASSWORD, "empty password returned by client");
  }

  /** No role of that name is configured, and the name was not proven by a password. */
  public static AuthFailure unknownRole(String user) {
    return of(Sqlstate.INVALID_AUTHORIZATION, "role \"" + user + "\" does not exist");
  }

  /** No line of the table fits. */
  public static AuthFailure noRule(String vdb, LogInRequest request) {
    return new AuthFailure(
        Sqlstate.INVALID_AUTHORIZATION,
        "no entry in the auth table of VDB \"" + vdb + "\" for " + origin(request),
        null,
        "Rules are read from top to bottom; the first that fits decides.");
  }

  /** The line that fits says {@code reject}. */
  public static AuthFailure rejected(String vdb, LogInRequest request) {
    return of(
        Sqlstate.INVALID_AUTHORIZATION,
        "the auth table of VDB \"" + vdb + "\" rejects connection for " + origin(request));
  }

  /** A password in clear text is asked for outside TLS. */
  public static AuthFailure clearTextNeedsTls() {
    return new AuthFailure(
        Sqlstate.INVALID_AUTHORIZATION,
        "password authentication in clear text requires SSL encryption",
        null,
        "Connect with sslmode=require, or use the method scram-sha-256.");
  }

  /** A password that a directory is to check is requested outside TLS. */
  static AuthFailure ldapNeedsTls() {
    return new AuthFailure(
        Sqlstate.INVALID_AUTHORIZATION,
        "LDAP authentication requires SSL encryption",
        null,
        "Connect with sslmode=require: the password is sent in clear text.");
  }

  /** No server of the directory has decided. */
  public static AuthFailure directoryUnavailable(String user) {
    return new AuthFailure(
        Sqlstate.INVALID_AUTHORIZATION,
        "LDAP authentication failed for user \"" + user + "\": the directory is unavailable",
        null,
        "Try again later; the log of the node has the reason.");
  }

  /** A directory knows the user, who is not one of those that the rule is for. */
  static AuthFailure notInGroups(String vdb, String user) {
    return new AuthFailure(
        Sqlstate.INVALID_AUTHORIZATION,
        "user \""
            + user
            + "\" is in none of the groups that the auth table of VDB \""
            + vdb
            + "\" admits",
        null,
        "See \"groups\" of the rule with the method ldap.");
  }

  /** Others wait already for the directory. */
  public static AuthFailure directoryCrowded() {
    return new AuthFailure(
        Sqlstate.TOO_MANY_CONNECTIONS,
        "too many log-ins wait for the directory",
        null,
        "Try again later; see the setting ldap.waiting.");
  }

  /** The VDB takes TLS connections only. */
  public static AuthFailure tlsRequired(String vdb) {
    return new AuthFailure(
        Sqlstate.INVALID_AUTHORIZATION,
        "VDB \"" + vdb + "\" requires SSL encryption",
        null,
        "Connect with sslmode=require.");
  }

  /** The method {@code cert} met a client without a certificate. */
  public static AuthFailure certificateMissing() {
    return of(Sqlstate.INVALID_AUTHORIZATION, "connection requires a valid client certificate");
  }

  /** The certificate's common name is not the user. */
  public static AuthFailure wrongCertificate(String user) {
    return of(
        Sqlstate.INVALID_AUTHORIZATION,
        "certificate authentication failed for user \"" + user + "\"");
  }

  /** The user is who he says and may not enter this VDB. */
  public static AuthFailure notPermitted(String vdb, LogInRequest request) {
    return new AuthFailure(
        Sqlstate.INSUFFICIENT_PRIVILEGE,
        "permission denied for database \"" + request.database() + "\"",
        "User \"" + request.user() + "\" does not have the right to use VDB \"" + vdb + "\".",
        null);
  }

  /** The VDB has no such database. */
  public static AuthFailure unknownDatabase(String database) {
    return of(Sqlstate.UNDEFINED_DATABASE, "database \"" + database + "\" does not exist");
  }

  /** The node or the VDB is full. */
  public static AuthFailure tooManyClients() {
    return of(Sqlstate.TOO_MANY_CONNECTIONS, "sorry, too many clients already");
  }

  /** The user has as many client connections as it may. */
  public static AuthFailure tooManyConnectionsForRole(String user) {
    return of(Sqlstate.TOO_MANY_CONNECTIONS, "too many connections for role \"" + user + "\"");
  }

  /** The database has as many client connections as it may. */
  public static AuthFailure tooManyConnectionsForDatabase(String database) {
    return of(
        Sqlstate.TOO_MANY_CONNECTIONS, "too many connections for database \"" + database + "\"");
  }

  /** The client took longer than it may. */
  public static AuthFailure timeout() {
    return of(Sqlstate.QUERY_CANCELED, "canceling authentication due to timeout");
  }

  private static String origin(LogInRequest request) {
    return "host \""
        + request.address().getHostAddress()
        + "\", user \""
        + request.user()
        + "\", database \""
        + request.database()
        + "\", "
        + (request.tls() ? "SSL encryption" : "no encryption");
  }
}
