package dev.heimdall.engine.parse;

import dev.heimdall.engine.sql.Dialect;
import dev.heimdall.engine.sql.RoutineBody;
import dev.heimdall.engine.sql.RowChange;
import dev.heimdall.engine.sql.StatementClass;
import dev.heimdall.engine.sql.TableName;
import dev.heimdall.engine.sql.Token;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Reads one statement: what begins with words that decide all by themselves is read here, queries
 * and changes of rows go to the library.
 */
final class StatementReader {
  private final LibraryParser library;
  private final Findings findings;
  private final DefinitionReader definitions;

  StatementReader(LibraryParser library, Findings findings) {
    this.library = library;
    this.findings = findings;
    definitions = new DefinitionReader(findings, this::statement);
  }

  void read(Dialect dialect, List<Token> all) {
    List<Token> tokens = new ArrayList<>(all.size());
    boolean opaque = false;
    int doubts = findings.doubts();
    Token before = null;
    for (Token token : all) {
      if (token.isOperator() && !isAllColumns(before, token)) {
        findings.operator(token.text());
      }
      before = token;
      switch (token.type()) {
        case HINT -> findings.hint(token.text());
        case OPAQUE -> opaque = true;
        default -> tokens.add(token);
      }
    }
    attributes(tokens);
    names(tokens);
    if (opaque) {
      findings.uncertain(StatementClass.UNKNOWN, "has a name or comment that cannot be read");
    } else {
      statement(new TokenCursor(dialect, tokens));
    }
    boolean ofCursor = !tokens.isEmpty() && (tokens.get(0).is("fetch") || tokens.get(0).is("move"));
    if (findings.doubts() > doubts && !ofCursor) {
      NamedTables.note(tokens, findings);
    }
  }

  /** Whether a star stands for columns, and is no operator. */
  private static boolean isAllColumns(Token before, Token token) {
    return token.isSign("*")
        && before != null
        && (before.isSign(",")
            || before.isSign(".")
            || before.isSign("(")
            || before.is("select")
            || before.is("distinct")
            || before.is("all")
            || before.is("returning"));
  }

  private void names(List<Token> tokens) {
    Token before = null;
    for (Token token : tokens) {
      boolean converts =
          before != null
              && (token.isSign(":") && before.isSign(":")
                  || token.type() == Token.Type.STRING && before.isName());
      if (converts) {
        findings.name("::");
      }
      if (token.isName()) {
        findings.name(token.text());
      }
      before = token;
    }
  }

  private void attributes(List<Token> tokens) {
    for (int i = 1; i < tokens.size(); i++) {
      boolean called = i + 1 < tokens.size() && tokens.get(i + 1).isSign("(");
      if (tokens.get(i).isName() && tokens.get(i - 1).isSign(".") && !called) {
        findings.attribute(tokens.get(i).text());
      }
    }
  }

  private void statement(TokenCursor cursor) {
    Token first = cursor.token();
    if (first.isSign("(")) {
      query(cursor);
      return;
    }
    if (first.type() != Token.Type.WORD) {
      findings.uncertain(StatementClass.UNKNOWN);
      return;
    }
    switch (first.text().toLowerCase(Locale.ROOT)) {
      case "select", "values", "table", "with" -> query(cursor);
      case "insert", "update", "delete", "merge", "replace" -> {
        findings.kind(StatementClass.WRITE);
        query(cursor);
      }
      case "commit", "rollback", "savepoint", "release" -> transaction(cursor);
      case "start", "begin" -> begin(cursor);
      case "set", "show" -> setting(cursor);
      default -> {
        if (cursor.dialect() == Dialect.POSTGRES) {
          postgres(first.text(), cursor);
        } else {
          findings.uncertain(StatementClass.UNKNOWN);
        }
      }
    }
  }

