package dev.heimdall.test.tds;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * Change tracking of a server's databases: the rows of each commit, with its version. A version is
 * the current one before the rows are committed, and its changes are seen behind that, as SQL
 * Server promises no more. Guarded by itself.
 */
final class ChangeTracking {
  /** Tables of a database, and its version; a database without tracks nothing. */
  private static final class Tracked {
    final Map<String, Table> tables = new TreeMap<>();
    long version;
  }

  private static final class Table {
    final String name;
    final List<String> key = new ArrayList<>();
    final List<Integer> at = new ArrayList<>();
    final List<Change> changes = new ArrayList<>();
    long begun;
    long leastValid;

    Table(String name) {
      this.name = name;
    }
  }

  private record Change(long version, String operation, List<Object> key) {}

  private final Map<String, Tracked> databases = new TreeMap<>();
  private volatile boolean any;
  private volatile long late;

  /** True if a commit has to be noted. */
  boolean any() {
    return any;
  }

  /** Commits take so long from here, between their numbers and what is seen of them. */
  void late(long millis) {
    late = millis;
  }

  /** ALTER DATABASE d SET CHANGE_TRACKING …, ALTER TABLE t … CHANGE_TRACKING; false for others. */
  boolean alter(List<TsqlToken> words, TdsSession session) {
    if (!words.get(0).is("ALTER") || words.stream().noneMatch(w -> w.is("CHANGE_TRACKING"))) {
      return false;
    }
    boolean on = words.stream().anyMatch(w -> w.isAny("ON", "ENABLE"));
    synchronized (this) {
      if (words.get(1).is("DATABASE")) {
        String database = words.get(2).is("CURRENT") ? session.database : words.get(2).lower();
        if (on) {
          databases.computeIfAbsent(database, name -> new Tracked());
          any = true;
        } else {
          databases.remove(database);
        }
      } else {
        Tracked in = databases.get(session.database);
        if (in == null) {
          throw new SqlErrorException(5088, 16, "Change tracking is not enabled on the database.");
        }
        String name = table(words.subList(2, words.size()));
        if (on) {
          in.tables.put(lower(name), tracked(name, in, session));
        } else {
          in.tables.remove(lower(name));
        }
      }
    }
    return true;
  }

  /** Last part of the name that words begin with. */
  private static String table(List<TsqlToken> words) {
    int at = 0;
    while (at + 2 < words.size() && words.get(at + 1).is(".")) {
      at += 2;
    }
    return words.get(at).text();
  }

  private static Table tracked(String name, Tracked in, TdsSession session) {
    Table table = new Table(name);
    table.begun = in.version;
    table.leastValid = in.version;
    Connection engine = session.engine();
    try (Statement statement = engine.createStatement();
        ResultSet row =
            statement.executeQuery(
                ("SELECT C.COLUMN_NAME, C.ORDINAL_POSITION, C.TABLE_NAME FROM"
                        + " INFORMATION_SCHEMA.TABLE_CONSTRAINTS T JOIN"
                        + " INFORMATION_SCHEMA.KEY_COLUMN_USAGE K ON K.CONSTRAINT_SCHEMA ="
                        + " T.CONSTRAINT_SCHEMA AND K.CONSTRAINT_NAME = T.CONSTRAINT_NAME JOIN"
                        + " INFORMATION_SCHEMA.COLUMNS C ON C.TABLE_SCHEMA = T.TABLE_SCHEMA AND"
                        + " C.TABLE_NAME = T.TABLE_NAME AND C.COLUMN_NAME = K.COLUMN_NAME WHERE"
                        + " T.CONSTRAINT_TYPE = 'PRIMARY KEY' AND T.TABLE_SCHEMA = '%s' AND"
                        + " LOWER(T.TABLE_NAME) = '%s' ORDER BY K.ORDINAL_POSITION")
                    .formatted(session.database, lower(name)))) {
      String found = null;
      while (row.next()) {
        table.key.add(row.getString(1));
        table.at.add(row.getInt(2) - 1);
        found = row.getString(3);
      }
      if (found == null) {
        throw new SqlErrorException(
            4997,
            16,
            "Cannot enable change tracking on table '" + name + "'. It has no primary" + " key.");
      }
      try (Statement trigger = engine.createStatement()) {
        trigger.execute(
            "CREATE TRIGGER IF NOT EXISTS %s.%s AFTER INSERT, UPDATE, DELETE ON %s.%s FOR EACH ROW CALL '%s'"
                .formatted(
                    QueryRewriter.quoted(session.database),
                    QueryRewriter.quoted(found + " tracked"),
                    QueryRewriter.quoted(session.database),
                    QueryRewriter.quoted(found),
                    RowCapture.class.getName()));
      }
      return table;
    } catch (SQLException e) {
      throw ServerErrors.of(e);
    }
  }

