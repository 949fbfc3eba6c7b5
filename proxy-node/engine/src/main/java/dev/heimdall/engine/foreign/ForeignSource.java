package dev.heimdall.engine.foreign;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.pool.HikariPool;
import dev.heimdall.engine.jdbc.SourceConnections;
import dev.heimdall.engine.jdbc.Use;
import dev.heimdall.engine.jdbc.WriterGuard;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.Sqlstate;
import dev.heimdall.model.DataSource;
import dev.heimdall.routing.threads.DaemonThreads;
import dev.heimdall.secrets.credentials.DatabaseCredentials;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * A data source of another engine, as rules forward statements to it: some connections, and a
 * thread for each of them. Has neither before the first statement. Thread-safe.
 */
public final class ForeignSource implements AutoCloseable {
  /** A thread for each connection: more would not be what a node is for. */
  private static final int MOST_CONNECTIONS = 100;

  /** A pool for each, which has no connections when unused for a while. */
  private static final int MOST_DATABASES = 100;

  private static final int CANCEL_THREADS = 2;
  private static final long CANCEL_PATIENCE_SECONDS = 10;
  private static final int IDLE_SECONDS = 60;

  private final Plan plan;
  private final Optional<WriterGuard> guard;
  private final ForeignProtocol protocol;
  private final ForeignErrors errors;
  private final ThreadPoolExecutor workers;
  private final ThreadPoolExecutor cancels;
  private final ScheduledThreadPoolExecutor timer;
  private final ScheduledThreadPoolExecutor housekeeping;

  /** By database, where connections keep theirs. Guarded by this object. */
  private final Map<String, HikariDataSource> pools = new HashMap<>();

  /**
   * Parameters of the data source.
   *
   * @param login as whom statements are carried out
   * @param connections how many at most
   * @param maxQueue how many statements may wait for one; 0 for any number
   */
  public record Plan(DataSource source, DatabaseCredentials login, int connections, int maxQueue) {}

  /**
   * @param protocol of its engine
   * @param guard says which writer takes what is written, where that has to be confirmed
   */
  public ForeignSource(Plan plan, ForeignProtocol protocol, Optional<WriterGuard> guard) {
    this.plan = plan;
    this.guard = guard;
    this.protocol = protocol;
    this.errors = new ForeignErrors(plan.source().name(), protocol.states());
    int threads = Math.min(plan.connections(), MOST_CONNECTIONS);
    workers =
        new ThreadPoolExecutor(
            threads,
            threads,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            named("forward")) {
          @Override
          protected void terminated() {
            closePools();
          }
        };
    workers.allowCoreThreadTimeOut(true);
    cancels =
        DaemonThreads.pool(
            CANCEL_THREADS, IDLE_SECONDS, new LinkedBlockingQueue<>(), named("forward-cancel"));
    timer = scheduler("forward-timer");
    housekeeping = scheduler("forward-pool");
  }

  private ScheduledThreadPoolExecutor scheduler(String name) {
    ScheduledThreadPoolExecutor scheduler = new ScheduledThreadPoolExecutor(1, named(name));
    scheduler.setRemoveOnCancelPolicy(true);
    scheduler.setKeepAliveTime(IDLE_SECONDS, TimeUnit.SECONDS);
    return scheduler;
  }

  private ThreadFactory named(String name) {
    return DaemonThreads.numbered(name + "-" + plan.source().name());
  }

  public Plan plan() {
    return plan;
  }

  /** Name of the data source. */
  public String name() {
    return plan.source().name();
  }

  ForeignProtocol protocol() {
    return protocol;
  }

  ForeignErrors errors() {
    return errors;
  }

  /** Has a statement carried out, when there is a connection for it; never blocks. */
  public ForeignCall run(ForeignStatement what, ForeignReply reply) {
    ForeignCall call = new ForeignCall(this, what, reply);
    if (plan.maxQueue() > 0 && workers.getQueue().size() >= plan.maxQueue()) {
      reply.done(
          ForeignOutcome.failed(
              ServerError.error(
                      Sqlstate.TOO_MANY_CONNECTIONS,
                      "too many statements wait for a server connection")
                  .withDetail("pool.maxQueue is " + plan.maxQueue() + ".")));
      return call;
    }
    try {
      workers.execute(call);
    } catch (RejectedExecutionException e) {
      reply.done(
          ForeignOutcome.failed(
              ServerError.error(
                      Sqlstate.ADMIN_SHUTDOWN,
                      "the data source \"" + name() + "\" was changed or removed")
                  .withHint("Send the statement again.")));
    }
    return call;
  }

  // ---- for its calls

  /** Takes a call out of the queue; says whether it was there. */
  boolean forget(ForeignCall call) {
    return workers.getQueue().remove(call);
  }

  /** Has the server end what runs, and the connection closed if it does not. */
  void press(ForeignCall call) {
    try {
      cancels.execute(call::cancelAtServer);
      timer.schedule(call::abort, CANCEL_PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (RejectedExecutionException e) {
      call.abort();
    }
  }

  /** A connection for a statement about this database; blocks until it is there. */
  Connection connect(String database) throws SQLException {
    try {
      return pool(poolOf(database)).getConnection();
    } catch (HikariPool.PoolInitializationException | SQLTransientConnectionException e) {
      // The pool wraps what it has met.
      throw e.getCause() instanceof SQLException cause
          ? cause
          : new SQLException(e.getMessage(), e);
    }
  }

  private synchronized HikariDataSource pool(String database) throws SQLException {
    HikariDataSource pool = pools.get(database);
    if (pool != null) {
      return pool;
    }
    if (workers.isShutdown()) {
      throw new SQLException("the data source is being closed", Sqlstate.ADMIN_SHUTDOWN);
    }
    if (pools.size() == MOST_DATABASES) {
      throw new SQLException(
          "statements for too many databases were forwarded",
          Sqlstate.CONFIGURATION_LIMIT_EXCEEDED);
    }
    Use use =
        new Use(
            "forward",
            "heimdall forward",
            workers.getMaximumPoolSize(),
            false,
            false,
            Duration.ZERO);
    pool =
        new SourceConnections(
                plan.source(), plan.login(), use, guard, housekeeping, named("forward-connect"))
            .to(database);
    pools.put(database, pool);
    return pool;
  }

  /** The connection, which is for statements about this database, is not to be used again. */
  void discard(Connection connection, String database) {
    HikariDataSource from;
    synchronized (this) {
      from = pools.get(poolOf(database));
    }
    if (from != null) {
      from.evictConnection(connection);
    }
  }

  private String poolOf(String database) {
    return protocol.changesDatabase() ? plan.source().database().orElse("") : database;
  }

  // ---- the end

  /** Takes no more statements; those that are there come to their end. Does not block. */
  @Override
  public void close() {
    workers.shutdown();
  }

  private void closePools() {
    List<HikariDataSource> last;
    synchronized (this) {
      last = List.copyOf(pools.values());
      pools.clear();
    }
    last.forEach(HikariDataSource::close);
    cancels.shutdown();
    timer.shutdownNow();
    housekeeping.shutdownNow();
  }
}
