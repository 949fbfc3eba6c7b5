package dev.heimdall.engine.parse;

import dev.heimdall.engine.sql.RowChange;
import dev.heimdall.engine.sql.StatementClass;
import dev.heimdall.engine.sql.TableName;
import dev.heimdall.engine.sql.Token;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Reads one query or change of rows, in one pass over its tokens: which tables it names, which of
 * these names are of WITH queries, and what it calls. Used once.
 */
final class QueryReader extends ExpressionReader {
  /** Words behind which the tables of a FROM are at an end; SET, ON and JOIN not among them. */
  private static final Set<String> BEHIND_TABLES =
      QuerySyntax.words(
          "except fetch for group having intersect into limit offset on order returning union using"
              + " where window");

  private static final Set<String> BEHIND_GROUPING =
      Set.of("fetch", "for", "having", "limit", "offset", "order", "window");

  private static final Set<String> BEFORE_JOIN =
      QuerySyntax.words("cross full inner left natural outer right");

  private static final Set<String> BEFORE_OPERAND =
      QuerySyntax.words("and between case else ilike in is like not on or similar then when");

  QueryReader(QuerySyntax syntax, List<Token> tokens, Findings findings) {
    super(syntax, tokens, findings);
  }

  /** Reads all of a query or a change of rows. */
  void read() {
    findings.kind(StatementClass.READ);
    statement(new Scope(null, Set.of()));
    expectEnd();
    if (syntax.locksRows(tokens)) {
      findings.locks();
    }
  }

  @Override
  void statement(Scope outer) {
    Scope scope = cursor.accept("with") ? with(outer) : outer;
    if (cursor.accept("insert")) {
      insert(scope);
    } else if (cursor.accept("replace")) {
      changes(RowChange.DELETE);
      insert(scope);
    } else if (cursor.accept("update")) {
      update(scope);
    } else if (cursor.accept("delete")) {
      delete(scope);
    } else if (cursor.accept("merge")) {
      merge(scope);
    } else {
      select(scope);
      clauses(scope);
    }
  }

  /** The queries of a WITH; returns what can be seen behind it. */
  private Scope with(Scope outer) {
    Scope scope = new Scope(outer, new HashSet<>());
    if (cursor.accept("recursive") || syntax.isAlwaysRecursive()) {
      int first = cursor.position();
      do {
        scope.queries().add(nameOfQuery());
        cursor.skipBrackets();
        searchOrCycle();
      } while (cursor.acceptSign(","));
      cursor.moveTo(lost() ? tokens.size() : first);
    }
    do {
      String name = nameOfQuery();
      expect(cursor.token().isSign("("));
      if (enter()) {
        statement(scope);
        leave(")");
      }
      searchOrCycle();
      scope.queries().add(name);
    } while (cursor.acceptSign(","));
    return scope;
  }

  /** The name of a WITH query; moves to the bracket that it is in. */
  private String nameOfQuery() {
    Token name = cursor.token();
    expect(name.isName());
    cursor.advance();
    if (cursor.token().isSign("(")) {
      cursor.skipBrackets();
    }
    expect(cursor.accept("as"));
    cursor.accept("not");
    cursor.accept("materialized");
    return name.text();
  }

  /** These clauses name columns only. */
  private void searchOrCycle() {
    while (cursor.token().is("search") || cursor.token().is("cycle")) {
      skipTo("set");
      cursor.advance();
      if (cursor.token().is("to") || cursor.token().is("using")) {
        skipTo("using");
        cursor.advance();
      }
    }
  }

  private void insert(Scope scope) {
    syntax.skipModifiers(cursor);
    cursor.accept("into");
    changes(RowChange.INSERT);
    relation(scope, true);
    if (cursor.accept("as")) {
      cursor.advance();
    }
    if (cursor.token().isSign("(") && !beginsBracketedQuery()) {
      bracket(scope, "");
    }
    overriding();
    if (beginsQuery() || beginsBracketedQuery()) {
      statement(scope);
    } else {
      clauses(scope);
    }
  }

  private void overriding() {
    if (cursor.accept("overriding")) {
      cursor.advance();
      cursor.advance();
    }
  }

  private void update(Scope scope) {
    syntax.skipModifiers(cursor);
    changes(RowChange.UPDATE);
    if (syntax.updatesJoins()) {
      tables(scope, true);
    } else {
      relation(scope, true);
      if (!cursor.token().is("set")) {
        alias();
      }
    }
    expect(cursor.accept("set"));
    clauses(scope);
  }

