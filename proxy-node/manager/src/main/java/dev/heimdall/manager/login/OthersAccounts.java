package dev.heimdall.manager.login;

import dev.heimdall.manager.accounts.Access;
import dev.heimdall.manager.accounts.Account;
import dev.heimdall.manager.accounts.AccountRefused;
import dev.heimdall.manager.accounts.Accounts;
import dev.heimdall.manager.accounts.PasswordHash;
import dev.heimdall.manager.accounts.Role;
import dev.heimdall.manager.audit.Action;
import dev.heimdall.manager.audit.AuditLog;
import dev.heimdall.secrets.StoreException;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The accounts of others, as an administrator changes them: what he does is taken down.
 *
 * @param access empty: there is no place for them
 */
public record OthersAccounts(Optional<Access> access, AuditLog audit) {
  /**
   * Author of an action.
   *
   * @param address where he is
   */
  public record By(String user, String address) {}

  private Access there() throws AccountRefused {
    return access.orElseThrow(AccountRefused::noPlace);
  }

  /** Those there are. */
  public Accounts all() throws AccountRefused {
    return there().accounts();
  }

  /** Makes one, whose password has to be changed at the first log-in. */
  public Account create(String name, Role role, String password, By by)
      throws AccountRefused, PasswordHash.Busy, StoreException {
    Account made = all().create(name, role, password, by.user());
    note(Action.ACCOUNT_CREATED, by, made.name() + " " + made.role().spelling());
    return made;
  }

  /** Gives one another role, or has it not log in for now. */
  public Account change(String name, Role role, boolean disabled, By by)
      throws AccountRefused, StoreException {
    Account changed = all().change(name, role, disabled, by.user());
    note(
        Action.ACCOUNT_CHANGED,
        by,
        name + " " + changed.role().spelling() + (changed.disabled() ? " disabled" : ""));
    return changed;
  }

  /** Gives one a password that its owner has to change. */
  public void reset(String name, String password, By by)
      throws AccountRefused, PasswordHash.Busy, StoreException {
    all().reset(name, password, by.user());
    note(Action.PASSWORD_CHANGED, by, name);
  }

  /** For a user who has lost his authenticator and his recovery codes. */
  public void removeFactor(String name, By by) throws AccountRefused, StoreException {
    there().factors().remove(name);
    note(Action.SECOND_FACTOR_REMOVED, by, name);
  }

  /** Has these roles be for those with a second factor. */
  public void twoFactors(Set<Role> roles, By by) throws AccountRefused, StoreException {
    all().twoFactors(roles);
    note(
        Action.SECOND_FACTOR_REQUIRED,
        by,
        roles.stream().sorted().map(Role::spelling).collect(Collectors.joining(" ")));
  }

  /** Deletes one. */
  public void remove(String name, By by) throws AccountRefused, StoreException {
    all().remove(name, by.user());
    note(Action.ACCOUNT_REMOVED, by, name);
  }

  private void note(Action action, By by, String subject) {
    audit.note(action, by.user(), by.address(), subject);
  }
}
