package dev.heimdall.manager.login;

import dev.heimdall.manager.accounts.Access;
import dev.heimdall.manager.accounts.Account;
import dev.heimdall.manager.accounts.AccountRefused;
import dev.heimdall.manager.accounts.Role;
import dev.heimdall.manager.accounts.Token;
import dev.heimdall.manager.accounts.Tokens;
import dev.heimdall.manager.audit.Action;
import dev.heimdall.manager.audit.AuditLog;
import dev.heimdall.secrets.StoreException;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/**
 * Gives people tokens for their programs.
 *
 * @param access empty: there is no place for them
 */
public record OwnTokens(LogIn logIn, Optional<Access> access, AuditLog audit) {
  private Access there() throws AccountRefused {
    return access.orElseThrow(AccountRefused::noPlace);
  }

  /** Those of a user. */
  public List<Token> of(String user) throws StoreException {
    return access.isEmpty() ? List.of() : access.get().tokens().of(user);
  }

  /** Those of everybody. */
  public List<Token> all() throws StoreException {
    return access.isEmpty() ? List.of() : access.get().tokens().all();
  }

  /**
   * Makes one.
   *
   * @param role which has to be one that its owner may do all of
   */
  public Tokens.Made create(Principal who, String name, Role role, int days, InetAddress from)
      throws AccountRefused, StoreException {
    if (role.least(who.role()) != role) {
      throw AccountRefused.wrong(
          "A token may do no more than its owner, whose role is %s."
              .formatted(who.role().spelling()));
    }
    Optional<Account> account = logIn.account(who.user());
    Tokens.Made made =
        there()
            .tokens()
            .create(
                who.user(),
                account.map(known -> known.created().at()).orElse(Token.SINCE_EVER),
                name,
                role,
                days);
    audit.note(
        Action.TOKEN_CREATED,
        who.user(),
        from.getHostAddress(),
        made.token().id() + " " + role.spelling());
    return made;
  }

  /**
   * Ends one.
   *
   * @param owner whose it has to be; empty: anybody's
   */
  public void revoke(String user, String id, Optional<String> owner, InetAddress from)
      throws AccountRefused, StoreException {
    Token gone = there().tokens().revoke(id, owner);
    audit.note(
        Action.TOKEN_REVOKED, user, from.getHostAddress(), gone.id() + " of " + gone.owner());
  }
}
