package dev.heimdall.engine.pool;

import dev.heimdall.engine.backend.ConnectFailure;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.backend.ServerConnector;
import dev.heimdall.engine.backend.Variables;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.wire.postgres.PgError;
import dev.heimdall.model.PoolSettings;
import dev.heimdall.model.ResetMode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
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

  private final SharedPool shared;
  private final LoopContext context;
  private final List<ServerConnection> idle = new ArrayList<>();
  private final Set<ServerConnection> held = new HashSet<>();
  private final Cleaning cleaning = new Cleaning(this);
  private final WaitQueue waiters = new WaitQueue();
  private final ConnectAttempts attempts = new ConnectAttempts();
  private final Set<ServerConnection> connections = new HashSet<>();
  private final Map<ServerConnection, Long> generations = new HashMap<>();

  /** All idle connections are of this generation or a later one. */
  private long idleGeneration;

  private volatile int waitingCount;
  private volatile int idleCount;
  private volatile int heldCount;
  private volatile int connectionCount;
  private volatile long headSince;

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
    waiters.add(waiter, context.now());
    published();
    grow();
    return null;
  }

  /** The waiter no longer waits; says whether it did. */
  public boolean cancel(Waiter waiter) {
    boolean waited = waiters.remove(waiter);
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
      cleaning.rollBack(connection);
    } else if (connection.tainted() || settings().reset() == ResetMode.ALWAYS) {
      cleaning.discardAll(connection);
    } else {
      free(connection);
    }
  }

  /** A clean connection: to the first waiter, to a loop that waits longer, or to the idle ones. */
  void free(ServerConnection connection) {
    if (connection.cancelling()) {
      cleaning.keep(connection);
      return; // cancelsDone frees it
    }
    if (connection.takeCancelled()) {
      cleaning.absorbCancel(connection);
      return;
    }
    if (retired(connection)) {
      connection.close(RETIRED);
      return;
    }
    long mine = waiters.isEmpty() ? context.now() : waiters.firstSince();
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
    Waiter next = waiters.next();
    hand(connection);
    next.acquired(connection);
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
      Waiter next = waiters.next();
      ServerConnection connection = takeIdle(next.variables());
      hand(connection);
      next.acquired(connection);
    }
    grow();
  }

  // ---- opening

  private void grow() {
    if (attempts.tooEarly(context.now())) {
      return;
    }
    while (!shared.vdb().paused() && attempts.underWay() < waiters.size() && attempts.mayBegin()) {
      if (!shared.reserve(this)) {
        shared.askOthers(this);
        return;
      }
      open();
    }
  }

  private void open() {
    attempts.begun();
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
                attempts.succeeded();
                connections.add(connection);
                generations.put(connection, generation);
                context.tick();
                free(connection);
              }

              @Override
              public void failed(ConnectFailure failure) {
                connectFailed(failure);
              }
            });
  }

  private void connectFailed(ConnectFailure failure) {
    context.tick();
    attempts.failed(failure, context.now());
    shared.free();
    if (failure.permanent()) {
      waiters.refuseAll(failure.error());
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
    if (connection.quiet() && cleaning.remove(connection)) {
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
    waiters.refuseAll(
        PgError.fatal("57P01", "the virtual database " + shared.vdb().vdb() + " was removed"));
    published();
    for (ServerConnection connection : List.copyOf(connections)) {
      connection.close("the pool was closed");
    }
  }

  // ---- upkeep

  /** Called about ten times a second on the loop. */
  public void tick() {
    tick(context.now());
  }

  void tick(long now) {
    PoolSettings settings = settings();
    refuseLate(now, settings);
    failWithoutServer(now);
    if (!settings.queueNotice().isZero()) {
      waiters.notice(settings.queueNotice(), now, shared.vdb().events()::waitNoticed);
    }
    published();
    serve();
    expire(now, settings);
    keepMinimum(settings);
  }

  private void refuseLate(long now, PoolSettings settings) {
    while (!settings.queueTimeout().isZero() && waiters.waitsLonger(settings.queueTimeout(), now)) {
      long waited = now - waiters.firstSince();
      Waiter late = waiters.next();
      exhausted(Duration.ofNanos(waited));
      late.refused(
          PgError.error(
                  "53300",
                  "no server connection became free within "
                      + settings.queueTimeout().toMillis()
                      + " ms")
              .withHint(
                  "The pool of this user and database is busy; see SHOW POOLS and the setting pool.size."));
    }
  }

  private void exhausted(Duration waited) {
    shared
        .vdb()
        .events()
        .exhausted(shared.vdb().vdb(), key(), settings().size(), waiters.size(), waited);
  }

  /** Nobody waits longer than a connection attempt may take for a server that cannot be reached. */
  private void failWithoutServer(long now) {
    Duration patience = shared.vdb().plan().source().connectTimeout();
    while (attempts.lastFailure() != null
        && connections.isEmpty()
        && waiters.waitsLonger(patience, now)) {
      waiters.next().refused(attempts.lastFailure());
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
    cleaning.expire(now);
  }

  private void keepMinimum(PoolSettings settings) {
    if (shared.keepsMinimum(this)
        && !shared.vdb().paused()
        && !attempts.failing()
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

  void published() {
    waitingCount = waiters.size();
    idleCount = idle.size();
    heldCount = held.size();
    connectionCount = connections.size();
    headSince = waiters.isEmpty() ? 0 : waiters.firstSince();
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
    return waiters.isEmpty() ? 0 : System.nanoTime() - waiters.firstSince();
  }

  public int connectingCount() {
    return attempts.underWay();
  }

  public int cleaningCount() {
    return cleaning.size();
  }

  /** Notices sent to clients that waited for long. */
  public long waitNotices() {
    return waiters.notices();
  }

  public Set<ServerConnection> connections() {
    return Set.copyOf(connections);
  }

  /** idle, held or cleaning. */
  public String stateOf(ServerConnection connection) {
    if (held.contains(connection)) {
      return "active";
    }
    return cleaning.contains(connection) ? "cleaning" : "idle";
  }
}
