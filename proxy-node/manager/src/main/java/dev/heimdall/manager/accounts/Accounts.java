package dev.heimdall.manager.accounts;

import dev.heimdall.manager.store.SharedDocument;
import dev.heimdall.secrets.DocumentStore;
import dev.heimdall.secrets.StoreException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
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

  private final SharedDocument<SortedMap<String, Account>> document;
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
    return List.copyOf(document.value().values());
  }

  /** The one with this name. */
  public Optional<Account> find(String name) throws StoreException {
    return Optional.ofNullable(document.value().get(name));
  }

  /**
   * Makes one, whose password has to be changed at the first log-in.
   *
   * @param by who makes it
   */
  public Account create(String name, Role role, String password, String by)
      throws AccountRefused, PasswordHash.Busy, StoreException {
    if (!NAME.matcher(name).matches()) {
      throw wrong(
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
    Account account = new Account(name, role, hashes.of(password), true, false, mark, mark);
    document.change(
        now -> {
          if (now.containsKey(name)) {
            throw new AccountRefused(
                AccountRefused.Reason.EXISTS, "There is an account %s.".formatted(name));
          }
          if (now.size() >= MOST) {
            throw wrong("There are %,d accounts; there may be no more.".formatted(MOST));
          }
          return with(now, account);
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
              SortedMap<String, Account> next =
                  with(now, known(now, name).with(role, disabled, mark));
              return checked(next);
            })
        .get(name);
  }

  /** Gives an account a password that its owner has to change. */
  public void reset(String name, String password, String by)
      throws AccountRefused, PasswordHash.Busy, StoreException {
    check(name, password);
    String hash = hashes.of(password);
    Account.Mark mark = mark(by);
    document.change(now -> with(now, known(now, name).with(hash, true, mark)));
  }

  /**
   * Gives an account the password that its owner wants. The first one gets its account by this.
   *
   * @param before the password that he has logged in with
   */
  public void changeOwn(String name, String before, String password)
      throws AccountRefused, PasswordHash.Busy, StoreException {
    if (name.equals(FIRST) && firstIsElsewhere) {
      throw wrong(
          "The password of admin is that of managerSecret or managerPasswordFile: change it"
              + " there.");
    }
    check(name, password);
    if (before.equals(password)) {
      throw wrong("The new password is the old one.");
    }
    String hash = hashes.of(password);
    Account.Mark mark = mark(name);
    document.change(
        now -> {
          Account account =
              name.equals(FIRST) && !now.containsKey(FIRST)
                  ? new Account(FIRST, Role.ADMIN, hash, false, false, mark, mark)
                  : known(now, name);
          return with(now, account.with(hash, false, mark));
        });
  }

  /** Deletes an account. */
  public void remove(String name, String by) throws AccountRefused, StoreException {
    if (name.equals(by)) {
      throw wrong("Nobody removes his own account.");
    }
    document.change(
        now -> {
          known(now, name);
          SortedMap<String, Account> next = new TreeMap<>(now);
          next.remove(name);
          return checked(next);
        });
  }

  /** As long as the first one has no account here, it is an admin by what is elsewhere. */
  private SortedMap<String, Account> checked(SortedMap<String, Account> next)
      throws AccountRefused {
    boolean admin =
        next.values().stream()
            .anyMatch(account -> account.role() == Role.ADMIN && !account.disabled());
    if (!admin && next.containsKey(FIRST)) {
      throw new AccountRefused(
          AccountRefused.Reason.LAST_ADMIN, "Somebody has to be left who may change accounts.");
    }
    return next;
  }

  private static Account known(SortedMap<String, Account> now, String name) throws AccountRefused {
    Account account = now.get(name);
    if (account == null) {
      throw new AccountRefused(
          AccountRefused.Reason.UNKNOWN, "There is no account %s.".formatted(name));
    }
    return account;
  }

  private static SortedMap<String, Account> with(SortedMap<String, Account> now, Account account) {
    SortedMap<String, Account> next = new TreeMap<>(now);
    next.put(account.name(), account);
    return next;
  }

  private static void check(String name, String password) throws AccountRefused {
    if (password.length() < SHORTEST || password.length() > LONGEST) {
      throw wrong("A password has %d to %d characters.".formatted(SHORTEST, LONGEST));
    }
    if (password.contains(name) && name.length() >= SHORTEST / 2) {
      throw wrong("The password has the account's name in it.");
    }
  }

  private static AccountRefused wrong(String message) {
    return new AccountRefused(AccountRefused.Reason.WRONG, message);
  }

  private Account.Mark mark(String by) {
    return new Account.Mark(by, clock.instant());
  }
}
