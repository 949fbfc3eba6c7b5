package dev.heimdall.engine.pool;

import dev.heimdall.engine.backend.ConnectFailure;
import dev.heimdall.engine.backend.ServerTarget;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.Sqlstate;
import dev.heimdall.model.DataSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The server's own decisions on log-ins of clients whose server connections are in the pools
 * already. A pooled connection outlives what the server has decided since it was made: a role that
 * must not log in any more, a password that was changed. So each log-in needs a decision that is
 * not older than {@code credentials.recheck}; of each role and database there is one check at a
 * time, for all who wait for it. While a cluster has no writer, a replica decides that has all that
 * the last one had. Thread-safe.
 */
public final class LoginChecks {
  private static final Logger LOG = LoggerFactory.getLogger("heimdall.pool");

  /** Roles whose last check is remembered; one that is not is checked once more. */
  private static final int MAX_KNOWN = 10_000;

  private static final long RETRY_MILLIS = 250;

  /** Number of tries within which a server sees that a connection was closed to make room. */
  private static final int ROOM_TRIES = 3;

  private static final int MOST_ROOM_TRIES = 10;
  private static final long ROOM_MILLIS = 100;

  private final VdbPools pools;
  private final Connector connector;
  private long lastRevision;
  private volatile boolean closed;

