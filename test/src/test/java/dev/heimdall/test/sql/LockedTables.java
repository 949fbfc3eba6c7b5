package dev.heimdall.test.sql;

import dev.heimdall.engine.sql.ParsedStatement;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * What the server locks while a statement runs: for statements that cannot be the body of a
 * procedure. Locks on tables that the text does not name (of views, partitions, foreign keys) are
 * left out, since the text does not tell them.
 */
final class LockedTables {
  private static final String HELD =
      "SELECT n.nspname, c.relname, l.mode FROM pg_catalog.pg_locks l"
          + " JOIN pg_catalog.pg_class c ON c.oid = l.relation"
          + " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
          + " WHERE l.pid = pg_backend_pid() AND c.relkind IN ('r', 'p', 'v', 'm', 'f')"
          + " AND n.nspname NOT IN ('pg_catalog', 'pg_toast', 'information_schema')"
          // Those below a table are locked with it.
          + " AND NOT EXISTS (SELECT FROM pg_catalog.pg_inherits i JOIN pg_catalog.pg_locks p"
          + " ON p.relation = i.inhparent AND p.pid = l.pid AND p.mode = l.mode"
          + " WHERE i.inhrelid = c.oid)";

  private LockedTables() {}

  /** Each lock held by the current transaction: schema, table and mode, with blanks between. */
  static Set<String> held(Connection connection) throws SQLException {
    Set<String> locks = new TreeSet<>();
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(HELD)) {
      while (rows.next()) {
        locks.add(rows.getString(1) + ' ' + rows.getString(2) + ' ' + rows.getString(3));
      }
    }
    return locks;
  }

  /** What a statement that was understood keeps quiet about, of the locks that it took. */
  static List<String> missedBy(ParsedStatement parsed, String sql, Set<String> locks) {
    List<String> missed = new ArrayList<>();
    for (String lock : locks) {
      String[] parts = lock.split(" ");
      String table = parts[1];
      boolean named =
          Pattern.compile(
                  "(?<![\\w$])" + Pattern.quote(table.toLowerCase(Locale.ROOT)) + "(?![\\w$])")
              .matcher(sql.toLowerCase(Locale.ROOT))
              .find();
      boolean reads = parts[2].equals("AccessShareLock") || parts[2].equals("RowShareLock");
      boolean written = parsed.writes().stream().anyMatch(name -> name.table().equals(table));
      boolean read = written || parsed.reads().stream().anyMatch(n -> n.table().equals(table));
      if (named && (reads ? !read : !written)) {
        missed.add("lock " + lock);
      }
    }
    return missed;
  }
}
