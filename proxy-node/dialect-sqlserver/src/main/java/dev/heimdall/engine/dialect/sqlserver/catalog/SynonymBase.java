package dev.heimdall.engine.dialect.sqlserver.catalog;

import dev.heimdall.engine.sql.FoldedName;
import java.util.ArrayList;
import java.util.List;

/**
 * Name that a synonym stands for.
 *
 * @param database folded, as the others are; null where it says none
 */
record SynonymBase(int parts, String database, String schema, String name) {
  static SynonymBase of(String written) {
    List<String> parts = new ArrayList<>();
    StringBuilder part = new StringBuilder();
    boolean quoted = false;
    String text = written == null ? "" : written;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == ']' && quoted && i + 1 < text.length() && text.charAt(i + 1) == ']') {
        part.append(text.charAt(i++));
      } else if (c == '[' && !quoted || c == ']' && quoted) {
        quoted = !quoted;
      } else if (c == '.' && !quoted) {
        parts.add(part.toString());
        part.setLength(0);
      } else {
        part.append(c);
      }
    }
    parts.add(part.toString());
    return new SynonymBase(
        parts.size(), part(parts, 2), part(parts, 1), FoldedName.of(last(parts)));
  }

  private static String last(List<String> parts) {
    return parts.get(parts.size() - 1);
  }

  private static String part(List<String> parts, int before) {
    int at = parts.size() - 1 - before;
    return at < 0 || parts.get(at).isEmpty() ? null : FoldedName.of(parts.get(at));
  }
}
