package dev.heimdall.test.sql;

import dev.heimdall.engine.dialect.postgres.sql.PostgresSql;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.StatementSplitter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** The statements of a script for psql, without its own commands and without data of COPY. */
final class PsqlScript {
  private static final Pattern COPY_DATA =
      Pattern.compile("(?is)^\\s*copy\\b.*\\bfrom\\s+stdin\\b.*;\\s*(--.*)?$");
  private static final Pattern INLINE_COMMAND =
      Pattern.compile("\\s\\\\(g|gx|gset|gexec|gdesc|crosstabview|bind|;)\\b.*$");

  private PsqlScript() {}

  /** Its statements in order; none if they cannot be told apart. */
  static List<String> statements(String script) {
    byte[] text = withoutCommands(script).getBytes(StandardCharsets.UTF_8);
    StatementSplitter splitter = new StatementSplitter(PostgresSql.DIALECT);
    int n = splitter.split(text, 0, text.length, LexerMode.STANDARD);
    List<String> statements = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      int start = splitter.start(i);
      statements.add(
          new String(text, start, splitter.end(i) - start, StandardCharsets.UTF_8).strip());
    }
    return statements;
  }

  private static String withoutCommands(String script) {
    StringBuilder text = new StringBuilder(script.length());
    StringBuilder statement = new StringBuilder();
    boolean data = false;
    for (String line : script.split("\n", -1)) {
      if (data) {
        data = !line.equals("\\.");
        continue;
      }
      if (line.stripLeading().startsWith("\\")) {
        continue;
      }
      String kept = INLINE_COMMAND.matcher(line).replaceFirst(" ;");
      text.append(kept).append('\n');
      statement.append(kept).append('\n');
      if (kept.contains(";")) {
        data = COPY_DATA.matcher(statement).find();
        statement.setLength(0);
      }
    }
    return text.toString();
  }
}
