package dev.heimdall.engine.dialect.mysql.request;

import dev.heimdall.engine.dialect.mysql.sql.MysqlClassifier;
import dev.heimdall.engine.dialect.mysql.sql.MysqlEffect;
import dev.heimdall.engine.dialect.mysql.sql.MysqlLexer;
import dev.heimdall.engine.sql.Lexer;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.sql.StatementKind;
import java.util.Locale;
import java.util.Set;

/**
 * A statement of a text, by the number of results that end with its.
 *
 * @param start the index where it begins
 * @param end the one behind it: its semicolon's, or the end of the text
 * @param surely whether no other statement can have that result
 */
record StatementPlace(int start, int end, StatementFacts facts, boolean surely) {
  /** Words ahead of the name of a table that is opened before anything is carried out. */
  private static final Set<String> OPENING = Set.of("FROM", "JOIN", "INTO", "UPDATE");

  /**
   * The last statement that can have had a result when there were so many. A CALL has any number of
   * them, and others one each.
   *
   * @return null where that is not sure, or there are fewer statements
   */
  static StatementPlace of(byte[] sql, LexerMode mode, int results) {
    Lexer lexer = new MysqlLexer(false);
    lexer.reset(sql, 0, sql.length, mode);
    MysqlClassifier classifier = new MysqlClassifier();
    boolean surely = true;
    int found = 0;
    int token;
    do {
      token = lexer.next();
      int start = lexer.start();
      boolean empty = token < 0 || token == ';';
      while (token >= 0 && token != ';') {
        token = lexer.next();
      }
      if (token == Lexer.BROKEN || token == Lexer.EXECUTABLE) {
        return null;
      }
      int end = token == ';' ? lexer.start() : sql.length;
      if (!empty) {
        StatementFacts facts = classifier.classify(sql, start, end - start, mode);
        if (UnseenChanges.isOpaque(facts)
            || facts.statements() != 1
            || facts.kind() == StatementKind.BLOCK) {
          return null;
        }
        if (++found == results) {
          return new StatementPlace(start, end, facts, surely);
        }
        surely &= facts.kind() != StatementKind.CALL;
      }
    } while (token == ';');
    return null;
  }

  /**
   * True if nothing of it was carried out, as it names a table that is not there: it has not been
   * opened then. What it calls may look for such a table, too, unless it names it itself.
   *
   * @param table with its database ahead of it, as the server calls it
   */
  boolean opens(byte[] sql, LexerMode mode, String table) {
    return surely
        && !facts.has(MysqlEffect.CALLS_UNSEEN)
        && opensFirst(sql, mode)
        && names(sql, mode, table.toLowerCase(Locale.ROOT));
  }

  /** True if it sets a variable that is not there: it is looked for while the text is read. */
  boolean sets(byte[] sql, LexerMode mode, String variable) {
    if (!surely || facts.kind() != StatementKind.SET || facts.has(MysqlEffect.CALLS_UNSEEN)) {
      return false;
    }
    Lexer lexer = lexer(sql, mode);
    for (int token = lexer.next(); token >= 0; token = lexer.next()) {
      if (token == Lexer.WORD && word(lexer).equals(variable.toUpperCase(Locale.ROOT))) {
        return true;
      }
    }
    return false;
  }

  /**
   * True if it has a user variable of a name that none can have: that is seen before anything is
   * carried out.
   *
   * @param start of the name
   */
  boolean hasUserVariable(byte[] sql, LexerMode mode, String start) {
    if (!surely || start.isEmpty() || facts.has(MysqlEffect.CALLS_UNSEEN)) {
      return false;
    }
    Lexer lexer = lexer(sql, mode);
    int before = lexer.next();
    for (int token = before; token >= 0; before = token, token = lexer.next()) {
      if (before == '@' && Lexer.decode(sql, lexer.start(), lexer.end()).contains(start)) {
        return true;
      }
    }
    return false;
  }

  private boolean opensFirst(byte[] sql, LexerMode mode) {
    return switch (facts.kind()) {
      case SELECT, DML, SET -> true;
      case DDL -> {
        Lexer lexer = lexer(sql, mode);
        yield lexer.next() == Lexer.WORD && word(lexer).equals("CREATE");
      }
      default -> false;
    };
  }

  private boolean names(byte[] sql, LexerMode mode, String table) {
    Lexer lexer = lexer(sql, mode);
    boolean opening = false;
    for (int token = lexer.next(); token >= 0; token = lexer.next()) {
      boolean name = token == Lexer.QUOTED || token == Lexer.WORD;
      if (opening && name) {
        String called = Lexer.decode(lexer.text(), lexer.start(), lexer.end()).replace("`", "");
        if (table.endsWith("." + called.toLowerCase(Locale.ROOT))) {
          return true;
        }
      }
      // A database and a dot may stand ahead of the name.
      opening =
          token == Lexer.WORD && OPENING.contains(word(lexer)) || opening && (name || token == '.');
    }
    return false;
  }

  private Lexer lexer(byte[] sql, LexerMode mode) {
    Lexer lexer = new MysqlLexer(false);
    lexer.reset(sql, start, end - start, mode);
    return lexer;
  }

  private static String word(Lexer lexer) {
    return Lexer.decode(lexer.text(), lexer.start(), lexer.end()).toUpperCase(Locale.ROOT);
  }
}
