package dev.heimdall.engine.dialect.mysql.sql;

import dev.heimdall.engine.sql.FunctionName;
import dev.heimdall.engine.sql.Lexer;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.RoutineBody;
import dev.heimdall.engine.sql.TableName;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Reads the words of a statement that was not understood: which tables and functions it may name.
 * What it does to its session by itself is the classifier's to say. Used once.
 */
final class StatementWords {
  /** A statement with one of these writes other than to tables that it names. */
  private static final Set<String> DEFINING =
      Set.of("alter", "create", "drop", "grant", "import", "load", "rename", "revoke");

  /** Statements that run a text which was made before, or is made as they run. */
  private static final Set<String> RUNNING = Set.of("execute", "prepare");

  private final Set<TableName> mentioned = new LinkedHashSet<>();
  private final Set<FunctionName> calls = new LinkedHashSet<>();
  private boolean dynamic;
  private boolean defines;

  /** The name read last, if nothing stands behind it yet; and its qualifier. */
  private String name;

  private String qualifier;

  /** True if a dot stands behind the name. */
  private boolean dotted;

  RoutineBody read(String statement, LexerMode lexerMode) {
    if (lexerMode.hiddenSigns()) {
      return RoutineBody.UNREADABLE; // the text has lost what its bytes were
    }
    byte[] text = statement.getBytes(StandardCharsets.UTF_8);
    Lexer lexer = new MysqlLexer(false);
    lexer.reset(text, 0, text.length, lexerMode);
    boolean first = true;
    int before = Lexer.END;
    for (int token = lexer.next(); token != Lexer.END; token = lexer.next()) {
      switch (token) {
        case Lexer.BROKEN -> {
          return RoutineBody.UNREADABLE;
        }
        case Lexer.WORD -> word(Lexer.decode(text, lexer.start(), lexer.end()), first);
        case Lexer.QUOTED -> name(unquoted(lexer));
        case '.' -> dotted = name != null;
        case '(' -> call();
        case '@' -> {
          if (before == '@') {
            calls.add(FunctionName.SYSTEM_VARIABLE);
          }
          forget();
        }
        default -> forget();
      }
      before = token;
      first = token == ';' || (first && token == Lexer.EXECUTABLE);
    }
    return new RoutineBody(
        true, dynamic, defines, defines, false, null, false, false, false, Map.of(), mentioned,
        calls, Set.of(), Set.of(), Set.of());
  }

  private void word(String word, boolean first) {
    if (first) {
      String small = word.toLowerCase(Locale.ROOT);
      defines |= DEFINING.contains(small);
      dynamic |= RUNNING.contains(small);
    }
    name(word);
  }

  private void name(String read) {
    qualifier = dotted ? name : null;
    name = read;
    dotted = false;
    mentioned.add(new TableName(null, qualifier, name));
  }

  private void call() {
    if (name != null && !dotted) {
      calls.add(new FunctionName(qualifier, name.toLowerCase(Locale.ROOT)));
    }
    forget();
  }

  private void forget() {
    name = null;
    qualifier = null;
    dotted = false;
  }

  private static String unquoted(Lexer lexer) {
    String quote = String.valueOf((char) lexer.text()[lexer.end() - 1]);
    String content = Lexer.decode(lexer.text(), lexer.contentStart(), lexer.contentEnd());
    return content.replace(quote + quote, quote);
  }
}
