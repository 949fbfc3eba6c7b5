package dev.heimdall.test.pipelining;

import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One statement.
 *
 * @param sql its text, with {@code $1} and so on
 * @param values the values of those; a null one is null
 */
record Question(String sql, List<String> values) {
  private static final Pattern PLACE = Pattern.compile("\\$([1-9])");

  static Question of(String sql, Object... values) {
    return new Question(
        sql, Arrays.stream(values).map(v -> v == null ? null : v.toString()).toList());
  }

  /** The text with the values in their places. */
  String inlined() {
    return PLACE
        .matcher(sql)
        .replaceAll(
            place ->
                Matcher.quoteReplacement(quoted(values.get(Integer.parseInt(place.group(1)) - 1))));
  }

  /** As a rule of {@link SharingNode} looks for it: to be shared from the first time on. */
  Question shared() {
    return new Question(sql + " /* shared */", values);
  }

  String[] parameters() {
    return values.toArray(String[]::new);
  }

  private static String quoted(String value) {
    if (value == null) {
      return "NULL";
    }
    String doubled = value.replace("'", "''");
    return value.indexOf('\\') < 0
        ? "'" + doubled + "'"
        : "E'" + doubled.replace("\\", "\\\\") + "'";
  }
}
