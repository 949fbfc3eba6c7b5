package dev.heimdall.manager.login;

import dev.heimdall.manager.accounts.Access;
import dev.heimdall.manager.accounts.Account;
import dev.heimdall.manager.accounts.Accounts;
import dev.heimdall.manager.accounts.PasswordHash;
import dev.heimdall.manager.accounts.Role;
import dev.heimdall.manager.accounts.SecondFactors;
import dev.heimdall.manager.accounts.Token;
import dev.heimdall.secrets.StoreException;
import java.util.Optional;
import java.util.function.LongSupplier;

/** Log-ins by accounts of people. One that there is not takes as long as one that there is. */
final class People {
  private final Access access;
  private final PasswordHash hashes;
  private final Proofs proofs;

  People(Access access, PasswordHash hashes, LongSupplier nanoClock) {
    this.access = access;
    this.hashes = hashes;
    proofs = new Proofs(nanoClock);
  }

  Optional<Account> find(String name) throws StoreException {
    return access.accounts().find(name);
  }

  Principal who(Account account) throws StoreException {
    return Principal.byPassword(account.name(), account.role(), due(account), account.generation());
  }

  private Principal.Due due(Account account) throws StoreException {
    if (account.mustChange()) {
      return Principal.Due.PASSWORD;
    }
    return access.accounts().twoFactors().contains(account.role()) && !account.asksForCode()
        ? Principal.Due.SECOND_FACTOR
        : Principal.Due.NOTHING;
  }

  /** Accounts by their names. */
  interface Known {
    Optional<Account> find(String name) throws StoreException;
  }

  /** A token, and who its owner is by now. */
  record Holder(Token token, Principal who) {}

  /**
   * Returns the owner of a token.
   *
   * @param accounts those that count, by their names
   * @return empty: without a user, or of one who may not log in
   */
  Optional<Holder> holder(String word, Known accounts) throws StoreException {
    Optional<Token> token = access.tokens().find(word);
    if (token.isEmpty()) {
      return Optional.empty();
    }
    Optional<Account> account = accounts.find(token.get().owner());
    if (token.get().owner().equals(Accounts.FIRST) && account.isEmpty()) {
      return token
          .filter(known -> known.ownerSince().equals(Token.SINCE_EVER))
          .map(known -> held(known, Role.ADMIN, Principal.Due.NOTHING));
    }
    Optional<Account> owner =
        account
            .filter(known -> !known.disabled() && !known.mustChange())
            .filter(known -> known.created().at().equals(token.get().ownerSince()));
    return owner.isEmpty()
        ? Optional.empty()
        : Optional.of(held(token.get(), owner.get().role(), due(owner.get())));
  }

  private static Holder held(Token token, Role role, Principal.Due due) {
    return new Holder(
        token,
        new Principal(
            token.owner(), token.role().least(role), due, token.id(), Principal.Means.TOKEN));
  }

  void used(Holder holder) {
    access.tokens().used(holder.token());
  }

  /** A password that is tried at an account, which there may not be. */
  final class Attempt implements Guesses.Try {
    private final Optional<Account> account;
    private final ShownPassword shown;
    private boolean busy;

    Attempt(Optional<Account> account, ShownPassword shown) {
      this.account = account.filter(known -> !known.disabled());
      this.shown = shown;
    }

    @Override
    public boolean right() {
      return account.isPresent() && proofs.has(account.get(), shown.password());
    }

    @Override
    public boolean rightByNow() {
      try {
        boolean right =
            account.isPresent()
                ? hashes.is(account.get().hash(), shown.password())
                : hashes.isNobodys(shown.password());
        if (right) {
          proofs.keep(account.get(), shown.password());
        }
        return right;
      } catch (PasswordHash.Busy e) {
        busy = true;
        return false;
      }
    }

    /** Nothing is looked at while too many log in. */
    @Override
    public boolean seen() {
      return !busy;
    }
  }

  /** A code that is tried, after the password. */
  final class CodeAttempt implements Guesses.Try {
    private final String user;
    private final String shown;
    private boolean unavailable;
    private SecondFactors.Code code = SecondFactors.Code.WRONG;

    CodeAttempt(String user, String shown) {
      this.user = user;
      this.shown = shown;
    }

    /** Each is good once, so that none is known. */
    @Override
    public boolean right() {
      return false;
    }

    @Override
    public boolean rightByNow() {
      try {
        code = access.factors().take(user, shown);
      } catch (StoreException e) {
        unavailable = true;
      }
      return code != SecondFactors.Code.WRONG;
    }

    SecondFactors.Code code() {
      return code;
    }

    /** True if no user can be let in, as what is taken cannot be written down. */
    boolean unavailable() {
      return unavailable;
    }
  }
}
