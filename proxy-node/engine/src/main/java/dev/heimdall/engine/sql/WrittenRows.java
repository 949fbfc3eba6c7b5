package dev.heimdall.engine.sql;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * Rows that a transaction, or several, have written of tables, where that is known of all that they
 * did to them.
 */
public final class WrittenRows {
  private final Map<String, RowKeys> rows;

  public WrittenRows() {
    this(Map.of());
  }

  private WrittenRows(Map<String, RowKeys> rows) {
    this.rows = new HashMap<>(rows);
  }

  public WrittenRows copy() {
    return new WrittenRows(rows);
  }

  /**
   * Something is written beside what was before.
   *
   * @param written rows of one of the tables; null where nothing is known of them
   * @param before tables that were written before
   */
  public void add(Collection<String> tables, RowKeys written, Set<String> before) {
    if (written == null && rows.isEmpty()) {
      return;
    }
    for (String table : tables) {
      RowKeys more = written != null && written.table().equals(table) ? written : null;
      if (before.contains(table)) {
        RowKeys known = rows.get(table);
        more = known == null || more == null ? null : known.and(more);
      }
      if (more == null) {
        rows.remove(table);
      } else {
        rows.put(table, more);
      }
    }
  }

  public Map<String, RowKeys> byTable() {
    return rows;
  }

  public void clear() {
    rows.clear();
  }
}
