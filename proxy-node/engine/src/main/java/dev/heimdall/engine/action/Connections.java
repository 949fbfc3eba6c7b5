package dev.heimdall.engine.action;

import com.zaxxer.hikari.HikariDataSource;
import dev.heimdall.engine.jdbc.SourceConnections;
import dev.heimdall.engine.jdbc.Use;
import dev.heimdall.engine.jdbc.WriterGuards;
import dev.heimdall.engine.wire.Sqlstate;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/** Pools of connections, one for each target in use. Asking for a connection blocks. */
final class Connections implements AutoCloseable {
  /** Pools that are kept at most, as far as they are not in use. */
  private static final int MOST_POOLS = 100;

  private static final Duration UNUSED = Duration.ofMinutes(5);

  private final Use use;
  private final WriterGuards guards;
  private final ScheduledExecutorService housekeeping;
  private final ThreadFactory threads;

  // Guarded by this object.
  private final Map<Target, Pool> pools = new HashMap<>();
  private boolean closed;

  private static final class Pool {
    private final HikariDataSource connections;
    private int leases;
    private long lastUsed;

    Pool(HikariDataSource connections) {
      this.connections = connections;
    }
  }

  /** A connection on loan; closing gives it back. */
  final class Lease implements AutoCloseable {
    private final Pool pool;
    private final Connection connection;
    private boolean discarded;

    private Lease(Pool pool, Connection connection) {
      this.pool = pool;
      this.connection = connection;
    }

    Connection connection() {
      return connection;
    }

    /** Not to be used again by anybody. */
    void discard() {
      discarded = true;
      pool.connections.evictConnection(connection);
    }

    @Override
    public void close() {
      try {
        if (!discarded) { // or the pool would set on it anew what it has no more
          connection.close();
        }
      } catch (SQLException e) {
        // It was broken, and its user knows.
      } finally {
        free(pool);
      }
    }
  }

  Connections(
      int connections,
      WriterGuards guards,
      ScheduledExecutorService housekeeping,
      ThreadFactory threads) {
    this.guards = guards;
    this.use = new Use("actions", "heimdall actions", connections, false, false, Duration.ZERO);
    this.housekeeping = housekeeping;
    this.threads = threads;
    housekeeping.scheduleWithFixedDelay(this::closeUnused, 1, 1, TimeUnit.MINUTES);
  }

  Lease lease(Target target) throws SQLException {
    Pool pool = pool(target);
    Connection connection = null;
    try {
      connection = pool.connections.getConnection();
      return new Lease(pool, connection);
    } finally {
      if (connection == null) {
        free(pool);
      }
    }
  }

  private synchronized Pool pool(Target target) throws SQLException {
    if (closed) {
      throw new SQLException("the node is stopping", Sqlstate.ADMIN_SHUTDOWN);
    }
    Pool pool = pools.get(target);
    if (pool == null) {
      pool =
          new Pool(
              new SourceConnections(
                      target.source(),
                      target.login(),
                      use,
                      guards.of(target.source()),
                      housekeeping,
                      threads)
                  .onDemand(target.database()));
      pools.put(target, pool);
    }
    pool.leases++;
    return pool;
  }

  private void free(Pool pool) {
    List<Pool> tooMany = new ArrayList<>();
    synchronized (this) {
      pool.leases--;
      pool.lastUsed = System.nanoTime();
      while (pools.size() > MOST_POOLS && removeOldest(tooMany)) {}
    }
    tooMany.forEach(p -> p.connections.close());
  }

  private boolean removeOldest(List<Pool> removed) {
    return pools.values().stream()
        .filter(pool -> pool.leases == 0)
        .min(Comparator.comparingLong(pool -> pool.lastUsed))
        .map(oldest -> removed.add(oldest) && pools.values().remove(oldest))
        .orElse(false);
  }

  private void closeUnused() {
    List<Pool> unused = new ArrayList<>();
    synchronized (this) {
      long now = System.nanoTime();
      for (Iterator<Pool> all = pools.values().iterator(); all.hasNext(); ) {
        Pool pool = all.next();
        if (pool.leases == 0 && now - pool.lastUsed > UNUSED.toNanos()) {
          all.remove();
          unused.add(pool);
        }
      }
    }
    unused.forEach(pool -> pool.connections.close());
  }

  /** Breaks off what is being asked. */
  @Override
  public void close() {
    List<Pool> all;
    synchronized (this) {
      closed = true;
      all = List.copyOf(pools.values());
      pools.clear();
    }
    all.forEach(pool -> pool.connections.close());
  }
}
