package dev.heimdall.engine.cluster;

import dev.heimdall.engine.wire.Position;
import dev.heimdall.engine.wire.Sqlstate;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * A server that is asked over JDBC, over a few connections that are kept. A question makes one
 * attempt to connect at most, whose failure is its answer: a pool would go on trying, with longer
 * and longer rests, while the server is back already as something else.
 */
public final class JdbcServer implements ProbedServer {
  /** Maximum number of concurrent queries. */
  private static final int CONNECTIONS = 2;

  /** Idle time after which it is checked first if the server has ended the connection. */
  private static final Duration FRESH = Duration.ofMillis(500);

  /** Maximum age of a connection, as the data that servers keep for it grows with its age. */
  private static final Duration OLDEST = Duration.ofMinutes(30);

  /** Listener that ignores the progress of a query. */
  public static final Progress UNHEARD =
      new Progress() {
        @Override
        public void sent() {
          // No one waits for that.
        }

        @Override
        public void next() {
          // The same.
        }

        @Override
        public void connecting() {
          // The same.
        }
      };

  private final Opening opening;
  private final Duration patience;
  private final Questions questions;
  private final Semaphore places = new Semaphore(CONNECTIONS);
  private final Deque<Kept> kept = new ArrayDeque<>();
  private final Set<Connection> used = new HashSet<>();
  private boolean closed;

  /** Queries for the servers of an engine, and the reading of their answers. */
  public interface Questions {
    /**
     * @param members whether the server is to name the others too
     * @param progress where that takes several round trips: is notified of each but the first
     */
    NodeReport ask(Connection connection, boolean members, Progress progress) throws SQLException;

    /** As {@link ProbedServer#written}. */
    Position written(Connection connection) throws SQLException;
  }

  /** Makes connections to it in autocommit mode, each by one attempt. */
  public interface Opening {
    Connection connect() throws SQLException;
  }

  private interface Question<T> {
    T ask(Connection connection) throws SQLException;
  }

  /**
   * @param made when, by {@link System#nanoTime}, as the other one
   */
  private record Kept(Connection connection, long made, long used) {
    boolean isOld(long now) {
      return now - made > OLDEST.toNanos();
    }
  }

  /**
   * @param patience how long a question waits for one of those before
   */
  public JdbcServer(Opening opening, Duration patience, Questions questions) {
    this.opening = opening;
    this.patience = patience;
    this.questions = questions;
  }

  @Override
  public NodeReport ask(boolean members) throws SQLException {
    return ask(members, UNHEARD);
  }

  @Override
  public NodeReport ask(boolean members, Progress progress) throws SQLException {
    return with(connection -> questions.ask(connection, members, progress), progress);
  }

  @Override
  public Position written() throws SQLException {
    return with(questions::written, UNHEARD);
  }

  private <T> T with(Question<T> question, Progress progress) throws SQLException {
    await();
    try {
      Kept one = take(progress);
      boolean sound = false;
      try {
        progress.sent();
        T answer = question.ask(one.connection());
        sound = true;
        return answer;
      } finally {
        giveBack(one, sound);
      }
    } finally {
      places.release();
    }
  }

  private void await() throws SQLException {
    try {
      if (!places.tryAcquire(patience.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new SQLException(
            "earlier questions to the server are not answered", Sqlstate.UNABLE_TO_CONNECT);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SQLException("interrupted before the server was asked", Sqlstate.ADMIN_SHUTDOWN);
    }
  }

  private Kept take(Progress progress) throws SQLException {
    for (Kept one = next(); one != null; one = next()) {
      progress.sent();
      boolean fresh = System.nanoTime() - one.used() < FRESH.toNanos();
      if (fresh || one.connection().isValid((int) Math.max(1, patience.toSeconds()))) {
        return one;
      }
      giveBack(one, false);
    }
    progress.connecting();
    Connection made = opening.connect();
    Kept one = new Kept(made, System.nanoTime(), System.nanoTime());
    synchronized (this) {
      if (!closed) {
        used.add(made);
        return one;
      }
    }
    close(made);
    throw new SQLException("the server is not asked any more", Sqlstate.CONNECTION_DOES_NOT_EXIST);
  }

  private synchronized Kept next() {
    Kept one = kept.pollFirst();
    if (one != null) {
      used.add(one.connection());
    }
    return one;
  }

  private void giveBack(Kept one, boolean sound) {
    long now = System.nanoTime();
    boolean keep = sound && !one.isOld(now) && isOpen(one.connection());
    synchronized (this) {
      used.remove(one.connection());
      if (keep && !closed) {
        kept.addFirst(new Kept(one.connection(), one.made(), now));
        return;
      }
    }
    close(one.connection());
  }

  private static boolean isOpen(Connection connection) {
    try {
      return !connection.isClosed();
    } catch (SQLException e) {
      return false;
    }
  }

  private static void close(Connection connection) {
    try {
      connection.close();
    } catch (SQLException e) {
      // It is of no use any more, whatever becomes of it.
    }
  }

  @Override
  public void close() {
    Deque<Kept> idle;
    Set<Connection> busy;
    synchronized (this) {
      closed = true;
      idle = new ArrayDeque<>(kept);
      busy = Set.copyOf(used);
      kept.clear();
    }
    idle.forEach(one -> close(one.connection()));
    for (Connection connection : busy) {
      try {
        connection.abort(Runnable::run);
      } catch (SQLException e) {
        // The same.
      }
    }
  }
}