  private void postgres(String first, TokenCursor cursor) {
    switch (first) {
      case "end", "abort" -> transaction(cursor);
      case "reset", "discard", "deallocate", "listen", "unlisten", "notify", "close", "load" ->
          findings.kind(StatementClass.SESSION);
      // What a cursor or a prepared statement does was said when it was made.
      case "fetch", "move" -> findings.uncertain(StatementClass.SESSION);
      case "prepare" -> prepare(cursor);
      case "declare" -> declare(cursor);
      case "explain" -> explain(cursor);
      case "copy" -> new CopyReader(findings, this::statement).read(cursor);
      case "lock" -> lock(cursor);
      case "truncate" -> truncate(cursor);
      case "call" -> call(cursor);
      case "do" -> codeBlock(cursor);
      case "vacuum", "analyze", "analyse" -> maintenance(cursor);
      case "checkpoint" -> findings.kind(StatementClass.UTILITY);
      case "cluster", "reindex" -> findings.uncertain(StatementClass.UTILITY);
      case "create",
          "alter",
          "drop",
          "comment",
          "grant",
          "revoke",
          "refresh",
          "import",
          "reassign",
          "security" ->
          definitions.read(cursor);
      default ->
          findings.uncertain(StatementClass.UNKNOWN, "begins with a word that is not known here");
    }
  }

  private void query(TokenCursor cursor) {
    library.read(cursor.dialect(), cursor.rest(), findings);
  }

  private void transaction(TokenCursor cursor) {
    // Without semicolons between, SQL Server would take more statements.
    if (cursor.dialect() != Dialect.POSTGRES && cursor.rest().size() > 5) {
      findings.uncertain(StatementClass.UNKNOWN);
    } else if (cursor.token().is("commit") && cursor.ahead(1).is("prepared")) {
      findings.kind(StatementClass.WRITE); // of what another transaction has named
    } else {
      findings.kind(StatementClass.TRANSACTION);
    }
  }

  private void begin(TokenCursor cursor) {
    boolean block =
        cursor.dialect() == Dialect.SQLSERVER
            && !(cursor.rest().size() <= 3
                && (cursor.ahead(1).is("tran") || cursor.ahead(1).is("transaction")));
    boolean other = cursor.token().is("start") && !cursor.ahead(1).is("transaction");
    if (block || other) {
      findings.uncertain(StatementClass.UNKNOWN);
    } else {
      transaction(cursor);
    }
  }

  private void setting(TokenCursor cursor) {
    findings.kind(StatementClass.SESSION);
    boolean simple =
        switch (cursor.dialect()) {
          // Deferred triggers run at once.
          case POSTGRES -> !cursor.ahead(1).is("constraints");
          case MYSQL -> cursor.rest().stream().noneMatch(t -> t.isSign("(") || t.is("password"));
          case SQLSERVER -> false;
        };
    if (!simple) {
      findings.uncertain(StatementClass.UNKNOWN);
    }
  }

  private void prepare(TokenCursor cursor) {
    cursor.advance();
    if (cursor.token().is("transaction") && cursor.ahead(1).type() == Token.Type.STRING) {
      findings.kind(StatementClass.TRANSACTION);
      return;
    }
    cursor.advance();
    if (cursor.token().isSign("(")) {
      cursor.skipBrackets();
    }
    if (cursor.accept("as")) {
      findings.kind(StatementClass.SESSION);
      statement(cursor);
    } else {
      findings.uncertain(StatementClass.UNKNOWN);
    }
  }

  private void declare(TokenCursor cursor) {
    findings.kind(StatementClass.SESSION);
    while (!cursor.atEnd() && !cursor.token().is("for")) {
      cursor.advance();
    }
    if (cursor.accept("for")) {
      query(cursor);
    } else {
      findings.uncertain(StatementClass.UNKNOWN);
    }
  }

