package dev.heimdall.engine.dialect.mysql.catalog;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Columns that the unique indexes of tables have, with their whole values: an index of the
 * beginning of a text, or of an expression, has no such column there. Used once.
 */
final class UniqueColumns {
  static final String QUERY =
      "SELECT table_schema, table_name, index_name, column_name, sub_part"
          + " FROM information_schema.statistics WHERE non_unique = 0 AND table_schema"
          + InformationDigest.OF_USERS;

  /** By table and index. */
  private final Map<Long, Map<String, Set<String>>> indexes = new HashMap<>();

  /** All of its indexes are seen. */
  void table(long id) {
    indexes.put(id, new HashMap<>(2));
  }

  /**
   * Part of an index.
   *
   * @param column null for an expression
   * @param whole whether its whole values are in the index
   */
  void add(long table, String index, String column, boolean whole) {
    Map<String, Set<String>> of = indexes.get(table);
    if (of != null) {
      Set<String> columns = of.computeIfAbsent(index, name -> new HashSet<>(4));
      if (column != null && whole) {
        columns.add(column.toLowerCase(Locale.ROOT));
      }
    }
  }

  /** True if each unique index of the table has the column; a table may have no index. */
  boolean everyHas(long table, String column) {
    Map<String, Set<String>> of = indexes.get(table);
    return of != null && of.values().stream().allMatch(columns -> columns.contains(column));
  }
}