  private final Map<PoolKey, Check> checks =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<PoolKey, Check> eldest) {
          return size() > MAX_KNOWN && !eldest.getValue().running;
        }
      };

  /** The server's decision; called once, on the loop that asked, within an event. */
  public interface Outcome {
    /**
     * @param revision another number whenever sessions of this role may start with other settings
     */
    void accepted(long revision);

    void rejected(ServerError why);

    /** True if the client is still there; callable from any thread. */
    boolean awaited();
  }

  private record Waiter(LoopContext context, long arrived, long noOlder, Outcome outcome) {}

  /** Facts known about one role at one database. */
  private static final class Check {
    boolean running;
    boolean accepted;

    /** By a replica: that counts until there is a writer. */
    boolean byReplica;

    /** Start time of the check that is running, or ran last. */
    long begunAt;

    /** Start time of the accepted check. */
    long acceptedAt;

    List<List<String>> role;
    long revision;

    /** Since the server had no connection left for the role. */
    int tries;

    int lastTry;
    final List<Waiter> waiters = new ArrayList<>();
  }

  LoginChecks(VdbPools pools, Connector connector) {
    this.pools = pools;
    this.connector = connector;
  }

  /**
   * Has the server decide, unless it did within {@code credentials.recheck}.
   *
   * @param proved when the client proved who it is, by the clock of the loop
   */
  public void check(LoopContext context, PoolKey key, long proved, Outcome outcome) {
    check(context, key, proved, pools.plan().source().credentials().recheck(), outcome);
  }

  /** Has the server decide on a proof that nothing else can tell to be right. */
  public void checkNow(LoopContext context, PoolKey key, long proved, Outcome outcome) {
    check(context, key, proved, Duration.ZERO, outcome);
  }

  private void check(
      LoopContext context, PoolKey key, long proved, Duration within, Outcome outcome) {
    long noOlder = proved - within.toNanos();
    long revision;
    synchronized (this) {
      Check check = checks.computeIfAbsent(key, k -> new Check());
      if (!check.accepted
          || check.acceptedAt - noOlder < 0
          || check.byReplica && pools.directed()) {
        check.waiters.add(new Waiter(context, context.nanoTime(), noOlder, outcome));
        if (!check.running) {
          check.running = true;
          later(context, key, check, 0);
        }
        return;
      }
      revision = check.revision;
    }
    outcome.accepted(revision);
  }

  /**
   * Has the server decide on the database of a role's log-in over a connection that is unused,
   * which outlives a database at servers of some kinds.
   *
   * @return false where there is none, or it tells nothing: the outcome is not called
   */
  public boolean checkDatabase(LoopContext context, PoolKey key, Outcome outcome) {
    SharedPool pool = pools.keyed().known(key);
    LoopPool here = pool == null ? null : pool.existing(context);
    if (here == null) {
      return false;
    }
    if (here.counts().idle() > 0) {
      return new DatabaseCheck(here, denied -> checked(key, denied, outcome)).begin();
    }
    LoopPool there = pool.shares().richestWithIdle(here);
    if (there == null) {
      return false;
    }
    Consumer<ServerError> told =
        denied -> context.soon(() -> checked(key, denied, outcome), LoginChecks::failed);
    there.onLoop(
        () -> {
          if (!new DatabaseCheck(there, told).begin()) {
            told.accept(null);
          }
        });
    return true;
  }

  private void checked(PoolKey key, ServerError denied, Outcome outcome) {
    if (denied == null) {
      outcome.accepted(0);
      return;
    }
    doubt(key);
    pools.renew(key);
    outcome.rejected(denied.asFatal());
  }

  /**
   * A server has refused a role: what it accepted before may not be true any more, whatever the
   * database and the password. The next log-in of each asks it.
   */
  synchronized void doubt(PoolKey key) {
    String user = key.credential().user();
    checks.forEach(
        (known, check) -> {
          if (known.credential().user().equals(user)) {
            check.accepted = false;
          }
        });
  }

  /** Connections go to another server. */
  synchronized void doubtAll() {
    checks.values().forEach(check -> check.accepted = false);
  }

  /** The virtual database is removed: no client logs in any more. */
  void close() {
    closed = true;
  }

  // ---- one check; on the loop of a client that waits for it

  private void begin(LoopContext context, PoolKey key, Check check) {
    VdbPools standIn = pools.standIn();
    DataSource server = standIn == null ? pools.server() : standIn.server();
    if (closed) {
      rejected(
          key,
          check,
          ServerError.fatal(Sqlstate.ADMIN_SHUTDOWN, "the virtual database was removed"));
      return;
    }
    if (pools.paused()) {
      paused(context, key, check);
      return;
    }
    if (server == null) {
      unavailable(context, key, check, pools.missing().error().asFatal());
      return;
    }
    synchronized (this) {
      check.begunAt = context.nanoTime();
    }
    ServerTarget target =
        new ServerTarget(
            server,
            pools.plan().tls(),
            key.database(),
            key.credential(),
            key.capabilities(),
            Map.of(),
            0);
    LoginProbe.begin(
        connector,
        context,
        standIn == null ? target : target.asReplica(),
        new LoginProbe.Outcome() {
          @Override
          public void accepted(List<List<String>> role) {
            boolean byReplica = standIn != null;
            if (byReplica ? pools.standIn() != null : server.equals(pools.server())) {
              LoginChecks.this.accepted(key, check, role, byReplica);
            } else {
              later(context, key, check, 0);
            }
          }

          @Override
          public void failed(ConnectFailure failure) {
            if (failure.permanent()) {
              doubt(key);
              rejected(key, check, failure.error());
            } else if (failure.full() && standIn == null) {
              full(context, key, check, failure.error());
            } else {
              unavailable(context, key, check, failure.error());
            }
          }
        });
  }

  private void later(LoopContext context, PoolKey key, Check check, long millis) {
    context.later(
        () -> begin(context, key, check),
        millis,
        TimeUnit.MILLISECONDS,
        cause -> {
          failed(cause);
          rejected(
              key,
              check,
              ServerError.fatal(Sqlstate.INTERNAL_ERROR, "error in the node: " + cause));
        });
  }

  private void accepted(PoolKey key, Check check, List<List<String>> role, boolean byReplica) {
    boolean changed;
    long revision;
    synchronized (this) {
      changed = !role.equals(check.role);
      if (changed) {
        check.role = role;
        check.revision = ++lastRevision;
      }
      check.accepted = true;
      check.byReplica = byReplica;
      check.acceptedAt = check.begunAt;
      revision = check.revision;
    }
    if (changed) {
      pools.renew(key);
    }
    decided(key, check, outcome -> outcome.accepted(revision));
  }

  private void rejected(PoolKey key, Check check, ServerError why) {
    synchronized (this) {
      check.accepted = false;
    }
    decided(key, check, outcome -> outcome.rejected(why));
  }

  /**
   * Passes the decision to the waiters for which it is new enough; for others there is another
   * check.
   */
  private void decided(PoolKey key, Check check, Consumer<Outcome> decision) {
    List<Waiter> reached = new ArrayList<>();
    Waiter next;
    synchronized (this) {
      check.waiters.removeIf(
          waiter -> check.begunAt - waiter.noOlder() >= 0 && reached.add(waiter));
      next = goOn(key, check);
    }
    tell(reached, decision);
    if (next != null) {
      later(next.context(), key, check, 0);
    }
  }

  /**
   * Tries the check again later, because no client gets a server connection before the operator's
   * resume.
   */
  private void paused(LoopContext context, PoolKey key, Check check) {
    Waiter next;
    synchronized (this) {
      check.waiters.removeIf(waiter -> !waiter.outcome().awaited());
      next = goOn(key, check);
    }
    if (next != null) {
      later(context, key, check, RETRY_MILLIS);
    }
  }

  /**
   * The server could not be asked. No client comes in without its decision: who has waited for as
   * long as a statement would is refused, the others wait on.
   */
  private void unavailable(LoopContext context, PoolKey key, Check check, ServerError why) {
    long limit = pools.serverWait().toNanos();
    long now = context.nanoTime();
    List<Waiter> late = new ArrayList<>();
    Waiter next;
    synchronized (this) {
      check.waiters.removeIf(waiter -> !waiter.outcome().awaited());
      check.waiters.removeIf(waiter -> now - waiter.arrived() >= limit && late.add(waiter));
      next = goOn(key, check);
    }
    tell(late, outcome -> outcome.rejected(why));
    if (next != null) {
      later(context, key, check, RETRY_MILLIS);
    }
  }

  /**
   * The server took the proof but has no connection left for the role: perhaps because the pool has
   * them. An idle one of those makes room for the check. Where all are in use the role may log in
   * as far as can be told, and the client waits for one of them as it would at the pool's own
   * limit.
   */
  private void full(LoopContext context, PoolKey key, Check check, ServerError why) {
    if (pools.room().makeRoomForLogIn(key)) {
      check.lastTry = check.tries + ROOM_TRIES;
    }
    if (check.tries < Math.min(check.lastTry, MOST_ROOM_TRIES)) {
      check.tries++;
      later(context, key, check, ROOM_MILLIS);
    } else if (pools.keyed().allInUse(key)) {
      long revision;
      synchronized (this) {
        revision = check.revision;
      }
      decided(key, check, outcome -> outcome.accepted(revision));
    } else {
      rejected(key, check, why);
    }
  }

  /** Waiter for which the check goes on; null if the check ends. */
  private Waiter goOn(PoolKey key, Check check) {
    check.tries = 0;
    check.lastTry = 0;
    check.running = !check.waiters.isEmpty();
    if (check.running) {
      return check.waiters.get(0);
    }
    if (!check.accepted && check.role == null) {
      checks.remove(key); // a guess
    }
    return null;
  }

  private static void failed(Throwable cause) {
    LOG.error("the check of a log-in met an error in the node", cause);
  }

  private static void tell(List<Waiter> waiters, Consumer<Outcome> decision) {
    for (Waiter waiter : waiters) {
      waiter.context().soon(() -> decision.accept(waiter.outcome()), LoginChecks::failed);
    }
  }
}
