package dev.heimdall.engine.pool;

import dev.heimdall.engine.backend.ConnectFailure;
import dev.heimdall.engine.backend.InternalQuery;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.backend.ServerConnector;
import dev.heimdall.engine.backend.Variables;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.wire.postgres.PgError;
import dev.heimdall.model.PoolSettings;
import dev.heimdall.model.ResetMode;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * The server connections of one pool on one event loop, and the sessions that wait for one, first
 * come, first served. All methods but the counters belong to the loop's thread.
 */
public final class LoopPool implements ServerConnection.Listener {
  /** How many idle connections are looked at for one whose variables fit already. */
  private static final int LOOK_BACK = 16;

  private static final String RETIRED = "its time was over";
  private static final long SLACK_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
  private static final long CLEAN_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final SharedPool shared;
  private final LoopContext context;
  private final List<ServerConnection> idle = new ArrayList<>();
  private final Set<ServerConnection> held = new HashSet<>();
  private final Map<ServerConnection, Long> cleaning = new java.util.HashMap<>();
  private final ArrayDeque<Waiting> waiters = new ArrayDeque<>();
  private final Set<ServerConnection> connections = new HashSet<>();
  private final Map<ServerConnection, Long> generations = new java.util.HashMap<>();
  private int connecting;
  private int failures;
  private long retryAt;
  private PgError lastFailure;
  private long waitNotices;

  /** All idle connections are of this generation or a later one. */
  private long idleGeneration;

  private volatile int waitingCount;
  private volatile int idleCount;
  private volatile int heldCount;
  private volatile int connectionCount;
  private volatile long headSince;

  private static final class Waiting {
    final Waiter waiter;
    final long since;
    boolean noticed;

    Waiting(Waiter waiter, long since) {
      this.waiter = waiter;
      this.since = since;
    }
  }

  LoopPool(SharedPool shared, LoopContext context) {
    this.shared = shared;
    this.context = context;
  }

  public PoolKey key() {
    return shared.key();
  }

  public VdbPools vdb() {
    return shared.vdb();
  }

  public LoopContext context() {
    return context;
  }

  private PoolSettings settings() {
    return shared.vdb().plan().settings();
  }

  // ---- acquire and release

  /**
   * A connection for the waiter: at once, or later by {@link Waiter#acquired}.
   *
   * @return the connection, or null when the waiter waits
   */
  public ServerConnection acquire(Waiter waiter) {
    if (idleGeneration != shared.vdb().generation()) {
      closeRetired(); // the task that does so may stand behind this statement
    }
    if (waiters.isEmpty() && !shared.vdb().paused()) {
      ServerConnection connection = takeIdle(waiter.variables());
      if (connection != null) {
        hand(connection);
        return connection;
      }
    }
    int maxQueue = settings().maxQueue();
    if (maxQueue > 0 && waiters.size() >= maxQueue) {
      PgError full =
          PgError.error("53300", "too many statements wait for a server connection")
              .withDetail("pool.maxQueue is " + maxQueue + ".");
      exhausted(Duration.ZERO);
      onLoop(() -> waiter.refused(full)); // not before the waiter knows that it waits
      return null;
    }
    waiters.add(new Waiting(waiter, context.now()));
    published();
    grow();
    return null;
  }

  /** The waiter no longer waits; says whether it did. */
  public boolean cancel(Waiter waiter) {
    boolean waited = waiters.removeIf(waiting -> waiting.waiter == waiter);
    published();
    return waited;
  }

  /** Takes a connection back that is quiet or soon will be; what is left on it is cleaned first. */
  public void release(ServerConnection connection) {
    connection.hold(null);
    held.remove(connection);
    if (connection.closed()) {
      published();
      return;
    }
    if (connection.status() != 'I') {
      clean(connection, "ROLLBACK");
    } else if (connection.tainted() || settings().reset() == ResetMode.ALWAYS) {
      clean(connection, "DISCARD ALL");
    } else {
      free(connection);
    }
  }

  private void clean(ServerConnection connection, String statement) {
    cleaning.putIfAbsent(connection, context.now());
    published();
    connection.query(
        statement,
        new InternalQuery() {
          @Override
          protected void done(ServerConnection from, PgError error) {
            if (error != null) {
              connection.close("it could not be cleaned");
            } else if (statement.equals("ROLLBACK")) {
              cleaning.remove(connection);
              release(connection);
            } else {
              connection.cleaned();
              shared.vdb().events().cleaned();
              cleaning.remove(connection);
              free(connection);
            }
          }
        });
  }

  /**
   * PostgreSQL signals a process and its group, and the second signal may come late: it must meet a
   * statement of ours, not the next client's.
   */
  private void absorbCancel(ServerConnection connection) {
    cleaning.putIfAbsent(connection, context.now());
    published();
    connection.query(
        "SELECT 1",
        new InternalQuery() {
          @Override
          protected void done(ServerConnection from, PgError error) {
            cleaning.remove(connection);
            if (!connection.closed()) {
              free(connection);
            }
          }
        });
  }

