package dev.heimdall.engine.dialect.sqlserver.catalog;

import dev.heimdall.engine.catalog.ReadingTerms;
import dev.heimdall.engine.catalog.WeighedRows;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Rows of system views, of several in one batch. They are read as they arrive, and no more of them
 * than may be kept. A view that this server does not have has none.
 */
final class SystemRows {
  private static final int SECONDS = 60;

  /** Settings of the batch: open transactions with definitions have rows of system views locked. */
  private static final String BEFORE = "SET NOCOUNT ON; SET LOCK_TIMEOUT 5000";

  private static final int OF_ROW = 100;

  /** Receiver of a row. */
  interface Taker {
    void take(SystemView view, ResultSet row) throws SQLException;
  }

  private final Connection connection;
  private final WeighedRows weighed;
  private final Set<SystemView> missing = EnumSet.noneOf(SystemView.class);

  SystemRows(Connection connection, ReadingTerms terms) {
    this.connection = connection;
    weighed = new WeighedRows(connection, terms, 0);
  }

  /** Views without which nothing can be said. */
  private static boolean isNeeded(SystemView view) {
    return switch (view) {
      case SCHEMAS, OBJECTS, SQL_MODULES, TRIGGERS, FOREIGN_KEYS -> true;
      default -> false;
    };
  }

  /** Counts more bytes than a row's. */
  void weighs(long more) throws SQLException {
    weighed.weighs(more);
  }

  /** Discards the rows read so far: they are read once more. */
  void anew() {
    weighed.anew();
  }

  /** Hands over all rows of these views; false where they are to be asked for anew. */
  boolean each(List<SystemView> views, Taker taker) throws SQLException {
    List<SystemView> there = new ArrayList<>(views);
    there.removeAll(missing);
    StringBuilder batch = new StringBuilder(BEFORE);
    there.forEach(view -> batch.append("; ").append(view.query()));
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    try (Statement statement = connection.createStatement()) {
      statement.setQueryTimeout(SECONDS);
      boolean rows = statement.execute(batch.toString());
      for (int next = 0; rows || statement.getUpdateCount() >= 0; ) {
        if (rows) {
          take(there.get(next++), statement, taker, end);
        }
        rows = statement.getMoreResults();
      }
      return true;
    } catch (SQLException e) {
      SystemView lacking = lacking(e, there);
      if (lacking == null) {
        throw e;
      }
      missing.add(lacking);
      connection.rollback();
      return false;
    }
  }

  private void take(SystemView view, Statement statement, Taker taker, long end)
      throws SQLException {
    try (ResultSet rows = statement.getResultSet()) {
      while (rows.next()) {
        if (System.nanoTime() - end > 0) {
          throw new SQLTimeoutException("the definitions were not read within " + SECONDS + " s");
        }
        weighed.weighs(OF_ROW);
        taker.take(view, rows);
      }
    }
  }

  /** The view that an error names, and which there need not be. */
  private static SystemView lacking(SQLException error, List<SystemView> asked) {
    String message = String.valueOf(error.getMessage()).toLowerCase(Locale.ROOT);
    return asked.stream()
        .filter(view -> !isNeeded(view) && message.matches("(?s).*\\b" + view.named() + "\\b.*"))
        .findFirst()
        .orElse(null);
  }
}
