package dev.heimdall.engine.pool;

import dev.heimdall.engine.backend.ConnectionKeeper;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.model.PoolSettings;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/**
 * All connections that a pool has on one loop, of which generation of the pools each is, and whose
 * time is over: those in use end when they are given back, idle ones at once.
 */
final class PooledConnections {
  private static final String RETIRED = "its time was over";

  /** Terms for the pools of one key on all event loops. Thread-safe. */
  interface Terms {
    PoolSettings settings();

    /** Grows when connections that were made before must serve no session any more. */
    long generation();

    /** Number of connections on all loops. */
    int used();

    /** So many connections more are counted that no loop has, or fewer. */
    void moving(int more);

    /** A connection is over that was counted. */
    void free();
  }

  /** A pool of connections of one loop. */
  interface Pool extends ConnectionKeeper {
    LoopContext context();

    /** Reports that the data known about the pool everywhere have changed. */
    void published();

    /** A connection has come from another loop. */
    void adopt(ServerConnection connection, long generation);
  }

  private final LoopContext context;
  private final Terms terms;
  private final IdleConnections idle;
  private final Map<ServerConnection, Long> generations = new HashMap<>();

  /** All idle connections are of this generation or a later one. */
  private long idleGeneration;

  PooledConnections(LoopContext context, Terms terms, IdleConnections idle) {
    this.context = context;
    this.terms = terms;
    this.idle = idle;
  }

  void add(ServerConnection connection, long generation) {
    generations.put(connection, generation);
  }

  /** Returns of which generation it was; null when it was none of the pool's. */
  Long remove(ServerConnection connection) {
    return generations.remove(connection);
  }

  boolean isEmpty() {
    return generations.isEmpty();
  }

  int size() {
    return generations.size();
  }

  /** Those that are there now, to be gone through while some of them leave. */
  List<ServerConnection> all() {
    return List.copyOf(generations.keySet());
  }

  /** Closes those of which this is true. */
  void closeIf(Predicate<ServerConnection> over, String why) {
    for (ServerConnection connection : all()) {
      if (over.test(connection)) {
        connection.close(why);
      }
    }
  }

  /** Gives one to the pool of another loop. */
  void move(ServerConnection connection, Pool from, Pool to) {
    Long generation = remove(connection);
    terms.moving(1);
    from.published();
    connection.move(
        to.context(),
        to,
        moved -> {
          terms.moving(-1);
          if (moved) {
            to.adopt(connection, generation);
          } else {
            terms.free();
          }
        });
  }

  // ---- whose time is over

  boolean retired(ServerConnection connection) {
    Duration lifetime = terms.settings().maxLifetime();
    Long generation = generations.get(connection);
    return generation == null
        || generation != terms.generation()
        || connection.isLeaving()
        || (!lifetime.isZero() && context.now() - connection.createdAt() > lifetime.toNanos());
  }

  /** Closes a connection that is unused if its time is over; says whether it was. */
  boolean retire(ServerConnection connection) {
    boolean over = retired(connection);
    if (over && connection.isLeaving()) {
      connection.end().follow();
    } else if (over) {
      connection.close(RETIRED);
    }
    return over;
  }

  /** True if idle connections may be of a generation that is over. */
  boolean outdated() {
    return idleGeneration != terms.generation();
  }

  void retireIdle() {
    idleGeneration = terms.generation();
    idle.closeIf(this::retired, RETIRED);
  }

  /** Closes those whose time is over, also when they are in use. */
  void abandonRetired(String why) {
    idleGeneration = terms.generation();
    closeIf(this::retired, why);
  }

  /** Closes idle ones whose time is over, and those idle for long. */
  void expire(long now) {
    PoolSettings settings = terms.settings();
    idle.closeIf(this::retired, RETIRED);
    long idleNanos = settings.idleTimeout().toNanos();
    AtomicInteger surplus = new AtomicInteger(terms.used() - settings.minIdle());
    if (idleNanos > 0) {
      idle.closeIf(
          connection -> now - connection.lastUsed() > idleNanos && surplus.getAndDecrement() > 0,
          "no client used it");
    }
  }
}
