package dev.heimdall.engine.dialect.sqlserver.request;

import dev.heimdall.engine.dialect.sqlserver.sql.SqlServerSql;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.StatementSplitter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Statement as which a call is judged whose name does not tell what it does with its texts: each of
 * them may be run, and the call may do anything.
 */
final class RunTexts {
  /** Each text ends with its line, and with its statement. */
  private static final String BETWEEN = "\n;\n";

  /** Runs a text that is not known. */
  private static final String ANYTHING = "EXEC (@text)";

  /** No reading is certain of a text that ends inside a token. */
  private static final String UNREADABLE = "\n/*";

  private RunTexts() {}

  static String of(String name, List<String> texts) {
    StringBuilder all = new StringBuilder();
    boolean complete = true;
    for (String text : texts) {
      complete &= starts(text) != null;
      all.append(text).append(BETWEEN);
    }
    all.append("EXEC ").append(name).append(BETWEEN);
    int[] starts = starts(all + ANYTHING);
    if (!complete || starts == null) {
      return all.append(ANYTHING).append(UNREADABLE).toString();
    }
    // A definition goes on to the end, with all that is behind it.
    boolean last = starts[starts.length - 1] == bytes(all.toString()).length;
    return last ? all.append(ANYTHING).toString() : ANYTHING + BETWEEN + all;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** Indexes of the statements of a text; null where it ends inside a token. */
  private static int[] starts(String text) {
    byte[] sql = bytes(text);
    StatementSplitter splitter = new StatementSplitter(SqlServerSql.DIALECT);
    int count = splitter.split(sql, 0, sql.length, LexerMode.STANDARD);
    return count < 0 ? null : IntStream.range(0, count).map(splitter::start).toArray();
  }
}
