package dev.heimdall.engine.catalog;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.sql.Statement;
import java.time.Duration;

/**
 * Asks a database what it defines, row by row, and stops before the heap is full of what would be
 * too large in the end.
 */
public final class WeighedRows {
  /** Minimum size of a row of any query, in bytes. */
  private static final int OF_ROW = 100;

  private static final long NANOS_OF_SECOND = 1_000_000_000;

  /** Receiver of a row. */
  @FunctionalInterface
  public interface Taker {
    void take(ResultSet row) throws SQLException;
  }

  private final Connection connection;
  private final ReadingTerms terms;
  private final int fetchSize;
  private long weight;

  /** Deadline for the queries, by {@link System#nanoTime}; null for no limit. */
  private Long deadline;

  /**
   * @param fetchSize rows that the driver is to keep at a time; 0 for what it does by itself
   */
  public WeighedRows(Connection connection, ReadingTerms terms, int fetchSize) {
    this.connection = connection;
    this.terms = terms;
    this.fetchSize = fetchSize;
  }

  /**
   * Hands over each row of the answer.
   *
   * @throws SQLException also where what was read weighs more than it may
   */
  public void each(String query, Taker taker) throws SQLException {
    each(query, fetchSize, taker);
  }

  /** All that is asked from now on must end within this time together. */
  public void endWithin(Duration time) {
    deadline = System.nanoTime() + time.toNanos();
  }

  /** Nanoseconds until then. */
  private long left() throws SQLException {
    long left = deadline - System.nanoTime();
    if (left <= 0) {
      throw new SQLTimeoutException(
          "the definitions were not read in time, while others change them all the time");
    }
    return left;
  }

  /** Hands over each row of the answer, with another number of rows at a time. */
  public void each(String query, int rowsAtATime, Taker taker) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.setFetchSize(rowsAtATime);
      if (deadline != null) {
        statement.setQueryTimeout((int) (1 + left() / NANOS_OF_SECOND));
      }
      try (ResultSet rows = statement.executeQuery(query)) {
        while (rows.next()) {
          if (deadline != null) {
            left();
          }
          weighs(OF_ROW);
          taker.take(rows);
        }
      }
    }
  }

  /** Discards the rows read so far: they are read once more. */
  public void anew() {
    weight = 0;
  }

  /**
   * Counts more bytes than a row's.
   *
   * @throws SQLException if that is too much
   */
  public void weighs(long more) throws SQLException {
    weight += more;
    if (weight > terms.most()) {
      throw terms.tooLarge("more than " + (terms.most() >> 20));
    }
  }
}
