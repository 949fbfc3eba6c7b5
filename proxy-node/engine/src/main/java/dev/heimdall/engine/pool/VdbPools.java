package dev.heimdall.engine.pool;

import dev.heimdall.engine.backend.ConnectFailure;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.backend.ServerConnector;
import dev.heimdall.engine.backend.ServerTarget;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.wire.postgres.PgError;
import dev.heimdall.model.DataSource;
import dev.heimdall.model.PoolSettings;
import io.netty.handler.ssl.SslContext;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** The pools of one virtual database on all event loops, with what limits them together. */
public final class VdbPools {
  private final String vdb;
  private final Connector connector;
  private final PoolEvents events;
  private final Limit total = new Limit(0);
  private final Map<String, SharedLimit> perUser = new ConcurrentHashMap<>();
  private final Map<String, SharedLimit> perDatabase = new ConcurrentHashMap<>();
  private final Map<PoolKey, SharedPool> pools = new ConcurrentHashMap<>();
  private final Map<String, Integer> byRule = new ConcurrentHashMap<>();
  private final Map<String, Integer> idleByRule = new ConcurrentHashMap<>();
  private volatile Plan plan;
  private volatile boolean paused;
  private volatile long generation;
  private volatile PgError unreachable;

  /** Where to connect and how many; replaced as a whole when the configuration changes. */
  public record Plan(
      DataSource source,
      SslContext tls,
      PoolSettings settings,
      int preparedLimit,
      Map<String, Integer> userLimits) {}

  /**
   * @param pools how many pools count under it
   */
  private record SharedLimit(Limit limit, int pools) {}

  public VdbPools(String vdb, Connector connector, PoolEvents events, Plan plan) {
    this.vdb = vdb;
    this.connector = connector;
    this.events = events;
    this.plan = plan;
    total.max(plan.settings().maxConnections());
  }

  public String vdb() {
    return vdb;
  }

  public Plan plan() {
    return plan;
  }

  PoolEvents events() {
    return events;
  }

  /**
   * Makes a connection by the present plan, within no limit: for the pools themselves, which count,
   * and for what stands outside of them, listening and replication.
   *
   * @param parameters start-up parameters beyond user and database
   */
  public void connect(
      LoopContext context,
      PoolKey key,
      Map<String, String> parameters,
      int preparedLimit,
      ServerConnection.Listener listener,
      ServerConnector.Handler handler) {
    Plan now = plan;
    connector.connect(
        context,
        new ServerTarget(
            now.source(), now.tls(), key.database(), key.credential(), parameters, preparedLimit),
        listener,
        new ServerConnector.Handler() {
          @Override
          public void connected(ServerConnection connection) {
            unreachable = null;
            events.connected(vdb, key, connection);
            handler.connected(connection);
          }

          @Override
          public void failed(ConnectFailure failure) {
            unreachable = failure.permanent() ? null : failure.error();
            events.connectFailed(vdb, now, failure);
            handler.failed(failure);
          }
        });
  }

  /** A connection made by {@link #connect} has ended; told by its listener. */
  public void closed(ServerConnection connection) {
    events.closed(vdb, connection);
  }

  /** Takes a new plan; connections of another source are replaced as they come back. */
  public void update(Plan next) {
    boolean moved =
        !next.source().equals(plan.source()) || next.preparedLimit() != plan.preparedLimit();
    plan = next;
    byRule.clear();
    idleByRule.clear();
    total.max(next.settings().maxConnections());
    perUser.forEach((user, shared) -> shared.limit().max(userLimit(user)));
    perDatabase.forEach((database, shared) -> shared.limit().max(next.settings().maxPerDatabase()));
    pools.values().forEach(pool -> pool.limit().max(next.settings().size()));
    if (moved) {
      reconnect();
    } else {
      wakeWaiters();
    }
  }

  /**
   * Limits one user from now on, whatever the configuration says, until it is read anew.
   *
   * @param connections the user's connections; empty to leave that as it is
   * @param idle those of them that nobody uses; empty to leave that as it is
   */
  public void limitUser(String user, Optional<Integer> connections, Optional<Integer> idle) {
    idle.ifPresent(most -> idleByRule.put(user, most));
    if (connections.isPresent() && !connections.get().equals(byRule.put(user, connections.get()))) {
      SharedLimit shared = perUser.get(user);
      if (shared != null) {
        shared.limit().max(userLimit(user));
        wakeWaiters();
      }
    }
  }

