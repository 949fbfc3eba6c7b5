package dev.heimdall.engine.dialect.sqlserver.changes;

import dev.heimdall.engine.changes.ChangeReader;
import dev.heimdall.engine.changes.ChangeSink;
import dev.heimdall.engine.changes.FeedFault;
import dev.heimdall.engine.dialect.sqlserver.sql.SqlServerSql;
import dev.heimdall.engine.sql.FoldedName;
import dev.heimdall.engine.sql.KeyColumns;
import dev.heimdall.engine.sql.LoggedRows;
import dev.heimdall.engine.sql.RowKeys;
import dev.heimdall.engine.sql.TableName;
import dev.heimdall.engine.wire.Position;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Polls the change tracking of one database. Changes that a poll sees are committed, and all later
 * reads see them, so nothing has to be waited for. Commits of the node's own are reported again:
 * change tracking does not say whose they are.
 */
final class TrackedChanges implements ChangeReader {
  /** Tables that are asked for at once. */
  private static final int CHUNK = 100;

  private static final int MOST_TABLES = 10_000;

  /** Columns of a change that are none of its row. */
  private static final String OWN = "sys_change_";

  private final Connection connection;
  private final String database;
  private final Function<TableName, KeyColumns> keys;
  private final ChangeSink sink;
  private final long interval;

  /** State of the database at one time. */
  private record Look(long version, List<TrackedTable> tables) {}

  /**
   * @param connection closed with this
   * @param database to which it is
   * @param keys by what a table's rows can be told apart; null where they cannot
   * @param interval milliseconds between polls
   */
  TrackedChanges(
      Connection connection,
      String database,
      Function<TableName, KeyColumns> keys,
      ChangeSink sink,
      long interval) {
    this.connection = connection;
    this.database = database;
    this.keys = keys;
    this.sink = sink;
    this.interval = interval;
  }

  @Override
  public void read(Progress progress) throws SQLException, FeedFault, InterruptedException {
    try (Statement statement = connection.createStatement()) {
      unlocked(statement);
      Look first = look(statement);
      TrackedVersions versions = new TrackedVersions(first.version(), first.tables());
      long last = first.version();
      TimeUnit.NANOSECONDS.sleep(TrackedVersions.SETTLED);
      progress.following();
      while (true) {
        Look now = look(statement);
        if (now.version() < last) {
          throw new SQLException("change tracking has begun anew");
        }
        last = now.version();
        report(statement, versions, now, progress);
        TimeUnit.MILLISECONDS.sleep(interval);
      }
    }
  }

  /** Has polls wait for no writer, and see what all later reads see. */
  private static void unlocked(Statement statement) throws SQLException, FeedFault {
    boolean snapshot;
    try (ResultSet row = statement.executeQuery(TrackingQueries.snapshots())) {
      boolean found = row.next();
      snapshot = found && row.getInt(1) == 1;
      if (!snapshot && !(found && row.getInt(2) == 1)) {
        throw new FeedFault(
            "polls of change tracking would wait for transactions that write: ALTER DATABASE ... SET"
                + " ALLOW_SNAPSHOT_ISOLATION ON");
      }
    }
    if (snapshot) {
      statement.execute("SET TRANSACTION ISOLATION LEVEL SNAPSHOT");
    }
  }

  private static Look look(Statement statement) throws SQLException, FeedFault {
    long version;
    try (ResultSet row = statement.executeQuery(TrackingQueries.now())) {
      row.next();
      version = row.getLong(1);
      if (row.wasNull()) {
        throw new FeedFault(
            "the database tracks no changes: ALTER DATABASE ... SET CHANGE_TRACKING = ON");
      }
      if ("READ_ONLY".equals(row.getString(2))) {
        throw new SQLException("the database is READ_ONLY now");
      }
    }
    List<TrackedTable> tables = new ArrayList<>();
    try (ResultSet row = statement.executeQuery(TrackingQueries.tables())) {
      while (row.next()) {
        if (tables.size() == MOST_TABLES) {
          throw new FeedFault("the database tracks more than " + MOST_TABLES + " tables");
        }
        tables.add(
            new TrackedTable(
                row.getInt(1), row.getString(2), row.getString(3), row.getLong(4), row.getLong(5)));
      }
    }
    return new Look(version, tables);
  }

