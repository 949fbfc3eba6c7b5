package dev.heimdall.engine.parse;

import dev.heimdall.engine.sql.FunctionName;
import dev.heimdall.engine.sql.StatementClass;
import dev.heimdall.engine.sql.Token;
import java.util.List;
import java.util.Set;

/**
 * Reads expressions by their tokens: what they call, and the queries in them. They are not checked,
 * as the server rejects what is none; but each word that introduces tables has to stand where one
 * is expected. Otherwise the reader gives up, and the statement may do anything.
 */
abstract class ExpressionReader {
  /** Brackets inside one another; each is read by a call. */
  static final int DEEPEST = 200;

  /** Words that introduce tables, where nothing else has been expected. */
  private static final Set<String> INTRODUCING =
      Set.of("from", "into", "join", "select", "table", "using");

  /** In GROUP BY these are no functions. */
  private static final Set<String> GROUPING = Set.of("cube", "rollup");

  private static final Set<String> SET_OPERATIONS = Set.of("except", "intersect", "union");

  /** The WITH queries that can be seen. */
  record Scope(Scope outer, Set<String> queries) {
    boolean has(String name) {
      for (Scope scope = this; scope != null; scope = scope.outer) {
        if (scope.queries.contains(name)) {
          return true;
        }
      }
      return false;
    }
  }

  final QuerySyntax syntax;
  final Findings findings;
  final List<Token> tokens;
  final TokenCursor cursor;
  private int depth;
  private boolean lost;

  ExpressionReader(QuerySyntax syntax, List<Token> tokens, Findings findings) {
    this.syntax = syntax;
    this.tokens = tokens;
    this.findings = findings;
    cursor = new TokenCursor(tokens);
  }

  /** Reads a query or change of rows in brackets, or with none around it. */
  abstract void statement(Scope scope);

  /** Reads what a set operation combines. */
  abstract void select(Scope scope);

  /** Reads what follows, up to the end of the statement or of the bracket that it is in. */
  abstract void clauses(Scope scope);

  /** Reads expressions, for what they call. */
  void readExpressions() {
    Scope scope = new Scope(null, Set.of());
    while (!ended()) {
      element(scope, false);
    }
    expectEnd();
  }

  final boolean beginsQuery() {
    return isQuery(0);
  }

  final boolean beginsBracketedQuery() {
    int brackets = 0;
    while (brackets <= DEEPEST && cursor.ahead(brackets).isSign("(")) {
      brackets++;
    }
    return brackets > 0 && isQuery(brackets);
  }

  private boolean isQuery(int places) {
    Token token = cursor.ahead(places);
    Token next = cursor.ahead(places + 1);
    return token.is("select")
        || token.is("with")
        || token.is("table")
        || (token.is("values") && (next.isSign("(") || next.is("row")));
  }

  final boolean acceptSetOperation() {
    if (!SET_OPERATIONS.contains(cursor.keyword())) {
      return false;
    }
    cursor.advance();
    if (!cursor.accept("all")) {
      cursor.accept("distinct");
    }
    return true;
  }

  /** True if FROM at the cursor is part of a comparison. */
  final boolean isDistinctFrom() {
    boolean not = cursor.keyword(-2).equals("not");
    return cursor.token().is("from")
        && cursor.keyword(-1).equals("distinct")
        && cursor.keyword(not ? -3 : -2).equals("is");
  }

  /** True if USING at the cursor is part of an ORDER BY. */
  private boolean isSortedByOperator() {
    Token next = cursor.ahead(1);
    return cursor.token().is("using") && next.type() == Token.Type.SIGN && !next.isSign("(");
  }

  /** Columns in brackets, perhaps with types. */
  final void definitions() {
    expect(cursor.token().isSign("("));
    int first = cursor.position();
    cursor.skipBrackets();
    for (int i = first; i < cursor.position() && !lost; i++) {
      expect(!tokens.get(i).is("select"));
    }
  }

  /** One operand, operator or word, with the brackets behind it. */
  final void element(Scope scope, boolean grouping) {
    Token token = cursor.token();
    String word = cursor.keyword();
    if (token.isSign("(")) {
      bracket(scope, "");
    } else if (token.isSign("[")) {
      subscript(scope);
    } else if (token.isSign(":") && cursor.ahead(1).isSign(":")) {
      cursor.advance();
      cursor.advance();
      type();
    } else if (!token.isName()) {
      cursor.advance();
    } else if (word.equals("as")) {
      cursor.advance();
      type();
    } else if (isDistinctFrom() || isSortedByOperator()) {
      cursor.advance();
    } else if (INTRODUCING.contains(word) || syntax.isUnreadable(cursor)) {
      lose("has syntax that is not known here");
    } else if (syntax.tokensOfOperator(cursor) > 0) {
      cursor.moveTo(cursor.position() + syntax.tokensOfOperator(cursor));
      findings.operator(cursor.ahead(-2).text()); // also a star, which is no list of columns here
    } else {
      call(grouping && isBeforeGroup(cursor.ahead(-1)));
      if (cursor.token().isSign("(")) {
        bracket(scope, word);
      }
    }
  }

