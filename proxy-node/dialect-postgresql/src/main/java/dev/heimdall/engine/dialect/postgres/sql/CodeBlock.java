package dev.heimdall.engine.dialect.postgres.sql;

import dev.heimdall.engine.sql.ByteClass;
import dev.heimdall.engine.sql.Lexer;

/**
 * The body of a DO statement. What it calls is for the catalogue to say; here it is only searched
 * for what could change the session by itself: in its code by the tokens, in its literals, which
 * may be statements to run, by any word. Text that is put together as it runs may do anything.
 */
final class CodeBlock {
  private final PostgresLexer lexer = new PostgresLexer();

  /**
   * True if the body, which is the current token of {@code outer}, might leave something behind in
   * the session.
   */
  boolean mayChangeSession(Lexer outer, int token) {
    if (!outer.plain()) {
      // Escapes can hide anything; doubled quotes cannot.
      return token != Lexer.STRING || mentionsChange(outer);
    }
    int length = outer.contentEnd() - outer.contentStart();
    lexer.reset(outer.text(), outer.contentStart(), length, outer.lexerMode());
    boolean assigning = false;
    boolean afterSet = false;
    while (true) {
      int next = lexer.next();
      Word word = Word.OTHER;
      if (next == Lexer.WORD) {
        word = Word.find(lexer.text(), lexer.start(), lexer.end());
      }
      if (afterSet && !endsWithTransaction(word)) {
        return true;
      }
      afterSet = false;
      switch (next) {
        case Lexer.END -> {
          return false;
        }
        case Lexer.BROKEN -> {
          return true;
        }
        case Lexer.WORD -> {
          if (changesSession(word) || isTemporarySchema(lexer.start(), lexer.end())) {
            return true;
          }
          switch (word) {
            // These have a SET of their own.
            case UPDATE, ALTER -> assigning = true;
            case BEGIN, THEN, ELSE, LOOP -> assigning = false;
            case SET -> afterSet = !assigning;
            default -> {}
          }
        }
        case Lexer.STRING,
            Lexer.DOLLAR_STRING,
            Lexer.ESCAPE_STRING,
            Lexer.UNICODE_STRING,
            Lexer.QUOTED,
            Lexer.UNICODE_QUOTED -> {
          boolean escapes = next != Lexer.STRING && next != Lexer.QUOTED && !lexer.plain();
          if (escapes || mentionsChange(lexer)) {
            return true;
          }
        }
        case ';' -> assigning = false;
        default -> {}
      }
    }
  }

  /**
   * True if what stands between the quotes has a word that could change the session, as code or as
   * anything else.
   */
  private static boolean mentionsChange(Lexer literal) {
    byte[] s = literal.text();
    int stop = literal.contentEnd();
    int p = literal.contentStart();
    boolean afterSet = false;
    while (p < stop) {
      if (!ByteClass.isInWord(s[p])) {
        if (afterSet && !ByteClass.isSpace(s[p])) {
          return true;
        }
        p++;
        continue;
      }
      int start = p;
      while (p < stop && ByteClass.isInWord(s[p])) {
        p++;
      }
      Word word = Word.find(s, start, p);
      if (afterSet && !endsWithTransaction(word)) {
        return true;
      }
      if (changesSession(word) || TokenReader.isNumberedTemporarySchema(s, start, p)) {
        return true;
      }
      afterSet = word == Word.SET;
    }
    return afterSet;
  }

  private boolean isTemporarySchema(int start, int end) {
    return TokenReader.isNumberedTemporarySchema(lexer.text(), start, end);
  }

  private static boolean endsWithTransaction(Word afterSet) {
    return afterSet == Word.LOCAL || afterSet == Word.TRANSACTION || afterSet == Word.CONSTRAINTS;
  }

  private static boolean changesSession(Word word) {
    return switch (word) {
      case TEMP,
          TEMPORARY,
          PG_TEMP,
          PG_SETTINGS,
          RESET,
          DISCARD,
          LISTEN,
          UNLISTEN,
          PREPARE,
          DEALLOCATE,
          EXECUTE,
          LOAD,
          HOLD ->
          true;
      case CURRENT_SETTING, PG_ADVISORY_UNLOCK, PG_ADVISORY_UNLOCK_SHARED -> false;
      default -> word.role() == Word.Role.FUNCTION;
    };
  }
}
