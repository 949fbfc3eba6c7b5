package dev.heimdall.manager.oidc;

import dev.heimdall.model.report.LogLine;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** A log-in at a provider that does not come about. The message is for who wanted to log in. */
public final class OpenIdRefused extends Exception {
  private static final long serialVersionUID = 1L;
  private static final Logger LOG = LoggerFactory.getLogger("heimdall.manager");

  static final String AWAY =
      "The provider is unavailable or rejects the manager; the manager's log says why. Log in with"
          + " a password, or try again in a moment.";

  private final int status;
  private final String user;
  private final String reason;
  private final boolean wrong;

  private OpenIdRefused(int status, String user, String reason, boolean wrong, String message) {
    super(message);
    this.status = status;
    this.user = user;
    this.reason = reason;
    this.wrong = wrong;
  }

  /**
   * Returns the rejection of incorrect data from a browser or from the provider.
   *
   * @param reason in a few words, for the audit log
   */
  static OpenIdRefused wrong(String reason, String message) {
    return new OpenIdRefused(403, "unknown", reason, true, message);
  }

  /** It is a user without a role here. */
  static OpenIdRefused noRole(String user) {
    return new OpenIdRefused(
        403,
        user,
        "no role",
        false,
        "You have logged in as %s, and have no role here. Who runs this manager decides which groups of the provider have one."
            .formatted(user));
  }

  /** The provider does not answer, or not as one does. */
  static OpenIdRefused away(String message) {
    return new OpenIdRefused(503, "unknown", "", false, message);
  }

  /** Returns the rejection for a missing or incorrect answer; the log has the reason. */
  static OpenIdRefused failed(Exception why) {
    new LogLine("a log-in with OpenID Connect has failed")
        .pair("reason", String.valueOf(why.getMessage()))
        .log(LOG, Level.WARN);
    return away(AWAY);
  }

  /** HTTP status of the answer. */
  public int status() {
    return status;
  }

  /** True if arbitrary requests may bring it about. */
  public boolean isWrong() {
    return wrong;
  }

  /** User of the log-in, as far as the provider reports one. */
  public String user() {
    return user;
  }

  /** For the audit log; empty: no user was refused, it is the provider. */
  public String reason() {
    return reason;
  }
}
