package dev.heimdall.engine.parse;

import dev.heimdall.engine.sql.FunctionName;
import dev.heimdall.engine.sql.TableDefinitions;
import dev.heimdall.engine.sql.Token;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Looks for what the definition of a column, constraint or index calls, and for words with which it
 * is more than that. Used once for each statement.
 */
public final class DefinitionScan {
  private final Set<String> notCalls;
  private final Set<String> foreign;
  private final Set<String> naming;
  private final Set<FunctionName> calls = new HashSet<>();
  private boolean drops;
  private boolean refers;

  /**
   * @param notCalls words before a bracket that call nothing
   * @param foreign words with which a definition takes more with it than it names
   * @param naming words behind which the name of a table or index stands
   */
  public DefinitionScan(Set<String> notCalls, Set<String> foreign, Set<String> naming) {
    this.notCalls = notCalls;
    this.foreign = foreign;
    this.naming = naming;
  }

  /** True if all of a statement can be read for certain. */
  public static boolean readable(List<Token> statement) {
    return statement.stream().noneMatch(token -> token.type() == Token.Type.OPAQUE);
  }

  /** Notes what these tokens call; whether they are no more than columns and the like. */
  public boolean plain(List<Token> tokens) {
    TokenCursor cursor = new TokenCursor(tokens);
    for (; !cursor.atEnd(); cursor.advance()) {
      Token token = cursor.token();
      if (token.type() == Token.Type.WORD && foreign.contains(cursor.keyword())) {
        return false;
      }
      if (token.isName() && cursor.ahead(1).isSign("(") && !isNamed(cursor)) {
        called(cursor);
      }
    }
    return true;
  }

  private void called(TokenCursor cursor) {
    boolean qualified = cursor.ahead(-1).isSign(".");
    if (qualified || !notCalls.contains(cursor.keyword())) {
      calls.add(
          new FunctionName(qualified ? cursor.ahead(-2).text() : null, cursor.token().text()));
    }
  }

  /** True if the name at the cursor is that of a table that is referred to, or of an index. */
  private boolean isNamed(TokenCursor cursor) {
    int places = 0;
    while (cursor.ahead(places - 1).isSign(".")) {
      places -= 2;
    }
    Token before = cursor.ahead(places - 1);
    return before.type() == Token.Type.WORD && naming.contains(cursor.keyword(places - 1));
  }

  /** Tables are dropped. */
  public void drops() {
    drops = true;
  }

  /** Tables that were there get foreign keys. */
  public void refers() {
    refers = true;
  }

  /** Definitions that were found. */
  public TableDefinitions found() {
    return new TableDefinitions(calls, drops, refers);
  }
}