  private void delete(Scope scope) {
    syntax.skipModifiers(cursor);
    changes(RowChange.DELETE);
    if (syntax.deletesFromJoins() && deletesOfSeveral()) {
      tables(scope, true);
    } else {
      expect(cursor.accept("from") || syntax.deletesWithoutFrom(cursor));
      relation(scope, true);
      alias();
      if (cursor.accept("using")) {
        tables(scope, false);
      }
    }
    clauses(scope);
  }

  /** Moves to the tables of a DELETE that names of which of them rows go, before or behind FROM. */
  private boolean deletesOfSeveral() {
    int begin = cursor.position();
    boolean behind = cursor.accept("from");
    while (cursor.token().isName() && !syntax.isReserved(cursor.keyword())
        || cursor.token().isSign(".")
        || cursor.token().isSign("*")
        || cursor.token().isSign(",")) {
      cursor.advance();
    }
    if (cursor.accept(behind ? "using" : "from")) {
      return true;
    }
    cursor.moveTo(begin);
    return false;
  }

  private void merge(Scope scope) {
    expect(cursor.accept("into"));
    findings.kind(StatementClass.WRITE);
    relation(scope, true);
    alias();
    expect(cursor.accept("using"));
    joined(scope, false);
    expect(cursor.token().is("on"));
    int cases = 0;
    while (!ended()) {
      cases += cursor.token().is("case") ? 1 : cursor.token().is("end") ? -1 : 0;
      if (cases == 0 && cursor.accept("then")) {
        branch(scope);
      } else {
        element(scope, false);
      }
    }
  }

  /** Reads the action of MERGE on a row. */
  private void branch(Scope scope) {
    if (cursor.accept("insert")) {
      changes(RowChange.INSERT);
      if (cursor.token().isSign("(")) {
        bracket(scope, "");
      }
      overriding();
    } else if (cursor.accept("update")) {
      changes(RowChange.UPDATE);
      expect(cursor.accept("set"));
    } else if (cursor.accept("delete")) {
      changes(RowChange.DELETE);
    }
  }

  private void changes(RowChange change) {
    findings.kind(StatementClass.WRITE);
    findings.changes(change);
  }

  /** A SELECT up to what it selects, a VALUES, a TABLE, or a query in brackets. */
  @Override
  void select(Scope scope) {
    if (cursor.token().isSign("(")) {
      if (enter()) {
        statement(scope);
        leave(")");
      }
    } else if (cursor.accept("table")) {
      relation(scope, false);
    } else {
      expect(cursor.accept("select") || cursor.accept("values"));
    }
  }

  /**
   * Reads the clauses that follow, up to the end of the statement or of the bracket that it is in.
   */
  @Override
  void clauses(Scope scope) {
    boolean grouping = false;
    boolean conflict = false;
    while (!ended()) {
      Token token = cursor.token();
      String word = cursor.keyword();
      if (acceptSetOperation()) {
        grouping = false;
        select(scope);
      } else if (word.equals("from") && !isDistinctFrom()) {
        cursor.advance();
        tables(scope, false);
      } else if (word.equals("into")) {
        cursor.advance();
        makesTable(scope);
      } else if (word.equals("on") && syntax.wordsOfConflict(cursor) > 0) {
        conflict = true;
        cursor.moveTo(cursor.position() + syntax.wordsOfConflict(cursor));
      } else if (conflict && word.equals("update")) {
        changes(RowChange.UPDATE);
        cursor.advance();
        cursor.accept("set");
      } else {
        grouping |= token.is("by") && cursor.ahead(-1).is("group");
        grouping &= !BEHIND_GROUPING.contains(word);
        element(scope, grouping);
      }
    }
  }

  private void makesTable(Scope scope) {
    expect(syntax.selectsIntoTables());
    syntax.skipKindOfTable(cursor);
    findings.kind(StatementClass.DDL);
    relation(scope, true);
  }

  private void tables(Scope scope, boolean written) {
    do {
      joined(scope, written);
    } while (cursor.acceptSign(","));
    expect(ended() || syntax.isReserved(cursor.keyword()));
  }

  /** Reads the part of a FROM between two commas. */
  private void joined(Scope scope, boolean written) {
    table(scope, written);
    int unqualified = 0;
    while (!ended()) {
      int join = wordsOfJoin();
      if (join > 0) {
        unqualified += cursor.token().is("cross") || cursor.token().is("natural") ? 0 : 1;
        cursor.moveTo(cursor.position() + join);
        table(scope, written);
      } else if (unqualified > 0 && cursor.accept("on")) {
        unqualified--;
        condition(scope);
      } else if (unqualified > 0 && cursor.accept("using")) {
        unqualified--;
        definitions();
        alias();
      } else {
        return;
      }
    }
  }

