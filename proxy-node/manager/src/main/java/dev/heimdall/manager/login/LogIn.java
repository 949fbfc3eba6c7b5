package dev.heimdall.manager.login;

import dev.heimdall.manager.accounts.Access;
import dev.heimdall.manager.accounts.Account;
import dev.heimdall.manager.accounts.Accounts;
import dev.heimdall.manager.accounts.PasswordHash;
import dev.heimdall.manager.accounts.Role;
import dev.heimdall.manager.audit.Action;
import dev.heimdall.manager.audit.AuditLog;
import dev.heimdall.routing.bounded.BoundedMap;
import dev.heimdall.secrets.StoreException;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * Log-ins with a password, and a code where an account has a second factor; programs may show a
 * token. May be asked by any thread; where a user has to wait for his turn, {@link
 * dev.heimdall.manager.web.DeferredRequest} is thrown before anything is tried.
 */
public final class LogIn implements AutoCloseable {
  /** The user that there is always. */
  public static final String USER = Accounts.FIRST;

  private static final String UNKNOWN = "unknown";
  private static final int MOST_LET_IN = 4096;

  private final FirstAdmin first;
  private final Optional<People> people;
  private final Optional<DirectoryPeople> directory;
  private final Guesses guesses;

  /** Of a directory: these names exist, other ones may be made up. Guarded by itself. */
  private final Map<String, Boolean> letIn = BoundedMap.ofLastUsed(MOST_LET_IN);

  private final RecentVisits seen;
  private final RecentVisits delayed;
  private final AuditLog audit;

  LogIn(PasswordSource source, LongSupplier nanoClock) {
    this(
        new FirstAdmin(source, false, nanoClock),
        Optional.empty(),
        new AuditLog(Optional.empty(), Clock.systemUTC()),
        nanoClock);
  }

  LogIn(FirstAdmin first, Optional<People> people, AuditLog audit, LongSupplier nanoClock) {
    this(first, people, Optional.empty(), audit, nanoClock);
  }

  LogIn(
      FirstAdmin first,
      Optional<People> people,
      Optional<DirectoryPeople> directory,
      AuditLog audit,
      LongSupplier nanoClock) {
    this.first = first;
    this.people = people;
    this.directory = directory;
    this.audit = audit;
    guesses = new Guesses(nanoClock);
    seen = new RecentVisits(nanoClock);
    delayed = new RecentVisits(nanoClock);
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
    return with(place, access, hashes, Optional.empty(), audit);
  }

  /**
   * Opens the place of the first user's password, where people without an account may be known to a
   * directory.
   *
   * @throws PasswordException when there can be no password
   */
  public static LogIn with(
      PasswordPlace place,
      Optional<Access> access,
      PasswordHash hashes,
      Optional<DirectoryPeople> directory,
      AuditLog audit)
      throws PasswordException {
    LongSupplier nanoClock = System::nanoTime;
    return new LogIn(
        FirstAdmin.with(place, nanoClock),
        access.map(known -> new People(known, hashes, nanoClock)),
        directory,
        audit,
        nanoClock);
  }

  /** Outcome of a log-in. */
  public sealed interface Outcome {
    /** It is him. */
    record In(Principal who) implements Outcome {}

    /** No user has been authenticated. */
    record Nobody() implements Outcome {}

    /**
     * He has shown the right password, and has to show a code besides; he is not in yet.
     *
     * @param who as he is to be shown to {@link LogIn#judgeCode} with the code
     */
    record CodeNeeded(Principal who) implements Outcome {}

    /** It is not who it claims to be, or he may not log in. */
    record Refused() implements Outcome {}

    /** It has to wait, after too many wrong ones. */
    record Wait(Duration time) implements Outcome {}

    /** No user can be let in, as the password is not known; the log has the reason. */
    record Unknown() implements Outcome {}
  }

  /**
   * Judges one request.
   *
   * @param authorization the header of that name
   * @param code of his second factor, if there was one with it
   */
  public Outcome judge(Optional<String> authorization, Optional<String> code, Caller caller) {
    if (authorization.isEmpty()) {
      return new Outcome.Nobody();
    }
    Optional<String> token = ShownPassword.bearer(authorization.get());
    if (token.isPresent()) {
      return byToken(token.get(), caller);
    }
    Outcome outcome = judge(ShownPassword.basic(authorization.get()), caller);
    return outcome instanceof Outcome.CodeNeeded needed && code.isPresent()
        ? judgeCode(needed.who(), code.get(), caller)
        : outcome;
  }

