package dev.heimdall.engine.users;

import dev.heimdall.engine.auth.FoundUsers;
import dev.heimdall.engine.auth.ScramVerifier;
import dev.heimdall.engine.auth.UserLookup;
import dev.heimdall.engine.jdbc.JdbcDrivers;
import dev.heimdall.model.AuthQuerySettings;
import dev.heimdall.model.DataSource;
import dev.heimdall.model.Secret;
import dev.heimdall.model.User;
import dev.heimdall.routing.bounded.BoundedMap;
import dev.heimdall.routing.threads.DaemonThreads;
import dev.heimdall.secrets.credentials.DatabaseCredentials;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The users of one virtual database who have no document. An answer is kept for {@code keep}, also
 * that there is no such user; unknown names push no more than {@link #KEPT} answers out.
 * Thread-safe; {@link #find} never blocks.
 */
public final class AuthQuery implements UserLookup, AutoCloseable {
  static final int THREADS = 2;

  /** Names that may wait for a thread. */
  static final int WAITING = 1000;

  static final int KEPT = 10_000;

  /** A server that has failed is left alone for so long: other log-ins fail at once. */
  static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);

  private static final Logger LOG = LoggerFactory.getLogger(AuthQuery.class);
  private static final Pattern MD5 = Pattern.compile("md5[0-9a-f]{32}");

  private static final Pattern OF_ONE_NAME = Pattern.compile("^(22|21|P0)");
  private static final Answer FAILED = new Answer(Optional.empty(), FoundUsers.NONE, true);

  /** Maximum length of a name in PostgreSQL, in characters of one byte. */
  private static final int LONGEST_NAME = 63;

  private final Plan plan;
  private final Lookup lookup;
  private final LongSupplier clock;
  private final ThreadPoolExecutor workers;

  /** Guarded by this, as all below. */
  private final Map<String, Kept> kept = BoundedMap.ofNewest(KEPT);

  private final Map<String, List<Consumer<Answer>>> waiting = new HashMap<>();
  private FoundUsers found = FoundUsers.NONE;
  private String failure = "";
  private long failedAt;

  /**
   * Target of the query, and the user for it.
   *
   * @param vdb whose clients log in
   */
  public record Plan(
      String vdb, DataSource source, DatabaseCredentials login, AuthQuerySettings settings) {
    String database() {
      return settings.database().or(source::database).or(source.engine()::firstDatabase).orElse("");
    }
  }

  private record Kept(Optional<User> user, long at) {}

  public AuthQuery(Plan plan) {
    this(plan, new JdbcLookup(plan, threads(plan)), System::nanoTime);
  }

  AuthQuery(Plan plan, Lookup lookup, LongSupplier clock) {
    this.plan = plan;
    this.lookup = lookup;
    this.clock = clock;
    this.workers =
        DaemonThreads.pool(THREADS, 10, new ArrayBlockingQueue<>(WAITING), threads(plan));
  }

  private static ThreadFactory threads(Plan plan) {
    return DaemonThreads.numbered("auth-query-" + plan.vdb());
  }

  public Plan plan() {
    return plan;
  }

  @Override
  public void find(String name, Consumer<Answer> then) {
    Answer known;
    boolean first = false;
    synchronized (this) {
      known = known(name);
      if (known == null) {
        first = !waiting.containsKey(name);
        waiting.computeIfAbsent(name, any -> new ArrayList<>()).add(then);
      }
    }
    if (known != null) {
      then.accept(known);
    } else if (first) {
      look(name);
    }
  }

  private void look(String name) {
    try {
      workers.execute(() -> ask(name));
    } catch (RejectedExecutionException e) {
      finish(name, FAILED);
    } catch (RuntimeException | Error e) {
      failed(e.toString());
      finish(name, FAILED);
    }
  }

  /** Known answer for a name; null where the database has to be queried. */
  private Answer known(String name) {
    if (name.length() > LONGEST_NAME || name.indexOf(0) >= 0) {
      return new Answer(Optional.empty(), found, false);
    }
    long now = clock.getAsLong();
    Kept answer = kept.get(name);
    if (answer != null && now - answer.at() < plan.settings().keep().toNanos()) {
      return new Answer(answer.user(), found, false);
    }
    return !failure.isEmpty() && now - failedAt < PAUSE_NANOS
        ? new Answer(Optional.empty(), found, true)
        : null;
  }

  private void ask(String name) {
    Optional<User> user;
    try {
      user = lookup.verifier(name).map(verifier -> user(name, verifier));
    } catch (SQLException | RuntimeException | Error e) {
      Optional<String> state = ofThatName(e);
      if (state.isPresent()) {
        unfit(name, state.get());
      } else {
        failed(JdbcDrivers.reason(e));
        finish(name, FAILED);
      }
      return;
    }
    FoundUsers others;
    synchronized (this) {
      if (!failure.isEmpty()) {
        LOG.info("vdb {}: users are found in the database again", plan.vdb());
        failure = "";
      }
      kept.remove(name);
      kept.put(name, new Kept(user, clock.getAsLong()));
      others = found;
    }
    finish(name, new Answer(user, others, false));
  }

  /**
   * The SQLSTATE of an error that the query fails with for one name, and need not for others: data
   * exceptions, more than one row, and what a function raises.
   */
  private static Optional<String> ofThatName(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLException said && said.getSQLState() != null) {
        return Optional.of(said.getSQLState()).filter(state -> OF_ONE_NAME.matcher(state).find());
      }
    }
    return Optional.empty();
  }

  /** The server's message is not logged: it may have a value of the user's row in it. */
  private void unfit(String name, String state) {
    LOG.warn(
        "vdb {}: the query for users fails for \"{}\" with SQLSTATE {}: that user is taken for"
            + " unknown; run the query with this name to see why",
        plan.vdb(),
        name,
        state);
    FoundUsers others;
    synchronized (this) {
      kept.remove(name);
      kept.put(name, new Kept(Optional.empty(), clock.getAsLong()));
      others = found;
    }
    finish(name, new Answer(Optional.empty(), others, false));
  }

  private synchronized void failed(String reason) {
    if (failure.isEmpty() && !workers.isShutdown()) {
      LOG.warn("vdb {}: users cannot be looked up in the database: {}", plan.vdb(), reason);
    }
    failure = reason;
    failedAt = clock.getAsLong();
  }

  private void finish(String name, Answer answer) {
    List<Consumer<Answer>> all;
    synchronized (this) {
      all = waiting.remove(name);
    }
    if (all != null) {
      tell(all, answer);
    }
  }

  /** Each of them, also where one cannot take it. */
  private void tell(List<Consumer<Answer>> all, Answer answer) {
    for (Consumer<Answer> then : all) {
      try {
        then.accept(answer);
      } catch (RejectedExecutionException e) {
        continue; // who waited has ended with its event loop
      } catch (RuntimeException | Error e) {
        LOG.error("vdb {}: a log-in did not take the answer of the query for users", plan.vdb(), e);
      }
    }
  }

  /** Rights are those of a user's document alone: one that was found has none but to log in. */
  private User user(String name, String verifier) {
    Optional<Secret> secret = Optional.empty();
    if (MD5.matcher(verifier).matches()) {
      secret = Optional.of(new Secret(verifier));
      synchronized (this) {
        found = found.withMd5();
      }
    } else if (!verifier.isEmpty()) {
      secret = scram(name, verifier);
    }
    return new User(
        name,
        Optional.empty(),
        secret,
        false,
        false,
        List.of(plan.vdb()),
        Optional.empty(),
        Optional.empty(),
        0,
        0);
  }

  private Optional<Secret> scram(String name, String verifier) {
    try {
      ScramVerifier parsed = ScramVerifier.parse(verifier);
      synchronized (this) {
        found = found.with(parsed);
      }
      return Optional.of(new Secret(verifier));
    } catch (IllegalArgumentException e) {
      LOG.warn(
          "vdb {}: the query for users returned neither a SCRAM verifier nor an MD5 hash of \"{}\":"
              + " no password lets that user in",
          plan.vdb(),
          name);
      return Optional.empty();
    }
  }

  @Override
  public void close() {
    workers.shutdownNow();
    lookup.close();
    List<Consumer<Answer>> all = new ArrayList<>();
    synchronized (this) {
      waiting.values().forEach(all::addAll);
      waiting.clear();
    }
    tell(all, FAILED);
  }
}
