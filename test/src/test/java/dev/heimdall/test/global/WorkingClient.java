package dev.heimdall.test.global;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.SplittableRandom;
import java.util.function.IntUnaryOperator;

/**
 * A client that writes a row of its own, looks whether it sees it, looks what another client has
 * written, and so on. What fails it does not try again: the next row has the next number. When its
 * connection is lost it connects again, to where its name leads then.
 */
final class WorkingClient implements AutoCloseable {
  private static final int PAUSE_MILLIS = 40;
  private static final int PAUSE_AFTER_FAILURE_MILLIS = 100;

  private final int number;
  private final Region home;
  private final Doors doors;
  private final History history;
  private final IntUnaryOperator another;
  private final SplittableRandom random;
  private final Thread thread;
  private volatile boolean ending;
  private Region region;
  private int n;

  /** Where clients find a node. */
  interface Doors {
    /** The region that a client's name leads to now. */
    Region region(Region home);

    /** How they speak to it. */
    Sql sql();

    /** A connection to a region from the client's own. */
    Connection connect(Region home, Region region) throws SQLException;
  }

  /**
   * @param another whose rows it looks for, chosen by any number
   */
  WorkingClient(
      int number, Region home, Doors doors, History history, IntUnaryOperator another, long seed) {
    this.number = number;
    this.home = home;
    this.doors = doors;
    this.history = history;
    this.another = another;
    this.region = home;
    this.random = new SplittableRandom(seed + number);
    history.begins(number, home);
    thread = new Thread(this::run, "client-" + number);
    thread.setDaemon(true);
    thread.start();
  }

  private void run() {
    try {
      while (!ending) {
        region = doors.region(home);
        try (Connection connection = doors.connect(home, region)) {
          while (!ending && !connection.isClosed()) {
            work(connection);
            Thread.sleep(random.nextInt(PAUSE_MILLIS));
          }
        } catch (SQLException lost) {
          Thread.sleep(PAUSE_AFTER_FAILURE_MILLIS);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void work(Connection connection) throws SQLException {
    write(connection);
    read(connection, number);
    read(connection, another.applyAsInt(random.nextInt(Integer.MAX_VALUE)));
  }

  private void write(Connection connection) throws SQLException {
    n++;
    long begun = System.nanoTime();
    try (PreparedStatement insert = connection.prepareStatement(doors.sql().insert())) {
      insert.setInt(1, number);
      insert.setInt(2, n);
      try (ResultSet rows = insert.executeQuery()) {
        rows.next();
        Sql.By by = doors.sql().by(rows);
        history.add(
            new Write(
                number,
                n,
                region,
                begun,
                System.nanoTime(),
                Write.Outcome.ACKNOWLEDGED,
                by.server(),
                by.timeline(),
                ""));
      }
    } catch (SQLException e) {
      history.add(
          new Write(
              number,
              n,
              region,
              begun,
              System.nanoTime(),
              doors.sql().refused(e) ? Write.Outcome.REFUSED : Write.Outcome.UNKNOWN,
              "",
              0,
              said(e)));
      if (connection.isClosed()) {
        throw e;
      }
    }
  }

  private void read(Connection connection, int of) throws SQLException {
    long begun = System.nanoTime();
    try (PreparedStatement select =
        connection.prepareStatement("SELECT coalesce(max(n), 0) FROM history WHERE client = ?")) {
      select.setInt(1, of);
      try (ResultSet rows = select.executeQuery()) {
        rows.next();
        int seen = rows.getInt(1);
        history.add(new Read(number, region, of, begun, System.nanoTime(), seen, ""));
      }
    } catch (SQLException e) {
      history.add(new Read(number, region, of, begun, System.nanoTime(), -1, said(e)));
      if (connection.isClosed()) {
        throw e;
      }
    }
  }

  static String said(SQLException e) {
    return e.getSQLState() + " " + e.getMessage();
  }

  Region home() {
    return home;
  }

  boolean isEnding() {
    return ending;
  }

  /** Asks it to come to an end. */
  void end() {
    ending = true;
  }

  /** Waits until it has ended. */
  @Override
  public void close() {
    end();
    try {
      thread.join(90_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (thread.isAlive()) {
      throw new IllegalStateException("client " + number + " waits for an answer still");
    }
  }
}
