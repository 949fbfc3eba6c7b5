package dev.heimdall.engine.share;

import dev.heimdall.engine.sql.RowKeys;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Columns of tables by whose values results are kept: of a row in a log only these are of use. Of
 * others, and of later ones, the table counts. Thread-safe.
 */
final class KeptColumns {
  private static final int MOST_TABLES = 1_000;

  private final Map<String, List<String>> columns = new ConcurrentHashMap<>();

  /** A result is kept that rests on these rows, by the table. */
  void add(Map<String, RowKeys> rows) {
    rows.forEach(
        (table, keys) -> {
          List<String> known = of(table);
          for (int i = 0; i < keys.size(); i++) {
            if (!known.contains(keys.column(i))) {
              add(table, keys.column(i));
            }
          }
        });
  }

  private void add(String table, String column) {
    if (columns.size() < MOST_TABLES || columns.containsKey(table)) {
      columns.merge(table, List.of(column), KeptColumns::both);
    }
  }

  private static List<String> both(List<String> known, List<String> more) {
    if (known.size() >= KeyGroups.MOST_COLUMNS || known.containsAll(more)) {
      return known;
    }
    List<String> all = new ArrayList<>(known);
    all.addAll(more);
    return List.copyOf(all);
  }

  /** The columns of a table, in full as the catalogue spells it. */
  List<String> of(String table) {
    return columns.getOrDefault(table, List.of());
  }
}
