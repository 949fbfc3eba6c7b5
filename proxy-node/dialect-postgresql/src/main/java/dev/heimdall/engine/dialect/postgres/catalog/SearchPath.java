package dev.heimdall.engine.dialect.postgres.catalog;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Reads the value of the setting {@code search_path}. */
public final class SearchPath {
  private SearchPath() {}

  /** The schemas of a list like {@code "$user", public}, unquoted and folded. */
  public static List<String> parse(String value) {
    List<String> schemas = new ArrayList<>();
    int i = 0;
    while (i < value.length()) {
      char c = value.charAt(i);
      if (c == ',' || Character.isWhitespace(c)) {
        i++;
      } else if (c == '"') {
        StringBuilder name = new StringBuilder();
        i++;
        while (i < value.length()) {
          char inside = value.charAt(i++);
          if (inside == '"') {
            if (i == value.length() || value.charAt(i) != '"') {
              break;
            }
            i++;
          }
          name.append(inside);
        }
        if (name.length() > 0) {
          schemas.add(name.toString());
        }
      } else {
        int end = i;
        while (end < value.length() && value.charAt(end) != ',') {
          end++;
        }
        schemas.add(value.substring(i, end).strip().toLowerCase(Locale.ROOT));
        i = end;
      }
    }
    return schemas;
  }
}