  /** Commits, and has the changes seen behind that. */
  void commit(Connection engine, List<GroupLog.Change> changes) throws SQLException {
    Map<String, Long> versions = number(changes);
    try {
      if (!versions.isEmpty()) {
        TimeUnit.MILLISECONDS.sleep(late);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    engine.commit();
    synchronized (this) {
      for (GroupLog.Change change : changes) {
        Tracked in = databases.get(change.schema());
        if (in != null
            && change instanceof GroupLog.Row row
            && versions.containsKey(row.schema())) {
          note(in.tables.get(lower(row.table())), row, versions.get(row.schema()));
        }
      }
    }
  }

  private synchronized Map<String, Long> number(List<GroupLog.Change> changes) {
    Map<String, Long> versions = new TreeMap<>();
    for (GroupLog.Change change : changes) {
      Tracked in = databases.get(change.schema());
      if (in != null && change instanceof GroupLog.Row) {
        versions.computeIfAbsent(change.schema(), name -> ++in.version);
      }
    }
    return versions;
  }

  private static void note(Table table, GroupLog.Row row, long version) {
    if (table == null) {
      return;
    }
    List<Object> before = key(table, row.before());
    List<Object> after = key(table, row.after());
    if (before != null && before.equals(after)) {
      table.changes.add(new Change(version, "U", after));
      return;
    }
    if (before != null) {
      table.changes.add(new Change(version, "D", before));
    }
    if (after != null) {
      table.changes.add(new Change(version, "I", after));
    }
  }

  private static List<Object> key(Table table, Object[] row) {
    return row == null ? null : table.at.stream().map(at -> row[at]).toList();
  }

  /** Rows that go without being named: what is known of them begins anew. */
  synchronized void emptied(String database, List<TsqlToken> truncate) {
    Tracked in = databases.get(database);
    Table table =
        in == null ? null : in.tables.get(lower(table(truncate.subList(2, truncate.size()))));
    if (table != null) {
      table.changes.clear();
      table.begun = in.version;
      table.leastValid = in.version;
    }
  }

  /** Changes up to a version are forgotten. */
  synchronized void cleanUp(String database, long upTo) {
    for (Table table : databases.get(database).tables.values()) {
      table.leastValid = Math.max(table.leastValid, upTo);
      table.changes.removeIf(change -> change.version() <= upTo);
    }
  }

  /** CHANGE_TRACKING_CURRENT_VERSION(). */
  synchronized Long version(String database) {
    Tracked in = databases.get(database);
    return in == null ? null : in.version;
  }

  /** A query for the rows of sys.change_tracking_tables. */
  synchronized String tables(String database) {
    StringBuilder rows =
        new StringBuilder(
            "SELECT 0 AS object_id, CAST(0 AS BIGINT) AS min_valid_version,"
                + " CAST(0 AS BIGINT) AS begin_version, CAST(0 AS BIGINT) AS cleanup_version WHERE"
                + " FALSE");
    Tracked in = databases.get(database);
    for (Table table : in == null ? List.<Table>of() : List.copyOf(in.tables.values())) {
      rows.append(" UNION ALL SELECT ")
          .append(SystemViews.number("'" + table.name.replace("'", "''") + "'"))
          .append(", %d, %d, 0".formatted(table.leastValid, table.begun));
    }
    return rows.toString();
  }

  /** A query for CHANGETABLE(CHANGES …): one row for each key, as it was changed last. */
  synchronized String changes(String database, List<TsqlToken> name, long from) {
    Tracked in = databases.get(database);
    Table table = in == null ? null : in.tables.get(lower(table(name)));
    if (table == null) {
      throw new SqlErrorException(
          22105, 16, "Change tracking is not enabled on table '" + table(name) + "'.");
    }
    Map<List<Object>, Change> last = new LinkedHashMap<>();
    table.changes.stream()
        .filter(change -> change.version() > from)
        .forEach(change -> last.put(change.key(), change));
    StringBuilder keys = new StringBuilder();
    table.key.forEach(column -> keys.append(", ").append(QueryRewriter.quoted(column)));
    StringBuilder rows =
        new StringBuilder("SELECT * FROM (SELECT CAST(0 AS BIGINT), CAST('' AS VARCHAR(1))");
    table.key.forEach(column -> rows.append(", CAST('' AS VARCHAR(4000))"));
    rows.append(" WHERE FALSE");
    for (Change change : last.values()) {
      rows.append(" UNION ALL SELECT %d, '%s'".formatted(change.version(), change.operation()));
      for (Object value : change.key()) {
        rows.append(", '").append(Objects.toString(value).replace("'", "''")).append('\'');
      }
    }
    return rows + ") AS m(SYS_CHANGE_VERSION, SYS_CHANGE_OPERATION" + keys + ")";
  }

  private static String lower(String text) {
    return text.toLowerCase(Locale.ROOT);
  }
}