  /** Number of words of a join that stand here, JOIN being the last; 0 if there is none. */
  private int wordsOfJoin() {
    int words = 0;
    while (words < 3 && BEFORE_JOIN.contains(cursor.keyword(words))) {
      words++;
    }
    return syntax.isJoin(cursor.keyword(words)) ? words + 1 : 0;
  }

  /** The condition of a join, up to the next table, join or clause. */
  private void condition(Scope scope) {
    while (!ended()
        && !cursor.token().isSign(",")
        && !BEHIND_TABLES.contains(cursor.keyword())
        && wordsOfJoin() == 0) {
      element(scope, false);
    }
    // Where an operand is expected, JOIN would be a function.
    expect(!isOperandNext());
  }

  private boolean isOperandNext() {
    Token before = cursor.ahead(-1);
    return BEFORE_OPERAND.contains(cursor.keyword(-1))
        || (before.type() == Token.Type.SIGN && !before.isSign(")") && !before.isSign("]"));
  }

  private void table(Scope scope, boolean written) {
    acceptReserved("lateral");
    if (cursor.token().isSign("(")) {
      bracketedTables(scope, written);
    } else if (syntax.acceptFunctionList(cursor)) {
      bracket(scope, "");
    } else if (isFunction()) {
      element(scope, false);
    } else if (syntax.isNoTable(cursor.keyword()) && !cursor.ahead(1).isSign(".")) {
      cursor.advance();
    } else {
      relation(scope, written);
    }
    if (cursor.token().is("with") && cursor.ahead(1).is("ordinality")) {
      cursor.advance();
      cursor.advance();
    }
    alias();
    syntax.skipTableOptions(cursor);
    if (cursor.accept("tablesample")) {
      element(scope, false);
      if (cursor.accept("repeatable")) {
        element(scope, false);
      }
    }
  }

  private void bracketedTables(Scope scope, boolean written) {
    if (!enter()) {
      return;
    }
    if (beginsQuery()) {
      statement(scope);
    } else {
      tables(scope, written);
      // More of a query that begins with one in brackets.
      clauses(scope);
    }
    leave(")");
  }

  /** True if a function is called here, and no table named. */
  private boolean isFunction() {
    int name = 0;
    while (cursor.ahead(name).isName() && cursor.ahead(name + 1).isSign(".")) {
      name += 2;
    }
    return (name == 0 && syntax.calledByWord(cursor.keyword()) != null)
        || (cursor.ahead(name).isName()
            && cursor.ahead(name + 1).isSign("(")
            && syntax.isCalled(cursor));
  }

  /** The name of a table. */
  private void relation(Scope scope, boolean written) {
    boolean bracket = acceptReserved("only") && cursor.acceptSign("(");
    boolean reserved = syntax.isReserved(cursor.keyword());
    TableName name = reserved ? null : cursor.tableName();
    expect(name != null);
    if (name != null && written) {
      findings.writes(name);
    } else if (name != null && (name.schema() != null || !scope.has(name.table()))) {
      findings.reads(name);
    }
    expect(!bracket || cursor.acceptSign(")"));
    syntax.skipTableOptions(cursor);
    if (syntax.readsHistory(cursor)) {
      cursor.advance();
      cursor.advance();
      history(scope);
    }
  }

  /** Of which time rows are read: ALL, AS OF, BETWEEN and AND, or FROM and TO. */
  private void history(Scope scope) {
    if (cursor.accept("all")) {
      return;
    }
    String then = cursor.token().is("between") ? "and" : cursor.token().is("from") ? "to" : "of";
    cursor.advance();
    if (!then.equals("of")) {
      moment(scope);
    }
    expect(cursor.accept(then));
    moment(scope);
  }

  private void moment(Scope scope) {
    Token value = cursor.ahead(1);
    if (cursor.token().isName()
        && (value.type() == Token.Type.STRING || cursor.token().is("transaction"))) {
      cursor.advance(); // a type, or what is counted
    }
    boolean more;
    do {
      if (cursor.accept("interval")) {
        element(scope, false);
      }
      element(scope, false);
      more = cursor.acceptSign("+") || cursor.acceptSign("-");
    } while (more);
  }

  private void alias() {
    boolean as = cursor.accept("as");
    if (cursor.token().isName() && !syntax.isReserved(cursor.keyword())) {
      cursor.advance();
      as = true;
    }
    if (as && cursor.token().isSign("(")) {
      definitions();
    }
  }

  private boolean acceptReserved(String word) {
    return syntax.isReserved(word) && cursor.accept(word);
  }
}
