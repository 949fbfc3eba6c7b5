package dev.heimdall.manager.analytics;

import java.util.Collection;
import java.util.Locale;
import java.util.regex.Pattern;

/** Columns by whose values writes touch certain rows, as their patterns show it. */
final class WrittenColumns {
  private WrittenColumns() {}

  /**
   * True if the write names the rows that it touches by one of these columns: by a condition, which
   * it does not change itself, or as the row that it inserts.
   *
   * @param pattern of a write of one table
   */
  static boolean has(String pattern, Collection<String> columns) {
    String text = pattern.toLowerCase(Locale.ROOT);
    int where = text.lastIndexOf(" where ");
    String before = where < 0 ? text : text.substring(0, where);
    if (text.startsWith("insert")) {
      int values = text.indexOf("values");
      int list = text.indexOf('(');
      return values > 0
          && (list > values
              || columns.stream().anyMatch(column -> named(column, text.substring(0, values), "")));
    }
    return where > 0
        && columns.stream()
            .anyMatch(
                column ->
                    named(column, text.substring(where), "(?: =| in\\b)")
                        && !named(column, before, " ="));
  }

  private static boolean named(String column, String in, String behind) {
    return Pattern.compile(
            "(?<![\\w$])[\"`]?"
                + Pattern.quote(column.toLowerCase(Locale.ROOT))
                + "[\"`]?(?![\\w$])"
                + behind)
        .matcher(in)
        .find();
  }
}
