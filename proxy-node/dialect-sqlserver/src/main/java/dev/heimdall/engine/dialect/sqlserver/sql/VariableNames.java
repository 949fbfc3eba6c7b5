package dev.heimdall.engine.dialect.sqlserver.sql;

import dev.heimdall.engine.sql.Lexer;
import dev.heimdall.engine.sql.LexerMode;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.TreeSet;

/** Variables that a text names, which are its parameters where it declares none. */
public final class VariableNames {
  private VariableNames() {}

  /** Their names, with the at sign. */
  public static Set<String> of(String text) {
    byte[] sql = text.getBytes(StandardCharsets.UTF_8);
    SqlServerLexer lexer = new SqlServerLexer(false);
    lexer.reset(sql, 0, sql.length, LexerMode.STANDARD);
    Set<String> names = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
    for (int token = lexer.next(); token >= 0; token = lexer.next()) {
      String word = token == Lexer.WORD ? Lexer.decode(sql, lexer.start(), lexer.end()) : "";
      if (word.startsWith("@") && !word.startsWith("@@")) {
        names.add(word);
      }
    }
    return names;
  }
}
