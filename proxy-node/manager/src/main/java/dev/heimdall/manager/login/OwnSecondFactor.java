package dev.heimdall.manager.login;

import dev.heimdall.manager.accounts.Access;
import dev.heimdall.manager.accounts.AccountRefused;
import dev.heimdall.manager.accounts.Accounts;
import dev.heimdall.manager.accounts.SecondFactor;
import dev.heimdall.manager.audit.Action;
import dev.heimdall.manager.audit.AuditLog;
import dev.heimdall.secrets.StoreException;
import java.net.InetAddress;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * Gives people their second factors, and takes them away. Its caller has had the password shown
 * just now: a browser that was left open changes neither.
 *
 * @param access empty: there is no place for them
 */
public record OwnSecondFactor(Optional<Access> access, AuditLog audit) {
  private static final String ISSUER = "Heimdall";

  private Access access(String user) throws AccountRefused, StoreException {
    Access there = access.orElseThrow(AccountRefused::noPlace);
    if (user.equals(Accounts.FIRST)) {
      there.accounts().needFirst();
    }
    return there;
  }

  /** The second factor of an account, or what is offered to it. */
  public Optional<SecondFactor> find(String user) throws StoreException {
    return access.isEmpty()
        ? Optional.empty()
        : access.get().accounts().find(user).flatMap(account -> account.factor());
  }

  /** Returns the URI that authenticators read from a picture. */
  public static String uri(String user, String secret) {
    return "otpauth://totp/%s:%s?secret=%s&issuer=%s&algorithm=SHA1&digits=6&period=30"
        .formatted(ISSUER, URLEncoder.encode(user, StandardCharsets.UTF_8), secret, ISSUER);
  }

  /** Offers a secret. */
  public String offer(String user) throws AccountRefused, StoreException {
    return access(user).factors().offer(user);
  }

  /**
   * Switches on what was offered; all sessions of before end with it.
   *
   * @return recovery codes
   */
  public List<String> confirm(String user, String code, InetAddress from)
      throws AccountRefused, StoreException {
    List<String> recovery = access(user).factors().confirm(user, code);
    audit.note(Action.SECOND_FACTOR_ADDED, user, from.getHostAddress(), user);
    return recovery;
  }

  /** Removes it. */
  public void remove(String user, InetAddress from) throws AccountRefused, StoreException {
    access(user).factors().remove(user);
    audit.note(Action.SECOND_FACTOR_REMOVED, user, from.getHostAddress(), user);
  }
}
