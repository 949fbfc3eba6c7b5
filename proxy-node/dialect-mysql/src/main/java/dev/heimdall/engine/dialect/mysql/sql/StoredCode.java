package dev.heimdall.engine.dialect.mysql.sql;

/**
 * Finds the end of a statement that makes a routine, a trigger or an event: what stands in a body
 * from BEGIN to END is not run now, and its semicolons end no statement.
 */
final class StoredCode {
  private final MysqlTokens tokens;
  private int open;

  StoredCode(MysqlTokens tokens) {
    this.tokens = tokens;
  }

  /** Another text begins. */
  void reset() {
    open = 0;
  }

  /** True if the text has ended inside a body. */
  boolean isOpen() {
    return open > 0;
  }

  /** Moves to the end of the statement. */
  void skip() {
    tokens.runsNothing();
    open = 0;
    while (tokens.token() >= 0 && !(tokens.token() == ';' && open == 0)) {
      tokens.advance();
      switch (tokens.word()) {
        case BEGIN -> open++;
        // CASE is closed by END, or by END CASE, where it is no second one.
        case CASE -> open += tokens.previousWord() == MysqlWord.END ? 0 : 1;
        case END -> open -= open > 0 ? 1 : 0;
        // These have an END of their own, which has closed nothing.
        case IF, LOOP, REPEAT, WHILE, FOR -> open += tokens.previousWord() == MysqlWord.END ? 1 : 0;
        default -> {}
      }
    }
  }
}
