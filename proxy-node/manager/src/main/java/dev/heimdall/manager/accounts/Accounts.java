package dev.heimdall.manager.accounts;

import dev.heimdall.manager.store.SharedDocument;
import dev.heimdall.secrets.DocumentStore;
import dev.heimdall.secrets.StoreException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;

/**
 * The accounts of people. Several managers share them: what one changes, the others know a moment
 * later. May be called by any thread; waits for the store.
 */
public final class Accounts {
  /** The account that is there before there are any; it has the role of an admin, always. */
  public static final String FIRST = "admin";

  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9._@-]{0,63}");
  private static final int SHORTEST = 12;
  private static final int LONGEST = 256;
  private static final int MOST = 1000;

  private final SharedDocument<AccountBook> document;
  private final PasswordHash hashes;
  private final boolean firstIsElsewhere;
  private final Clock clock;

  /**
   * @param firstIsElsewhere whether the password of {@link #FIRST} is one of a secret or a file:
   *     then it has no account here, and there is an admin whatever becomes of the others
   */
  public Accounts(
      DocumentStore store,
      PasswordHash hashes,
      boolean firstIsElsewhere,
      Clock clock,
      LongSupplier nanoClock) {
    document = new SharedDocument<>(store, "accounts.json", new AccountsForm(), nanoClock);
    this.hashes = hashes;
    this.firstIsElsewhere = firstIsElsewhere;
    this.clock = clock;
  }

  /** All of them, as they were a moment ago. */
  public List<Account> all() throws StoreException {
    return List.copyOf(document.value().accounts().values());
  }

  /** The one with this name. */
  public Optional<Account> find(String name) throws StoreException {
    return Optional.ofNullable(document.value().accounts().get(name));
  }

  /** The roles that need a second factor. */
  public Set<Role> twoFactors() throws StoreException {
    return document.value().twoFactors();
  }

  /** Has these roles be for those with a second factor; the others set one up first. */
  public void twoFactors(Set<Role> roles) throws StoreException {
    document.change(now -> new AccountBook(now.accounts(), Set.copyOf(roles)));
  }

  /**
   * Makes one, whose password has to be changed at the first log-in.
   *
   * @param by who makes it
   */
  public Account create(String name, Role role, String password, String by)
      throws AccountRefused, PasswordHash.Busy, StoreException {
    if (!NAME.matcher(name).matches()) {
      throw AccountRefused.wrong(
          "The name of an account has 1 to 64 small letters, digits, \".\", \"_\", \"@\" and \"-\","
              + " and begins with a letter or a digit.");
    }
    if (name.equals(FIRST)) {
      throw new AccountRefused(
          AccountRefused.Reason.EXISTS,
          "The account admin is always there; its password is changed by itself.");
    }
    check(name, password);
    Account.Mark mark = mark(by);
    Account account =
        new Account(name, role, hashes.of(password), true, false, Optional.empty(), mark, mark);
    document.change(
        now -> {
          if (now.accounts().containsKey(name)) {
            throw new AccountRefused(
                AccountRefused.Reason.EXISTS, "There is an account %s.".formatted(name));
          }
          if (now.accounts().size() >= MOST) {
            throw AccountRefused.wrong(
                "There are %,d accounts; there may be no more.".formatted(MOST));
          }
          return now.with(account);
        });
    return account;
  }

  /** Gives an account another role, or has it not log in for now. */
  public Account change(String name, Role role, boolean disabled, String by)
      throws AccountRefused, StoreException {
    Account.Mark mark = mark(by);
    return document
        .change(
            now -> {
              return checked(now.with(known(now, name).with(role, disabled, mark)));
            })
        .accounts()
        .get(name);
  }

  /** Gives an account a password that its owner has to change. */
  public void reset(String name, String password, String by)
      throws AccountRefused, PasswordHash.Busy, StoreException {
    check(name, password);
    String hash = hashes.of(password);
    Account.Mark mark = mark(by);
    document.change(now -> now.with(known(now, name).with(hash, true, mark)));
  }

  /**
   * Gives an account the password that its owner wants. The first one gets its account by this.
   *
   * @param before the password that he has logged in with
   */
  public void changeOwn(String name, String before, String password)
      throws AccountRefused, PasswordHash.Busy, StoreException {
    if (name.equals(FIRST) && firstIsElsewhere) {
      throw AccountRefused.wrong(
          "The password of admin is that of managerSecret or managerPasswordFile: change it"
              + " there.");
    }
    check(name, password);
    if (before.equals(password)) {
      throw AccountRefused.wrong("The new password is the old one.");
    }
    String hash = hashes.of(password);
    Account.Mark mark = mark(name);
    document.change(
        now -> {
          Account account =
              name.equals(FIRST) && !now.accounts().containsKey(FIRST)
                  ? new Account(FIRST, Role.ADMIN, hash, false, false, Optional.empty(), mark, mark)
                  : known(now, name);
          return now.with(account.with(hash, false, mark));
        });
  }

  /**
   * Has the first one have an account.
   *
   * @throws AccountRefused when there is none; the message says how he gets one
   */
  public void needFirst() throws AccountRefused, StoreException {
    if (firstIsElsewhere) {
      throw AccountRefused.wrong(
          "The password of admin is that of managerSecret or managerPasswordFile, and nothing more:"
              + " make an account for yourself, which can have a second factor.");
    }
    if (find(FIRST).isEmpty()) {
      throw AccountRefused.wrong(
          "Change the password of admin first: one that was made for him"
              + " has no second factor.");
    }
  }

  /** Change to apply to an account. */
  interface Step {
    Account from(Account now) throws AccountRefused;
  }

  /** Changes what is neither its role nor its password. */
  void changed(String name, Step step) throws AccountRefused, StoreException {
    document.change(now -> now.with(step.from(known(now, name))));
  }

  /** Deletes an account. */
  public void remove(String name, String by) throws AccountRefused, StoreException {
    if (name.equals(by)) {
      throw AccountRefused.wrong("You cannot remove your own account.");
    }
    document.change(
        now -> {
          known(now, name);
          return checked(now.without(name));
        });
  }

  /** As long as the first one has no account here, it is an admin by what is elsewhere. */
  private static AccountBook checked(AccountBook next) throws AccountRefused {
    boolean admin =
        next.accounts().values().stream()
            .anyMatch(account -> account.role() == Role.ADMIN && !account.disabled());
    if (!admin && next.accounts().containsKey(FIRST)) {
      throw new AccountRefused(
          AccountRefused.Reason.LAST_ADMIN, "One account that may change accounts has to remain.");
    }
    return next;
  }

  private static Account known(AccountBook now, String name) throws AccountRefused {
    Account account = now.accounts().get(name);
    if (account == null) {
      throw new AccountRefused(
          AccountRefused.Reason.UNKNOWN, "There is no account %s.".formatted(name));
    }
    return account;
  }

  private static void check(String name, String password) throws AccountRefused {
    if (password.length() < SHORTEST || password.length() > LONGEST) {
      throw AccountRefused.wrong(
          "A password has %d to %d characters.".formatted(SHORTEST, LONGEST));
    }
    if (password.contains(name) && name.length() >= SHORTEST / 2) {
      throw AccountRefused.wrong("The password has the account's name in it.");
    }
  }

  private Account.Mark mark(String by) {
    return new Account.Mark(by, clock.instant());
  }
}