  /** Whether one more connection of this user may stay although nobody uses it. */
  boolean mayIdle(String user) {
    Integer most = idleByRule.isEmpty() ? null : idleByRule.get(user);
    return most == null
        || loopPools().stream()
                .filter(pool -> pool.key().credential().user().equals(user))
                .mapToInt(LoopPool::idleCount)
                .sum()
            < most;
  }

  private int userLimit(String user) {
    Integer ruled = byRule.get(user);
    if (ruled != null) {
      return ruled;
    }
    Integer own = plan.userLimits().get(user);
    return own != null && own > 0 ? own : plan.settings().maxPerUser();
  }

  /**
   * The pool for this key on this loop; call on the loop. It stays until everyone who has joined it
   * has left it and its last connection is closed.
   */
  public LoopPool join(PoolKey key, LoopContext context) {
    SharedPool shared =
        pools.compute(
            key,
            (k, known) -> {
              SharedPool pool = known == null ? make(k) : known;
              pool.joined();
              return pool;
            });
    return shared.on(context);
  }

  private SharedPool make(PoolKey key) {
    return new SharedPool(
        this,
        key,
        new Limit(plan.settings().size()),
        joined(perUser, key.credential().user(), userLimit(key.credential().user())),
        joined(perDatabase, key.database(), plan.settings().maxPerDatabase()));
  }

  private static Limit joined(Map<String, SharedLimit> limits, String name, int max) {
    return limits
        .compute(
            name,
            (n, known) ->
                known == null
                    ? new SharedLimit(new Limit(max), 1)
                    : new SharedLimit(known.limit(), known.pools() + 1))
        .limit();
  }

  private static void left(Map<String, SharedLimit> limits, String name) {
    limits.computeIfPresent(
        name,
        (n, known) ->
            known.pools() == 1 ? null : new SharedLimit(known.limit(), known.pools() - 1));
  }

  /** Whoever has joined the pool no longer asks it for connections, but may give one back. */
  public void leave(LoopPool pool) {
    pools.computeIfPresent(pool.key(), (key, shared) -> shared.left() ? gone(key) : shared);
  }

  /** A pool may have closed its last connection. */
  void forgetUnused(PoolKey key) {
    pools.computeIfPresent(key, (k, shared) -> shared.unused() ? gone(k) : shared);
  }

  private SharedPool gone(PoolKey key) {
    left(perUser, key.credential().user());
    left(perDatabase, key.database());
    return null;
  }

  Limit total() {
    return total;
  }

  long generation() {
    return generation;
  }

  /**
   * Server connections made before now are closed as soon as nobody uses them.
   *
   * @return done when those in nobody's use are closed
   */
  public CompletableFuture<Void> reconnect() {
    generation++;
    return CompletableFuture.allOf(
        loopPools().stream()
            .map(pool -> CompletableFuture.runAsync(pool::closeRetired, pool::onLoop))
            .toArray(CompletableFuture[]::new));
  }

  public boolean paused() {
    return paused;
  }

  /** Statements that need a server connection wait until {@link #resume}; what runs goes on. */
  public void pause() {
    paused = true;
  }

  public void resume() {
    paused = false;
    wakeWaiters();
  }

  /**
   * Why the server cannot be reached, or null when it can as far as is known. A server that refuses
   * one user or one database was reached.
   */
  public PgError unreachable() {
    return unreachable;
  }

  /** Server connections that some session holds. */
  public int held() {
    return loopPools().stream().mapToInt(LoopPool::heldCount).sum();
  }

  /** Something became free that waiters of any pool here may want. */
  void wakeWaiters() {
    for (SharedPool pool : pools.values()) {
      pool.wakeWaiters();
    }
  }

  /** Closes one idle connection of another pool on this loop, to make room under a common limit. */
  boolean evictIdleExcept(LoopPool asking) {
    LoopPool longestIdle = null;
    for (SharedPool shared : pools.values()) {
      LoopPool pool = shared.existing(asking.context());
      if (pool != null && pool != asking && pool.hasIdle()) {
        longestIdle = pool;
        break;
      }
    }
    return longestIdle != null && longestIdle.closeOldestIdle();
  }

  public Collection<LoopPool> loopPools() {
    List<LoopPool> all = new ArrayList<>();
    pools.values().forEach(shared -> all.addAll(shared.all()));
    return all;
  }

  /** Closes every connection; for the end of the virtual database. */
  public void close() {
    paused = true;
    generation++;
    loopPools().forEach(pool -> pool.onLoop(pool::closeAll));
  }
}
