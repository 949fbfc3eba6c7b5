package dev.heimdall.manager.login;

import dev.heimdall.manager.accounts.Account;
import dev.heimdall.manager.accounts.Accounts;
import dev.heimdall.manager.accounts.PasswordHash;
import dev.heimdall.manager.accounts.Role;
import dev.heimdall.manager.audit.Action;
import dev.heimdall.manager.audit.AuditLog;
import dev.heimdall.secrets.Content;
import dev.heimdall.secrets.StoreException;
import java.net.InetAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;

/** Log-ins as HTTP's scheme {@code Basic} has them. May be asked by any thread. */
public final class LogIn implements AutoCloseable {
  /** The user that there is always. */
  public static final String USER = Accounts.FIRST;

  private static final String UNKNOWN = "unknown";

  private final FirstAdmin first;
  private final Optional<People> people;
  private final Guesses guesses;
  private final Seen seen;
  private final AuditLog audit;

  LogIn(PasswordSource source, LongSupplier nanoClock) {
    this(
        new FirstAdmin(source, false, nanoClock),
        Optional.empty(),
        new AuditLog(Optional.empty(), Clock.systemUTC()),
        nanoClock);
  }

  LogIn(FirstAdmin first, Optional<People> people, AuditLog audit, LongSupplier nanoClock) {
    this.first = first;
    this.people = people;
    this.audit = audit;
    guesses = new Guesses(nanoClock);
    seen = new Seen(nanoClock);
  }

  /**
   * One without accounts: there is the first user only.
   *
   * @throws PasswordException when there can be no password
   */
  public static LogIn with(PasswordPlace place) throws PasswordException {
    LongSupplier nanoClock = System::nanoTime;
    return new LogIn(
        FirstAdmin.with(place, nanoClock),
        Optional.empty(),
        new AuditLog(Optional.empty(), Clock.systemUTC()),
        nanoClock);
  }

  /**
   * Opens the place of the first user's password; a file is made if it is to be.
   *
   * @throws PasswordException when there can be no password
   */
  public static LogIn with(
      PasswordPlace place, Optional<Accounts> accounts, PasswordHash hashes, AuditLog audit)
      throws PasswordException {
    LongSupplier nanoClock = System::nanoTime;
    return new LogIn(
        FirstAdmin.with(place, nanoClock),
        accounts.map(known -> new People(known, hashes, nanoClock)),
        audit,
        nanoClock);
  }

  /**
   * Somebody who is who he claims to be. What he may do, his role says: whoever lets him do
   * something asks that, and lets him do nothing but change his password while he must.
   *
   * @param mustChange whether nothing may be done before the password was changed
   * @param generation which password it was, in a word for {@link #still}
   */
  public record Who(String user, Role role, boolean mustChange, String generation) {
    @Override
    public String toString() {
      return user + " (" + role.spelling() + ")";
    }
  }

  /** What came of a log-in. */
  public sealed interface Outcome {
    /** It is him. */
    record In(Who who) implements Outcome {}

    /** Nobody has shown who he is. */
    record Nobody() implements Outcome {}

    /** It is not who it claims to be, or he may not log in. */
    record Refused() implements Outcome {}

    /** It has to wait, after too many wrong ones. */
    record Wait(Duration time) implements Outcome {}

    /** Nobody can be let in, as the password is not known; the log says why. */
    record Unknown() implements Outcome {}
  }

  /**
   * Judges one request.
   *
   * @param authorization the header of that name
   */
  public Outcome judge(Optional<String> authorization, InetAddress from) {
    return authorization.isEmpty()
        ? new Outcome.Nobody()
        : judge(Shown.basic(authorization.get()), from);
  }

  /** Judges a user's password. */
  public Outcome judge(String user, String password, InetAddress from) {
    return judge(new Shown(user, password), from);
  }

  private Outcome judge(Shown shown, InetAddress from) {
    Optional<Account> account = Optional.empty();
    boolean isFirst = shown.user().equals(USER);
    if (people.isPresent() && !(isFirst && first.isElsewhere())) {
      try {
        account = people.get().find(shown.user());
      } catch (StoreException e) {
        if (!isFirst || !first.holdsWithoutAccounts()) {
          return new Outcome.Unknown();
        }
      }
      if (isFirst && account.isPresent()) {
        first.supersede();
      }
    }
    return people.isEmpty() || isFirst && account.isEmpty()
        ? byFirst(shown, from)
        : byAccount(people.get().new Attempt(account, shown, from), account, shown, from);
  }

  private Outcome byFirst(Shown shown, InetAddress from) {
    try {
      first.known();
    } catch (PasswordException e) {
      return new Outcome.Unknown();
    }
    Guesses.Verdict verdict = guesses.judge(from, shown.user(), first.attempt(shown));
    if (verdict instanceof Guesses.Verdict.Right) {
      return welcome(firstNow(), from);
    }
    return verdict instanceof Guesses.Verdict.Wait wait
        ? new Outcome.Wait(wait.time())
        : refused(shown.user().equals(USER) ? USER : UNKNOWN, from);
  }

  private Outcome byAccount(
      People.Attempt attempt, Optional<Account> account, Shown shown, InetAddress from) {
    Guesses.Verdict verdict = guesses.judge(from, shown.user(), attempt);
    if (verdict instanceof Guesses.Verdict.Right) {
      return welcome(who(account.orElseThrow()), from);
    }
    if (verdict instanceof Guesses.Verdict.Wait wait) {
      return new Outcome.Wait(wait.time());
    }
    if (!attempt.pause().isZero()) {
      return new Outcome.Wait(attempt.pause());
    }
    return attempt.busy()
        ? new Outcome.Wait(Duration.ofSeconds(1))
        : refused(account.map(Account::name).orElse(UNKNOWN), from);
  }

  private Outcome welcome(Who who, InetAddress from) {
    String address = from.getHostAddress();
    if (seen.isNew(who.user() + " " + address)) {
      audit.note(Action.LOG_IN, who.user(), address, "");
    }
    return new Outcome.In(who);
  }

  private Who firstNow() {
    return new Who(USER, Role.ADMIN, first.mustChange(), first.generation());
  }

  private static Who who(Account account) {
    return new Who(
        account.name(), account.role(), account.mustChange(), Content.of(account.hash()).hash());
  }

  /**
   * Somebody who has logged in some time ago, as he is now: with another role perhaps. For
   * sessions, at each request.
   *
   * @return empty: his password is another one by now, or he may not log in any more
   */
  public Optional<Who> still(Who before) {
    return now(before.user()).filter(now -> now.generation().equals(before.generation()));
  }

  private Optional<Who> now(String user) {
    boolean isFirst = user.equals(USER);
    Optional<Account> account = Optional.empty();
    if (people.isPresent() && !(isFirst && first.isElsewhere())) {
      try {
        account = people.get().find(user);
      } catch (StoreException e) {
        return Optional.empty();
      }
    }
    return isFirst && account.isEmpty()
        ? Optional.of(firstNow())
        : account.filter(known -> !known.disabled()).map(LogIn::who);
  }

  /** Names that nobody has are not taken down: one may be a password in the wrong field. */
  private Outcome refused(String user, InetAddress from) {
    audit.note(Action.LOG_IN_REFUSED, user, from.getHostAddress(), "");
    return new Outcome.Refused();
  }

  @Override
  public void close() {
    first.close();
  }
}
