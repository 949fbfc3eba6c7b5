package dev.heimdall.engine.catalog;

import dev.heimdall.engine.sql.KeyColumns;
import dev.heimdall.engine.sql.TableName;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;

/** Tables that a statement reads, and by what their rows can be told apart. */
final class KeyTables {
  private KeyTables() {}

  /**
   * The tables that a text names.
   *
   * @param meaning the only table that a name may stand for; null for none
   * @param read all that it reads, in full
   * @return empty where it reads more, two have one name, or no rows can be told apart
   */
  static List<KeyColumns> read(
      List<TableName> named, Function<TableName, KeyColumns> meaning, Set<String> read) {
    List<KeyColumns> tables = new ArrayList<>(2);
    Set<String> spelled = new HashSet<>(4);
    Set<String> names = new HashSet<>(4);
    for (TableName name : named) {
      KeyColumns table = meaning.apply(name);
      if (table == null) {
        return List.of();
      }
      if (spelled.add(table.table())) {
        tables.add(table);
        if (!names.add(table.name().toLowerCase(Locale.ROOT))) {
          return List.of();
        }
      }
    }
    boolean known = tables.stream().anyMatch(one -> !one.columns().isEmpty());
    return known && spelled.equals(read) ? tables : List.of();
  }
}