  /**
   * Has a user log in elsewhere, unless his address has to wait after wrong log-ins.
   *
   * @param attempt whether it was no wrong one; may wait
   * @return how long he has to wait; empty: he has tried
   */
  public Optional<Duration> tryElsewhere(Caller caller, BooleanSupplier attempt) {
    Guesses.Verdict verdict = guesses.judge(caller, Tried.provider(), Guesses.Try.later(attempt));
    return verdict instanceof Guesses.Verdict.Wait wait
        ? Optional.of(wait.time())
        : Optional.empty();
  }

  /** Judges a user's password. */
  public Outcome judge(String user, String password, Caller caller) {
    return judge(new ShownPassword(user, password), caller);
  }

  /**
   * Returns the reason that a password is not the right one of a user who is already logged in; no
   * code is requested.
   */
  public Optional<Outcome> refusal(String user, String password, Caller caller) {
    Outcome outcome = judge(user, password, caller);
    return outcome instanceof Outcome.In || outcome instanceof Outcome.CodeNeeded
        ? Optional.empty()
        : Optional.of(outcome);
  }

  /** Judges the code of a user whose password was right a moment ago. */
  public Outcome judgeCode(Principal before, String code, Caller caller) {
    Optional<Principal> now = still(before);
    if (now.isEmpty() || people.isEmpty()) {
      return refused(before.user(), caller);
    }
    Principal who = now.get();
    People.CodeAttempt attempt = people.get().new CodeAttempt(who.user(), code);
    Guesses.Verdict verdict = guesses.judge(caller, Tried.code(who.user()), attempt);
    if (verdict instanceof Guesses.Verdict.Wait wait) {
      return delayed(who.user(), caller, wait.time());
    }
    if (attempt.unavailable()) {
      return new Outcome.Unknown();
    }
    return switch (attempt.code()) {
      case WRONG -> refused(who.user(), caller, "code");
      case CURRENT -> welcome(who, caller);
      case RECOVERY -> {
        guesses.met(caller, who.user());
        audit.note(Action.LOG_IN, who.user(), caller.address(), "recovery code");
        yield new Outcome.In(who);
      }
    };
  }

  private Outcome byToken(String word, Caller caller) {
    try {
      Optional<People.Holder> holder =
          people.isEmpty() ? Optional.empty() : people.get().holder(word, this::account);
      if (holder.isPresent()) {
        people.get().used(holder.get());
        return in(holder.get().who(), caller, "token " + holder.get().token().id());
      }
    } catch (StoreException e) {
      return new Outcome.Unknown();
    }
    // Guessing one is hopeless; he who tries is slowed down for the sake of the log.
    Guesses.Verdict verdict = guesses.judge(caller, Tried.token(), Guesses.Try.WRONG);
    return verdict instanceof Guesses.Verdict.Wait wait
        ? delayed(UNKNOWN, caller, wait.time())
        : refused(UNKNOWN, caller, "token");
  }

  /** The account of a user: the first one may have none. */
  Optional<Account> account(String user) throws StoreException {
    return people.isEmpty() || user.equals(USER) && first.isElsewhere()
        ? Optional.empty()
        : people.get().find(user);
  }

  private Outcome judge(ShownPassword shown, Caller caller) {
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
    if (directory.isPresent() && !isFirst && account.isEmpty()) {
      return byDirectory(directory.get().new Attempt(shown, caller.from()), shown, caller);
    }
    return people.isEmpty() || isFirst && account.isEmpty()
        ? byFirst(shown, caller)
        : byAccount(people.get().new Attempt(account, shown), account, shown, caller);
  }

  private Outcome byFirst(ShownPassword shown, Caller caller) {
    try {
      first.known();
    } catch (PasswordException e) {
      return new Outcome.Unknown();
    }
    boolean exists = shown.user().equals(USER);
    Guesses.Verdict verdict =
        guesses.judge(caller, Tried.password(shown.user(), exists), first.attempt(shown));
    if (verdict instanceof Guesses.Verdict.Right) {
      return welcome(firstNow(), caller);
    }
    String user = exists ? USER : UNKNOWN;
    return verdict instanceof Guesses.Verdict.Wait wait
        ? delayed(user, caller, wait.time())
        : refused(user, caller);
  }

