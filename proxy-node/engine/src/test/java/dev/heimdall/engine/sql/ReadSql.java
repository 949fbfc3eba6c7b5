package dev.heimdall.engine.sql;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** What the readers of SQL make of a text in one dialect, in the words of tests. */
public final class ReadSql {
  private ReadSql() {}

  /** Its kind, then tables that it reads and writes, and functions that it calls. */
  public static String parsed(SqlDialect dialect, String sql) {
    ParsedStatement parsed = dialect.parse(sql, dialect.usualMode());
    StringBuilder text = new StringBuilder(parsed.kind().name());
    text.append(parsed.understood() ? "" : " ?");
    append(text, " r:", parsed.reads());
    append(text, " w:", parsed.writes());
    append(text, " f:", parsed.functions());
    return text.append(parsed.locking() ? " locking" : "").toString();
  }

  private static void append(StringBuilder text, String label, List<?> names) {
    if (!names.isEmpty()) {
      text.append(label)
          .append(names.stream().map(Object::toString).collect(Collectors.joining(",")));
    }
  }

  /** Its statements; null where it cannot be split. */
  public static List<String> split(SqlDialect dialect, String sql) {
    StatementSplitter splitter = new StatementSplitter(dialect);
    byte[] bytes = ("  " + sql).getBytes(StandardCharsets.UTF_8);
    int statements = splitter.split(bytes, 2, bytes.length - 2, dialect.usualMode());
    if (statements < 0) {
      return null;
    }
    List<String> parts = new ArrayList<>();
    for (int i = 0; i < statements; i++) {
      int start = splitter.start(i);
      parts.add(new String(bytes, start, splitter.end(i) - start, StandardCharsets.UTF_8).strip());
    }
    return parts;
  }
}