  /** A clean connection: to the first waiter, to a loop that waits longer, or to the idle ones. */
  private void free(ServerConnection connection) {
    if (connection.cancelling()) {
      cleaning.putIfAbsent(connection, context.now());
      published();
      return; // cancelsDone frees it
    }
    if (connection.takeCancelled()) {
      absorbCancel(connection);
      return;
    }
    if (retired(connection)) {
      connection.close(RETIRED);
      return;
    }
    long mine = waiters.isEmpty() ? context.now() : waiters.peek().since;
    LoopPool hungrier = shared.hungrier(this, mine - SLACK_NANOS);
    if (hungrier != null && !shared.vdb().paused()) {
      moveTo(hungrier, connection);
      return;
    }
    if (waiters.isEmpty() || shared.vdb().paused()) {
      if (!shared.vdb().mayIdle(key().credential().user())) {
        connection.close("a rule lets its user have no more idle ones");
        return;
      }
      idle.add(connection);
      published();
      return;
    }
    Waiting next = waiters.poll();
    hand(connection);
    next.waiter.acquired(connection);
  }

  private void hand(ServerConnection connection) {
    held.add(connection);
    published();
  }

  private ServerConnection takeIdle(Variables wanted) {
    int last = idle.size() - 1;
    for (int i = last; i >= 0 && i > last - LOOK_BACK; i--) {
      if (idle.get(i).applied().equals(wanted)) {
        return idle.remove(i);
      }
    }
    return last < 0 ? null : idle.remove(last);
  }

  /** Gives waiters what is idle, and opens connections for the others. */
  void serve() {
    if (shared.vdb().paused()) {
      return;
    }
    while (!waiters.isEmpty() && !idle.isEmpty()) {
      Waiting next = waiters.poll();
      ServerConnection connection = takeIdle(next.waiter.variables());
      hand(connection);
      next.waiter.acquired(connection);
    }
    grow();
  }

  // ---- opening

  private void grow() {
    if (context.now() - retryAt < 0 && failures > 0) {
      return;
    }
    while (!shared.vdb().paused()
        && connecting < waiters.size()
        && (failures == 0 || connecting == 0)) {
      if (!shared.reserve(this)) {
        shared.askOthers(this);
        return;
      }
      open();
    }
  }

  private void open() {
    connecting++;
    long generation = shared.vdb().generation();
    shared
        .vdb()
        .connect(
            context,
            shared.key(),
            Map.of(),
            shared.vdb().plan().preparedLimit(),
            this,
            new ServerConnector.Handler() {
              @Override
              public void connected(ServerConnection connection) {
                connecting--;
                failures = 0;
                lastFailure = null;
                connections.add(connection);
                generations.put(connection, generation);
                context.tick();
                free(connection);
              }

              @Override
              public void failed(ConnectFailure failure) {
                connecting--;
                connectFailed(failure);
              }
            });
  }

  private void connectFailed(ConnectFailure failure) {
    context.tick();
    failures++;
    lastFailure = failure.error();
    long delay = Math.min(1000, 50L << Math.min(failures, 5));
    retryAt = context.now() + TimeUnit.MILLISECONDS.toNanos(delay);
    shared.free();
    if (failure.permanent()) {
      refuseAll(failure.error());
    }
    published();
  }

  private void refuseAll(PgError error) {
    while (!waiters.isEmpty()) {
      Waiting next = waiters.poll();
      next.waiter.refused(error);
    }
    published();
  }

  // ---- connections that end or move

  @Override
  public void serverClosed(ServerConnection connection) {
    shared.vdb().closed(connection);
    idle.remove(connection);
    held.remove(connection);
    cleaning.remove(connection);
    if (connections.remove(connection)) {
      generations.remove(connection);
      shared.free();
    }
    published();
    grow();
  }

  @Override
  public void cancelsDone(ServerConnection connection) {
    if (cleaning.containsKey(connection) && connection.quiet()) {
      cleaning.remove(connection);
      free(connection);
    }
  }

  private boolean retired(ServerConnection connection) {
    Duration lifetime = settings().maxLifetime();
    Long generation = generations.get(connection);
    return generation == null
        || generation != shared.vdb().generation()
        || (!lifetime.isZero() && context.now() - connection.createdAt() > lifetime.toNanos());
  }

  private void moveTo(LoopPool target, ServerConnection connection) {
    connections.remove(connection);
    Long generation = generations.remove(connection);
    published();
    connection.move(
        target.context,
        target,
        moved -> {
          if (moved) {
            target.adopt(connection, generation);
          } else {
            shared.free();
          }
        });
  }

  private void adopt(ServerConnection connection, long generation) {
    context.tick();
    connections.add(connection);
    generations.put(connection, generation);
    free(connection);
  }

  /** Another loop waits and may open none: it gets an idle connection of this one. */
  void lendTo(LoopPool asking) {
    if (!idle.isEmpty() && waiters.isEmpty() && asking.waitingCount() > 0) {
      moveTo(asking, idle.remove(0));
    }
  }