  private Outcome byAccount(
      People.Attempt attempt, Optional<Account> account, ShownPassword shown, Caller caller) {
    Guesses.Verdict verdict =
        guesses.judge(caller, Tried.password(shown.user(), account.isPresent()), attempt);
    if (verdict instanceof Guesses.Verdict.Right) {
      Account known = account.orElseThrow();
      Principal who;
      try {
        who = people.orElseThrow().who(known);
      } catch (StoreException e) {
        return new Outcome.Unknown();
      }
      // A password without its code makes no network its user's own.
      return known.asksForCode() ? new Outcome.CodeNeeded(who) : welcome(who, caller);
    }
    if (verdict instanceof Guesses.Verdict.Wait wait && !attempt.seen()) {
      return new Outcome.Wait(wait.time());
    }
    String user = account.map(Account::name).orElse(UNKNOWN);
    return verdict instanceof Guesses.Verdict.Wait wait
        ? delayed(user, caller, wait.time())
        : refused(user, caller);
  }

  private Outcome byDirectory(DirectoryPeople.Attempt attempt, ShownPassword shown, Caller caller) {
    String user = DirectoryPeople.PREFIX + shown.user();
    Guesses.Verdict verdict = guesses.judge(caller, Tried.password(user, isLetIn(user)), attempt);
    if (attempt.unavailable()) {
      return new Outcome.Unknown();
    }
    if (verdict instanceof Guesses.Verdict.Wait wait) {
      return delayed(UNKNOWN, caller, wait.time());
    }
    if (!(verdict instanceof Guesses.Verdict.Right)) {
      return refused(UNKNOWN, caller, "directory");
    }
    if (attempt.who().isEmpty()) {
      return refused(user, caller, "directory: no role");
    }
    synchronized (letIn) {
      letIn.put(user, true);
    }
    return welcome(attempt.who().get(), caller);
  }

  private boolean isLetIn(String user) {
    synchronized (letIn) {
      return letIn.get(user) != null;
    }
  }

  /** Returns the delay; a user who keeps trying is recorded once, as long as the tries go on. */
  private Outcome delayed(String user, Caller caller, Duration time) {
    if (delayed.isNew(user + " " + caller.address())) {
      audit.note(Action.LOG_IN_DELAYED, user, caller.address(), "");
    }
    return new Outcome.Wait(time);
  }

  /** He is in, by what he alone knows. */
  private Outcome welcome(Principal who, Caller caller) {
    guesses.met(caller, who.user());
    return in(who, caller, "");
  }

  private Outcome in(Principal who, Caller caller, String by) {
    if (seen.isNew(who.user() + " " + caller.address() + " " + by)) {
      audit.note(Action.LOG_IN, who.user(), caller.address(), by);
    }
    return new Outcome.In(who);
  }

  private Principal firstNow() {
    return Principal.byPassword(
        USER,
        Role.ADMIN,
        first.mustChange() ? Principal.Due.PASSWORD : Principal.Due.NOTHING,
        first.generation());
  }

  /**
   * Returns the current principal of a user who has logged in some time ago: with another role
   * perhaps. For sessions, at each request.
   *
   * @return empty: his password is another one by now, or he may not log in any more
   */
  public Optional<Principal> still(Principal before) {
    if (DirectoryPeople.has(before)) {
      return directory.flatMap(its -> its.still(before));
    }
    return now(before.user()).filter(now -> now.generation().equals(before.generation()));
  }

  /** True if a directory has let him in, which this manager or another one asks. */
  public static boolean byDirectory(Principal who) {
    return DirectoryPeople.has(who);
  }

  /** Returns the current principal of a user; empty if the user may not log in. */
  public Optional<Principal> now(String user) {
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

  /** Unknown names are not taken down: one may be a password in the wrong field. */
  private Outcome refused(String user, Caller caller) {
    return refused(user, caller, "");
  }

  private Outcome refused(String user, Caller caller, String by) {
    audit.note(Action.LOG_IN_REFUSED, user, caller.address(), by);
    return new Outcome.Refused();
  }

  /** Number of log-ins that wait for others to end. */
  int waiting() {
    return guesses.waiting();
  }

  @Override
  public void close() {
    first.close();
  }
}
