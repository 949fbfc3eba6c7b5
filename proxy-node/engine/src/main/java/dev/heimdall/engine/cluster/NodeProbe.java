package dev.heimdall.engine.cluster;

import com.zaxxer.hikari.HikariDataSource;
import dev.heimdall.engine.jdbc.SourceConnections;
import dev.heimdall.model.ServerAddress;
import java.net.InetAddress;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collections;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks one server again and again, over a small pool of its own. */
final class NodeProbe {
  /** What is done with a connection. */
  interface Question<T> {
    T ask(Connection connection) throws SQLException;
  }

  /** Hears what a server says, and decides when it is asked next. */
  interface Listener {
    /** Whether the server is to name the others this time. */
    boolean wantsMembers(NodeProbe probe);

    /**
     * It answered; returns how long to wait until it is asked again.
     *
     * @param askedAt when it was asked, by {@link System#nanoTime}: what it said was so at some
     *     time after that
     */
    Duration answered(NodeProbe probe, NodeReport report, long askedAt);

    /** It did not. */
    Duration failed(NodeProbe probe, String why);
  }

  private enum State {
    NEW,
    WAITING,
    ASKING,
    CLOSED
  }

  private static final Logger LOG = LoggerFactory.getLogger(ClusterTracker.class);

  private static final Duration AFTER_ERROR = Duration.ofSeconds(1);

  private final ServerAddress address;
  private final String database;
  private final Prober prober;
  private final SourceConnections connections;
  private final ScheduledExecutorService executor;
  private final Listener listener;

  private State state = State.NEW;
  private Future<?> planned;
  private boolean again;
  private HikariDataSource pool;

  /** Where its name led when the pool was made; empty where nobody could say. */
  private Set<InetAddress> leading = Set.of();

  NodeProbe(
      ServerAddress address,
      String database,
      Prober prober,
      SourceConnections connections,
      ScheduledExecutorService executor,
      Listener listener) {
    this.address = address;
    this.database = database;
    this.prober = prober;
    this.connections = connections;
    this.executor = executor;
    this.listener = listener;
  }

  ServerAddress address() {
    return address;
  }

  /**
   * Asks as soon as possible: at once, or again when the answer to a question under way is there.
   */
  synchronized void hurry() {
    if (state == State.ASKING) {
      again = true;
    } else if (state != State.CLOSED) {
      plan(Duration.ZERO);
    }
  }

  /** The only place where a question is planned. */
  private void plan(Duration in) {
    if (planned != null) {
      planned.cancel(false);
    }
    state = State.WAITING;
    try {
      planned = executor.schedule(this::ask, in.toNanos(), TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      state = State.CLOSED;
    }
  }

  private void ask() {
    synchronized (this) {
      if (state != State.WAITING) {
        return;
      }
      state = State.ASKING;
      planned = null;
      again = false;
    }
    Duration next;
    try {
      boolean members = listener.wantsMembers(this);
      long askedAt = System.nanoTime();
      NodeReport report = with(connection -> prober.ask(connection, members));
      next = listener.answered(this, report, askedAt);
    } catch (SQLException | RuntimeException | Error e) {
      next = failed(e);
    }
    synchronized (this) {
      if (state == State.ASKING) {
        plan(again ? Duration.ZERO : next);
      }
    }
  }

  private Duration failed(Throwable failure) {
    try {
      return listener.failed(this, SourceConnections.reason(failure));
    } catch (RuntimeException | Error e) {
      // Who is not asked any more is never found to be back.
      LOG.error("an error in the node has interrupted its asking {}", address, e);
      return AFTER_ERROR;
    }
  }

  /**
   * Asks something of the server on this thread. After a failure the pool is made anew: a new pool
   * fails at its first attempt to connect, where an old one would try on for long.
   */
  <T> T with(Question<T> question) throws SQLException {
    HikariDataSource open = pool();
    try (Connection connection = open.getConnection()) {
      return question.ask(connection);
    } catch (SQLException | RuntimeException | Error e) {
      boolean broken;
      synchronized (this) {
        broken = pool == open;
        pool = broken ? null : pool;
      }
      if (broken) {
        open.close();
      }
      throw e;
    }
  }

  /**
   * Takes note of where the server's name leads now. Where that is somewhere else than before, the
   * server is asked over new connections: those that there are may be to one that had the name.
   *
   * @return whether it is
   */
  boolean leads(Set<InetAddress> now) {
    HikariDataSource open;
    synchronized (this) {
      if (leading.isEmpty() || now.isEmpty() || !Collections.disjoint(leading, now)) {
        return false;
      }
      open = pool;
      pool = null;
      leading = Set.of();
    }
    if (open != null) {
      open.close();
    }
    hurry();
    return true;
  }

  private HikariDataSource pool() throws SQLException {
    synchronized (this) {
      if (pool != null) {
        return pool;
      }
    }
    Set<InetAddress> before = NameWatch.addresses(address.host());
    HikariDataSource made = connections.to(database);
    HikariDataSource superfluous = made;
    try {
      synchronized (this) {
        if (state == State.CLOSED) {
          throw new SQLException("the server is not asked any more");
        }
        if (pool == null) {
          pool = made;
          leading = before;
          superfluous = null;
        }
        return pool;
      }
    } finally {
      if (superfluous != null) {
        superfluous.close();
      }
    }
  }

  /** Ends asking. May take a moment: not for event loops. */
  void close() {
    HikariDataSource open;
    synchronized (this) {
      state = State.CLOSED;
      if (planned != null) {
        planned.cancel(false);
      }
      open = pool;
      pool = null;
    }
    if (open != null) {
      open.close();
    }
  }
}