  boolean closeOldestIdle() {
    if (idle.isEmpty()) {
      return false;
    }
    idle.remove(0).close("another pool needs its place");
    published();
    return false; // the place is free when the connection has closed; the waiter is woken then
  }

  void closeRetired() {
    context.tick();
    idleGeneration = shared.vdb().generation();
    for (ServerConnection connection : List.copyOf(idle)) {
      if (retired(connection)) {
        idle.remove(connection);
        connection.close(RETIRED);
      }
    }
    published();
  }

  void closeAll() {
    refuseAll(
        PgError.fatal("57P01", "the virtual database " + shared.vdb().vdb() + " was removed"));
    for (ServerConnection connection : List.copyOf(connections)) {
      connection.close("the pool was closed");
    }
  }

  // ---- upkeep

  /** Called about ten times a second on the loop. */
  public void tick() {
    PoolSettings settings = settings();
    long now = context.now();
    while (!waiters.isEmpty()
        && !settings.queueTimeout().isZero()
        && now - waiters.peek().since > settings.queueTimeout().toNanos()) {
      Waiting late = waiters.poll();
      exhausted(Duration.ofNanos(now - late.since));
      late.waiter.refused(
          PgError.error(
                  "53300",
                  "no server connection became free within "
                      + settings.queueTimeout().toMillis()
                      + " ms")
              .withHint(
                  "The pool of this user and database is busy; see SHOW POOLS and the setting pool.size."));
    }
    failWithoutServer(now);
    if (!settings.queueNotice().isZero()) {
      for (Waiting waiting : waiters) {
        if (now - waiting.since < settings.queueNotice().toNanos()) {
          break;
        }
        if (!waiting.noticed) {
          waiting.noticed = true;
          if (waiting.waiter.waitsLong()) {
            waitNotices++;
            shared.vdb().events().waitNoticed();
          }
        }
      }
    }
    published();
    serve();
    expire(now, settings);
    keepMinimum(settings);
  }

  private void exhausted(Duration waited) {
    shared
        .vdb()
        .events()
        .exhausted(shared.vdb().vdb(), key(), settings().size(), waiters.size(), waited);
  }

  /** Nobody waits longer than a connection attempt may take for a server that cannot be reached. */
  private void failWithoutServer(long now) {
    long patience = shared.vdb().plan().source().connectTimeout().toNanos();
    while (lastFailure != null
        && connections.isEmpty()
        && !waiters.isEmpty()
        && now - waiters.peek().since > patience) {
      waiters.poll().waiter.refused(lastFailure);
    }
  }

  private void expire(long now, PoolSettings settings) {
    long idleNanos = settings.idleTimeout().toNanos();
    int surplus = shared.limit().used() - settings.minIdle();
    for (int i = 0; i < idle.size(); ) {
      ServerConnection connection = idle.get(i);
      boolean old = idleNanos > 0 && now - connection.lastUsed() > idleNanos && surplus-- > 0;
      if (old || retired(connection)) {
        idle.remove(i);
        connection.close(old ? "nobody used it" : RETIRED);
      } else {
        i++;
      }
    }
    cleaning.forEach(
        (connection, since) -> {
          if (now - since > CLEAN_NANOS && !connection.cancelling()) {
            connection.close("it could not be cleaned in time");
          }
        });
  }

  private void keepMinimum(PoolSettings settings) {
    if (shared.keepsMinimum(this)
        && !shared.vdb().paused()
        && failures == 0
        && shared.limit().used() < Math.min(settings.minIdle(), settings.size())
        && shared.reserve(this)) {
      open();
    }
  }

  void onLoop(Runnable task) {
    context
        .loop()
        .execute(
            () -> {
              context.beginEvent();
              try {
                task.run();
              } finally {
                context.endEvent();
              }
            });
  }

  private void published() {
    waitingCount = waiters.size();
    idleCount = idle.size();
    heldCount = held.size();
    connectionCount = connections.size();
    headSince = waiters.isEmpty() ? 0 : waiters.peek().since;
  }

  // ---- counters, readable from any thread

  public int waitingCount() {
    return waitingCount;
  }

  public int idleCount() {
    return idleCount;
  }

  public int heldCount() {
    return heldCount;
  }

  public int connectionCount() {
    return connectionCount;
  }

  long headSince() {
    return headSince;
  }

  boolean hasIdle() {
    return idleCount > 0;
  }

  // ---- for the operator; on the loop

  /** How long the first waiter has waited, in nanoseconds. */
  public long longestWait() {
    return waiters.isEmpty() ? 0 : System.nanoTime() - waiters.peek().since;
  }

  public int connectingCount() {
    return connecting;
  }

  public int cleaningCount() {
    return cleaning.size();
  }

  /** Notices sent to clients that waited for long. */
  public long waitNotices() {
    return waitNotices;
  }

  public Set<ServerConnection> connections() {
    return Set.copyOf(connections);
  }

  /** idle, held or cleaning. */
  public String stateOf(ServerConnection connection) {
    if (held.contains(connection)) {
      return "active";
    }
    return cleaning.containsKey(connection) ? "cleaning" : "idle";
  }
}
