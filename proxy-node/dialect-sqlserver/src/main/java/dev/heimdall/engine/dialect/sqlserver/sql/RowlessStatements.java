package dev.heimdall.engine.dialect.sqlserver.sql;

import dev.heimdall.engine.parse.TokenCursor;
import dev.heimdall.engine.sql.Token;
import java.util.List;
import java.util.Set;

/**
 * Statements that touch no rows, one after the other, as drivers send them: SET of options, and the
 * end of a transaction if one is open.
 */
final class RowlessStatements {
  /** Words that begin a statement, and are no keywords. */
  private static final Set<String> STATEMENTS =
      Set.of("add", "disable", "enable", "get", "move", "receive", "send");

  private final TokenCursor cursor;

  RowlessStatements(List<Token> statements) {
    cursor = new TokenCursor(statements);
  }

  /** True if there is nothing else. */
  boolean areAll() {
    boolean known = !cursor.atEnd();
    while (known && !cursor.atEnd()) {
      known = condition() || ending() || option();
    }
    return known;
  }

  /** {@code IF @@TRANCOUNT > 0}, behind which a transaction ends. */
  private boolean condition() {
    boolean is =
        cursor.token().is("if")
            && cursor.ahead(1).is("@@trancount")
            && cursor.ahead(2).isSign(">")
            && cursor.ahead(3).type() == Token.Type.NUMBER
            && (cursor.ahead(4).is("commit") || cursor.ahead(4).is("rollback"));
    for (int i = 0; is && i < 4; i++) {
      cursor.advance();
    }
    return is;
  }

  private boolean ending() {
    boolean is = cursor.accept("commit") || cursor.accept("rollback");
    if (is && !cursor.accept("tran") && !cursor.accept("transaction")) {
      cursor.accept("work");
    }
    return is;
  }

  private boolean option() {
    boolean is = cursor.token().is("set") && cursor.ahead(1).type() == Token.Type.WORD;
    if (!is || cursor.ahead(1).text().startsWith("@")) {
      return false;
    }
    cursor.advance();
    while (!cursor.atEnd() && isOfOption(cursor)) {
      cursor.advance();
    }
    return true;
  }

  private static boolean isOfOption(TokenCursor at) {
    return switch (at.token().type()) {
      case WORD ->
          at.token().is("on")
              || !SqlServerSyntax.isKeyword(at.keyword()) && !STATEMENTS.contains(at.keyword());
      case NUMBER, STRING -> true;
      case SIGN -> at.token().isSign(",") || at.token().isSign("-");
      default -> false;
    };
  }
}