  /** What is explained counts as if it were run: planning it takes its locks, ANALYZE runs it. */
  private void explain(TokenCursor cursor) {
    cursor.advance();
    if (cursor.token().isSign("(") && !beginsQuery(cursor.ahead(1))) {
      cursor.skipBrackets();
    } else {
      while (cursor.accept("analyze") || cursor.accept("analyse") || cursor.accept("verbose")) {
        findings.kind(StatementClass.READ);
      }
    }
    findings.kind(StatementClass.READ);
    if (cursor.token().is("explain")) {
      findings.uncertain(StatementClass.UNKNOWN);
    } else {
      statement(cursor);
    }
  }

  private static boolean beginsQuery(Token token) {
    return token.is("select")
        || token.is("values")
        || token.is("with")
        || token.is("table")
        || token.isSign("(");
  }

  private void lock(TokenCursor cursor) {
    cursor.advance();
    cursor.accept("table");
    findings.kind(StatementClass.LOCK);
    findings.locks();
    if (!tables(cursor)
        || !(cursor.atEnd() || cursor.token().is("in") || cursor.token().is("nowait"))) {
      findings.uncertain(StatementClass.UNKNOWN);
    }
  }

  private void truncate(TokenCursor cursor) {
    cursor.advance();
    cursor.accept("table");
    findings.kind(StatementClass.WRITE);
    findings.changes(RowChange.TRUNCATE);
    boolean named = tables(cursor);
    if (cursor.accept("restart") || cursor.accept("continue")) {
      cursor.accept("identity");
    }
    cursor.accept("restrict");
    // CASCADE goes on to tables that are not named.
    if (!named || !cursor.atEnd()) {
      findings.uncertain(StatementClass.WRITE);
    }
  }

  private void call(TokenCursor cursor) {
    cursor.advance();
    findings.kind(StatementClass.CALL);
    List<Functions.Call> called = Functions.in(cursor.rest());
    called.forEach(call -> findings.calls(call.name()));
    boolean query = cursor.rest().stream().anyMatch(t -> t.is("select") || t.is("from"));
    if (called.isEmpty() || query) {
      findings.uncertain(StatementClass.CALL);
    }
  }

  /** What its words say is looked up later; no text tells all that a block does. */
  private void codeBlock(TokenCursor cursor) {
    findings.uncertain(StatementClass.CALL, "runs a code block");
    cursor.advance();
    String body = null;
    boolean readable = true;
    while (!cursor.atEnd()) {
      if (cursor.accept("language")) {
        readable &= cursor.token().text().equals("plpgsql");
      } else if (cursor.token().type() == Token.Type.STRING && body == null) {
        body = cursor.token().text();
      } else {
        readable = false;
      }
      cursor.advance();
    }
    if (readable && body != null) {
      findings.codeBlock(RoutineBody.read(body, true));
    }
  }

  private void maintenance(TokenCursor cursor) {
    findings.kind(StatementClass.UTILITY);
    cursor.advance();
    if (cursor.token().isSign("(")) {
      cursor.skipBrackets();
    }
    boolean more;
    do {
      more =
          cursor.accept("full")
              || cursor.accept("freeze")
              || cursor.accept("verbose")
              || cursor.accept("analyze")
              || cursor.accept("analyse");
    } while (more);
    if (!tables(cursor) || !cursor.atEnd()) {
      findings.uncertain(StatementClass.UTILITY);
    }
  }

  /** A list of tables to be written, each with an optional list of columns. */
  private boolean tables(TokenCursor cursor) {
    do {
      boolean bracket = cursor.token().is("only") && cursor.ahead(1).isSign("(");
      if (cursor.token().is("only") && (cursor.ahead(1).isName() || bracket)) {
        cursor.advance();
        cursor.acceptSign("(");
      } else if (cursor.token().is("only")) {
        return false;
      }
      TableName table = cursor.tableName();
      if (table == null || (bracket && !cursor.acceptSign(")"))) {
        return false;
      }
      findings.writes(table);
      cursor.acceptSign("*");
      if (cursor.token().isSign("(")) {
        cursor.skipBrackets();
      }
    } while (cursor.acceptSign(","));
    return true;
  }
}
