package dev.heimdall.engine.dialect.sqlserver.sql;

import dev.heimdall.engine.sql.Lexer;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.StatementFacts;
import java.nio.charset.StandardCharsets;

/**
 * A text that stands as a literal in the text that runs it: mssql-jdbc reads the columns of a table
 * like this ahead of a bulk load.
 */
final class InnerText {
  private final SqlServerClassifier outer;

  InnerText(SqlServerClassifier outer) {
    this.outer = outer;
  }

  /**
   * Reads the text that is run from the current token on, if it is a literal; true if its session
   * is the same behind it.
   *
   * @param procedure that runs it; null for EXEC with brackets, or a computed name
   */
  boolean leavesNothing(String procedure) {
    boolean brackets = procedure == null && outer.token() == '(';
    if (brackets) {
      outer.advance();
    } else if ("sp_executesql".equalsIgnoreCase(procedure)) {
      passName();
    } else {
      return false;
    }
    if (outer.token() != Lexer.STRING) {
      return false;
    }
    String literal = outer.written();
    outer.advance();
    return isAll(brackets) && isHarmless(content(literal));
  }

  /** Passes over the name of the parameter that is the text. */
  private void passName() {
    if (outer.token() == Lexer.WORD && outer.written().equalsIgnoreCase("@stmt")) {
      outer.advance();
      if (outer.token() == '=') {
        outer.advance();
      }
    }
  }

  /**
   * True if nothing goes on behind the literal that makes it another text, or runs it elsewhere.
   */
  private boolean isAll(boolean brackets) {
    if (!brackets) {
      return outer.token() != '+';
    }
    if (outer.token() != ')') {
      return false;
    }
    outer.advance();
    return outer.token() != Lexer.WORD || !outer.written().matches("(?i)at|as");
  }

  private static String content(String literal) {
    return literal.substring(literal.indexOf('\'') + 1, literal.length() - 1).replace("''", "'");
  }

  private static boolean isHarmless(String text) {
    byte[] sql = text.getBytes(StandardCharsets.UTF_8);
    StatementFacts facts =
        new SqlServerClassifier().classify(sql, 0, sql.length, LexerMode.STANDARD);
    boolean reads =
        switch (facts.kind()) {
          case SELECT, SHOW, SET, MULTI -> !facts.transactionControlInside();
          default -> false;
        };
    return reads && facts.effects().stream().allMatch(SqlServerPins::endsWithCall);
  }
}