  private static boolean isBeforeGroup(Token token) {
    return token.isSign(",")
        || token.isSign("(")
        || token.is("by")
        || token.is("distinct")
        || token.is("all");
  }

  /**
   * Moves past a name and notes what it calls.
   *
   * @param group whether an element of GROUP BY begins here
   */
  private void call(boolean group) {
    Token name = cursor.token();
    boolean called = syntax.isCalled(cursor) && !(group && GROUPING.contains(cursor.keyword()));
    FunctionName function = syntax.calledByWord(cursor.keyword());
    String schema = null;
    cursor.advance();
    while (cursor.token().isSign(".") && cursor.ahead(1).isName()) {
      schema = name.text();
      name = cursor.ahead(1);
      cursor.advance();
      cursor.advance();
    }
    if (function != null) {
      findings.calls(function);
    } else if (called && cursor.token().isSign("(")) {
      findings.calls(new FunctionName(schema, syntax.functionName(name.text())));
    }
  }

  /** The name of a type, with what may stand in brackets behind it; or a label. */
  private void type() {
    if (!cursor.token().isName()) {
      return;
    }
    cursor.advance();
    while (cursor.token().isSign(".") && cursor.ahead(1).isName()) {
      cursor.advance();
      cursor.advance();
    }
    cursor.accept("varying");
    if (cursor.token().isSign("(")) {
      definitions();
    }
  }

  private void subscript(Scope scope) {
    if (enter()) {
      while (!ended()) {
        element(scope, false);
      }
      leave("]");
    }
  }

  /**
   * Reads the content of brackets.
   *
   * @param before the word before it
   */
  final void bracket(Scope scope, String before) {
    if (!enter()) {
      return;
    }
    if (beginsQuery()) {
      statement(scope);
    }
    while (!ended()) {
      String word = cursor.keyword();
      if (acceptSetOperation()) {
        select(scope);
        clauses(scope);
      } else if (word.equals("from") && syntax.takesFrom(before)) {
        cursor.advance();
      } else if (word.equals("using")) {
        cursor.advance();
      } else if (word.equals("returning")) {
        cursor.advance();
        type();
      } else if (word.equals("columns") && syntax.definesColumns(before)) {
        cursor.advance();
        columns(scope);
      } else {
        element(scope, before.equals("sets"));
      }
    }
    leave(")");
  }

  /** Columns of a table that a function makes of a document, behind COLUMNS. */
  private void columns(Scope scope) {
    boolean bracket = cursor.token().isSign("(") && enter();
    do {
      boolean path = cursor.ahead(1).is("path") || !cursor.ahead(1).isName();
      if (cursor.token().is("nested") && path) {
        skipTo("columns");
        expect(cursor.token().isSign("("));
        columns(scope);
      } else {
        cursor.advance();
        if (!cursor.token().is("for")) {
          type();
        }
      }
      while (!ended() && !cursor.token().isSign(",")) {
        element(scope, false);
      }
    } while (cursor.acceptSign(","));
    if (bracket) {
      leave(")");
    }
  }

  final void skipTo(String word) {
    while (!cursor.atEnd() && !cursor.accept(word)) {
      expect(!cursor.token().isSign("("));
      cursor.advance();
    }
  }

  final boolean lost() {
    return lost;
  }

  final boolean ended() {
    return cursor.atEnd() || cursor.token().isSign(")") || cursor.token().isSign("]");
  }

  final boolean enter() {
    depth++;
    if (depth > DEEPEST) {
      lose("nests brackets more than " + DEEPEST + " deep");
      return false;
    }
    cursor.advance();
    return true;
  }

  final void leave(String bracket) {
    depth--;
    expect(cursor.acceptSign(bracket));
  }

  final void expectEnd() {
    expect(cursor.atEnd());
  }

  final void expect(boolean fulfilled) {
    if (!fulfilled) {
      lose("has syntax that is not known here");
    }
  }

  /** Gives up: what remains certain is what is called. Nothing is left to be read. */
  private void lose(String because) {
    if (lost) {
      return;
    }
    lost = true;
    findings.uncertain(StatementClass.UNKNOWN, because);
    cursor.moveTo(0);
    while (!cursor.atEnd()) {
      if (cursor.token().isName()) {
        call(false);
      } else {
        cursor.advance();
      }
    }
  }
}