  private void report(Statement statement, TrackedVersions versions, Look now, Progress progress)
      throws SQLException {
    Set<String> written = new HashSet<>();
    Map<String, RowKeys> rows = new HashMap<>();
    versions.unknown(now.tables()).forEach(table -> written.add(spelled(table)));
    TrackedVersions.Window window = versions.window(now.version(), System.nanoTime());
    for (int i = 0; window != null && i < now.tables().size(); i += CHUNK) {
      List<TrackedTable> chunk = now.tables().subList(i, Math.min(i + CHUNK, now.tables().size()));
      for (TrackedTable table : changed(statement, versions, window, chunk)) {
        String name = spelled(table);
        RowKeys known = written.add(name) ? rows(statement, table, window) : null;
        if (known != null) {
          rows.put(name, known);
        } else {
          rows.remove(name);
        }
      }
    }
    if (!written.isEmpty()) {
      progress.heard(written.size(), sink.written(written, rows, Position.NONE));
    }
  }

  /** A table's name in full, as the catalogue spells it. */
  private String spelled(TrackedTable table) {
    TableName name = name(table);
    boolean usual = name.schema().equals(SqlServerSql.USUAL_SCHEMA);
    return new TableName(name.database(), usual ? null : name.schema(), name.table()).spelled();
  }

  private TableName name(TrackedTable table) {
    return new TableName(
        FoldedName.of(database), FoldedName.of(table.schema()), FoldedName.of(table.name()));
  }

  private static List<TrackedTable> changed(
      Statement statement,
      TrackedVersions versions,
      TrackedVersions.Window window,
      List<TrackedTable> tables)
      throws SQLException {
    List<String> counts = new ArrayList<>();
    for (int i = 0; i < tables.size(); i++) {
      counts.add(TrackingQueries.count(i, tables.get(i).quoted(), window.from(), window.next()));
    }
    List<TrackedTable> changed = new ArrayList<>();
    try (ResultSet row = statement.executeQuery(String.join("\nUNION ALL ", counts))) {
      while (row.next()) {
        TrackedTable table = tables.get(row.getInt(1));
        if (versions.changed(table.id(), row.getLong(2), row.getLong(3), row.getLong(4))) {
          changed.add(table);
        }
      }
    }
    return changed;
  }

  /**
   * The changed rows by their primary key; null where too many are, or they are not known by it.
   */
  private RowKeys rows(Statement statement, TrackedTable table, TrackedVersions.Window window)
      throws SQLException {
    KeyColumns of = keys.apply(name(table));
    if (of == null) {
      return null;
    }
    LoggedRows known = new LoggedRows(new KeyColumns(spelled(table), of.name(), of.columns()));
    String query = TrackingQueries.rows(RowKeys.MOST_VALUES + 1, table.quoted(), window.from());
    try (ResultSet row = statement.executeQuery(query)) {
      List<String> columns = columns(row.getMetaData());
      int count = 0;
      while (row.next()) {
        if (++count > RowKeys.MOST_VALUES) {
          return null;
        }
        known.row();
        for (int i = 0; i < columns.size(); i++) {
          String column = columns.get(i);
          String value = column.startsWith(OWN) ? null : row.getString(i + 1);
          if (value != null) {
            known.value(column, value.getBytes(StandardCharsets.UTF_8));
          }
        }
      }
    }
    return known.keys();
  }

  /** Names of the columns, folded. */
  private static List<String> columns(ResultSetMetaData of) throws SQLException {
    List<String> names = new ArrayList<>();
    for (int i = 1; i <= of.getColumnCount(); i++) {
      names.add(of.getColumnLabel(i).toLowerCase(Locale.ROOT));
    }
    return names;
  }

  @Override
  public void close() {
    ChangeReader.abandon(connection);
  }
}
