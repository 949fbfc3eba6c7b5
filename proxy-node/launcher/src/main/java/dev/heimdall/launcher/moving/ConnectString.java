package dev.heimdall.launcher.moving;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A connection string of PgBouncer's section {@code [databases]}: {@code key=value} pairs between
 * blanks, with values in single quotes where they have blanks; two quotes stand for one.
 */
record ConnectString(Map<String, String> values) {

  /** Empty if it is none. */
  static Optional<ConnectString> parse(String text) {
    Map<String, String> values = new LinkedHashMap<>();
    int at = 0;
    while (true) {
      while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
        at++;
      }
      if (at == text.length()) {
        return Optional.of(new ConnectString(values));
      }
      int equals = text.indexOf('=', at);
      if (equals < 0) {
        return Optional.empty();
      }
      String key = text.substring(at, equals).strip().toLowerCase(Locale.ROOT);
      int start = equals + 1;
      while (start < text.length() && text.charAt(start) == ' ') {
        start++;
      }
      StringBuilder value = new StringBuilder();
      at = value(text, start, value);
      if (at < 0 || key.isEmpty() || key.contains(" ")) {
        return Optional.empty();
      }
      values.put(key, value.toString());
    }
  }

  /** Reads a value; returns where it ends, or -1 for a quote that is not closed. */
  private static int value(String text, int start, StringBuilder value) {
    if (start == text.length() || text.charAt(start) != '\'') {
      int end = start;
      while (end < text.length() && !Character.isWhitespace(text.charAt(end))) {
        end++;
      }
      value.append(text, start, end);
      return end;
    }
    for (int i = start + 1; i < text.length(); i++) {
      if (text.charAt(i) != '\'') {
        value.append(text.charAt(i));
      } else if (i + 1 < text.length() && text.charAt(i + 1) == '\'') {
        value.append('\'');
        i++;
      } else {
        return i + 1;
      }
    }
    return -1;
  }

  Optional<String> get(String key) {
    return Optional.ofNullable(values.get(key));
  }

  void each(String key, Consumer<String> use) {
    get(key).ifPresent(use);
  }
}
