package dev.heimdall.engine.sql;

/**
 * The body of a DO statement, whose language and dynamic statements cannot be followed: it is only
 * searched for words that could mean a change of the session.
 */
final class CodeBlock {
  private CodeBlock() {}

  /**
   * Whether the body, quoted in the way the current token is, might leave something behind in the
   * session.
   */
  static boolean mayChangeSession(Lexer lexer, int token) {
    if (token != Lexer.STRING && token != Lexer.DOLLAR_STRING && !lexer.plain()) {
      // An escape could hide anything.
      return true;
    }
    byte[] s = lexer.text();
    int stop = lexer.contentEnd();
    int p = lexer.contentStart();
    boolean assigning = false;
    Word previous = Word.OTHER;
    while (p < stop) {
      if (!Lexer.isWordByte(s[p])) {
        if (s[p] == ';') {
          assigning = false;
        }
        if (!Lexer.isSpace(s[p]) && previous == Word.SET) {
          previous = Word.OTHER;
        }
        p++;
        continue;
      }
      int start = p;
      while (p < stop && Lexer.isWordByte(s[p])) {
        p++;
      }
      Word word = Word.find(s, start, p);
      if (previous == Word.SET
          && !assigning
          && word != Word.LOCAL
          && word != Word.TRANSACTION
          && word != Word.CONSTRAINTS) {
        return true;
      }
      switch (word) {
        case UPDATE, ALTER -> assigning = true;
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
            LOAD,
            HOLD -> {
          return true;
        }
        default -> {
          if (word.role() == Word.Role.FUNCTION) {
            return true;
          }
        }
      }
      previous = word;
    }
    return previous == Word.SET && !assigning;
  }
}
