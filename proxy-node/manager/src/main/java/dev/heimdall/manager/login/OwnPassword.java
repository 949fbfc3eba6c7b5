package dev.heimdall.manager.login;

import dev.heimdall.manager.accounts.Access;
import dev.heimdall.manager.accounts.AccountRefused;
import dev.heimdall.manager.accounts.PasswordHash;
import dev.heimdall.manager.audit.Action;
import dev.heimdall.manager.audit.AuditLog;
import dev.heimdall.secrets.StoreException;
import java.util.Optional;

/**
 * Gives people the passwords that they want, once they have shown theirs again.
 *
 * @param access empty: there is no place for them, and no other password
 */
public record OwnPassword(LogIn logIn, Optional<Access> access, AuditLog audit) {
  /**
   * Changes one.
   *
   * @return what came of showing the current one, unless it was right
   * @throws AccountRefused when the new one cannot be
   */
  public Optional<LogIn.Outcome> change(String user, String current, String password, Caller caller)
      throws AccountRefused, PasswordHash.Busy, StoreException {
    Optional<LogIn.Outcome> refused = logIn.refusal(user, current, caller);
    if (refused.isPresent()) {
      return refused;
    }
    access.orElseThrow(AccountRefused::noPlace).accounts().changeOwn(user, current, password);
    audit.note(Action.PASSWORD_CHANGED, user, caller.address(), user);
    return Optional.empty();
  }
}
