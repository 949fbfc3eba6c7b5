package dev.heimdall.manager.login;

import dev.heimdall.manager.accounts.Access;
import dev.heimdall.manager.accounts.Account;
import dev.heimdall.manager.accounts.Accounts;
import dev.heimdall.manager.accounts.PasswordHash;
import dev.heimdall.manager.accounts.Role;
import dev.heimdall.manager.audit.Action;
import dev.heimdall.manager.audit.AuditLog;
import dev.heimdall.secrets.StoreException;
import java.net.InetAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * Log-ins with a password, and a code where an account has a second factor; programs may show a
 * token. May be asked by any thread.
 */
public final class LogIn implements AutoCloseable {
  /** The user that there is always. */
  public static final String USER = Accounts.FIRST;

  private static final String UNKNOWN = "unknown";

  /** No user is called so. */
  private static final String ELSEWHERE = " elsewhere";

  private final FirstAdmin first;
  private final Optional<People> people;
  private final Guesses guesses;
  private final Seen seen;
  private final Seen delayed;
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
    delayed = new Seen(nanoClock);
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
      PasswordPlace place, Optional<Access> access, PasswordHash hashes, AuditLog audit)
      throws PasswordException {
    LongSupplier nanoClock = System::nanoTime;
    return new LogIn(
        FirstAdmin.with(place, nanoClock),
        access.map(known -> new People(known, hashes, nanoClock)),
        audit,
        nanoClock);
  }

  /** What came of a log-in. */
  public sealed interface Outcome {
    /** It is him. */
    record In(Who who) implements Outcome {}

    /** Nobody has shown who he is. */
    record Nobody() implements Outcome {}

    /**
     * He has shown the right password, and has to show a code besides; he is not in yet.
     *
     * @param who as he is to be shown to {@link LogIn#judgeCode} with the code
     */
    record CodeNeeded(Who who) implements Outcome {}

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
   * @param code of his second factor, if there was one with it
   */
  public Outcome judge(Optional<String> authorization, Optional<String> code, InetAddress from) {
    if (authorization.isEmpty()) {
      return new Outcome.Nobody();
    }
    Optional<String> token = Shown.bearer(authorization.get());
    if (token.isPresent()) {
      return byToken(token.get(), from);
    }
    Outcome outcome = judge(Shown.basic(authorization.get()), from);
    return outcome instanceof Outcome.CodeNeeded needed && code.isPresent()
        ? judgeCode(needed.who(), code.get(), from)
        : outcome;
  }

  /**
   * Has somebody log in elsewhere, unless his address has to wait after wrong log-ins.
   *
   * @param attempt whether it was no wrong one; may wait
   * @return how long he has to wait; empty: he has tried
   */
  public Optional<Duration> tryElsewhere(InetAddress from, BooleanSupplier attempt) {
    Guesses.Verdict verdict = guesses.judge(from, ELSEWHERE, Guesses.Try.later(attempt));
    return verdict instanceof Guesses.Verdict.Wait wait
        ? Optional.of(wait.time())
        : Optional.empty();
  }

  /** Judges a user's password. */
  public Outcome judge(String user, String password, InetAddress from) {
    return judge(new Shown(user, password), from);
  }

  /**
   * What keeps a password from being the right one of somebody who is in already; no code is asked
   * for.
   */
  public Optional<Outcome> refusal(String user, String password, InetAddress from) {
    Outcome outcome = judge(user, password, from);
    return outcome instanceof Outcome.In || outcome instanceof Outcome.CodeNeeded
        ? Optional.empty()
        : Optional.of(outcome);
  }

  /** Judges the code of somebody whose password was right a moment ago. */
  public Outcome judgeCode(Who before, String code, InetAddress from) {
    Optional<Who> now = still(before);
    if (now.isEmpty() || people.isEmpty()) {
      return refused(before.user(), from);
    }
    Who who = now.get();
    People.CodeAttempt attempt = people.get().new CodeAttempt(who.user(), code, from);
    // A right password forgives no wrong codes: these are counted by a name of their own.
    Guesses.Verdict verdict = guesses.judge(from, who.user() + " code", attempt);
    if (verdict instanceof Guesses.Verdict.Wait wait) {
      return delayed(who.user(), from, wait.time());
    }
    if (!attempt.pause().isZero()) {
      return delayed(who.user(), from, attempt.pause());
    }
    if (attempt.unavailable()) {
      return new Outcome.Unknown();
    }
    return switch (attempt.code()) {
      case WRONG -> refused(who.user(), from, "code");
      case CURRENT -> welcome(who, from);
      case RECOVERY -> {
        audit.note(Action.LOG_IN, who.user(), from.getHostAddress(), "recovery code");
        yield new Outcome.In(who);
      }
    };
  }

  private Outcome byToken(String word, InetAddress from) {
    try {
      Optional<People.Holder> holder =
          people.isEmpty() ? Optional.empty() : people.get().holder(word, this::account);
      if (holder.isPresent()) {
        people.get().used(holder.get());
        return welcome(holder.get().who(), from, "token " + holder.get().token().id());
      }
    } catch (StoreException e) {
      return new Outcome.Unknown();
    }
    // Nobody guesses one; he who tries is slowed down for the sake of the log.
    Guesses.Verdict verdict = guesses.judge(from, "", Guesses.Try.WRONG);
    return verdict instanceof Guesses.Verdict.Wait wait
        ? delayed(UNKNOWN, from, wait.time())
        : refused(UNKNOWN, from, "token");
  }

  /** The account of a user: the first one may have none. */
  Optional<Account> account(String user) throws StoreException {
    return people.isEmpty() || user.equals(USER) && first.isElsewhere()
        ? Optional.empty()
        : people.get().find(user);
  }

  private Outcome judge(Shown shown, InetAddress from) {
    Optional<Account> account = Optional.empty();
    boolean isFirst = shown.user().equals(USER);
    try {
      account = account(shown.user());
    } catch (StoreException e) {
      if (!isFirst || !first.holdsWithoutAccounts()) {
        return new Outcome.Unknown();
      }
    }
    if (isFirst && account.isPresent()) {
      first.supersede();
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
    String user = shown.user().equals(USER) ? USER : UNKNOWN;
    return verdict instanceof Guesses.Verdict.Wait wait
        ? delayed(user, from, wait.time())
        : refused(user, from);
  }

  private Outcome byAccount(
      People.Attempt attempt, Optional<Account> account, Shown shown, InetAddress from) {
    Guesses.Verdict verdict = guesses.judge(from, shown.user(), attempt);
    if (verdict instanceof Guesses.Verdict.Right) {
      Account known = account.orElseThrow();
      Who who;
      try {
        who = people.orElseThrow().who(known);
      } catch (StoreException e) {
        return new Outcome.Unknown();
      }
      return known.asksForCode() ? new Outcome.CodeNeeded(who) : welcome(who, from);
    }
    String user = account.map(Account::name).orElse(UNKNOWN);
    if (verdict instanceof Guesses.Verdict.Wait wait) {
      return delayed(user, from, wait.time());
    }
    if (!attempt.pause().isZero()) {
      return delayed(user, from, attempt.pause());
    }
    return attempt.busy() ? new Outcome.Wait(Duration.ofSeconds(1)) : refused(user, from);
  }

  /** Who tries on is taken down once, as long as he goes on. */
  private Outcome delayed(String user, InetAddress from, Duration time) {
    String address = from.getHostAddress();
    if (delayed.isNew(user + " " + address)) {
      audit.note(Action.LOG_IN_DELAYED, user, address, "");
    }
    return new Outcome.Wait(time);
  }

  private Outcome welcome(Who who, InetAddress from) {
    return welcome(who, from, "");
  }

  private Outcome welcome(Who who, InetAddress from, String by) {
    String address = from.getHostAddress();
    if (seen.isNew(who.user() + " " + address + " " + by)) {
      audit.note(Action.LOG_IN, who.user(), address, by);
    }
    return new Outcome.In(who);
  }

  private Who firstNow() {
    return Who.byPassword(
        USER,
        Role.ADMIN,
        first.mustChange() ? Who.Due.PASSWORD : Who.Due.NOTHING,
        first.generation());
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

  /** Somebody as he is now; empty: he may not log in. */
  public Optional<Who> now(String user) {
    try {
      Optional<Account> account = account(user);
      if (account.isPresent()) {
        return account.get().disabled()
            ? Optional.empty()
            : Optional.of(people.orElseThrow().who(account.get()));
      }
      if (!user.equals(USER)) {
        return Optional.empty();
      }
      first.known();
      return Optional.of(firstNow());
    } catch (StoreException | PasswordException e) {
      return Optional.empty();
    }
  }

  /** Names that nobody has are not taken down: one may be a password in the wrong field. */
  private Outcome refused(String user, InetAddress from) {
    return refused(user, from, "");
  }

  private Outcome refused(String user, InetAddress from, String by) {
    audit.note(Action.LOG_IN_REFUSED, user, from.getHostAddress(), by);
    return new Outcome.Refused();
  }

  @Override
  public void close() {
    first.close();
  }
}
