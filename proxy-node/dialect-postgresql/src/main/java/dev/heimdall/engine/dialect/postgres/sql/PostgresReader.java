package dev.heimdall.engine.dialect.postgres.sql;

import dev.heimdall.engine.parse.Findings;
import dev.heimdall.engine.parse.StatementReader;
import dev.heimdall.engine.parse.TokenCursor;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.RoutineBody;
import dev.heimdall.engine.sql.RowChange;
import dev.heimdall.engine.sql.StatementClass;
import dev.heimdall.engine.sql.TableName;
import dev.heimdall.engine.sql.Token;
import java.util.List;

/** Reads PostgreSQL's statements. */
final class PostgresReader extends StatementReader {
  private static final PostgresSyntax SYNTAX = new PostgresSyntax();

  private final DefinitionReader definitions;

  PostgresReader(Findings findings) {
    super(SYNTAX, findings);
    definitions = new DefinitionReader(findings, this::statement);
  }

  @Override
  protected void conversions(List<Token> statement) {
    new Conversions(statement, findings).read();
    new OperandReader(statement, SYNTAX).read(findings);
  }

  @Override
  protected boolean computes(List<Token> statement) {
    return DefinitionReader.computes(statement);
  }

  @Override
  protected RoutineBody words(String statement, LexerMode lexerMode) {
    return lexerMode.backslashEscapes() && statement.indexOf('\\') >= 0
        ? RoutineBody.UNREADABLE
        : RoutineReader.ofStatement(statement);
  }

  /** FROM and IN stand before the name of a cursor. */
  @Override
  protected boolean namesNoTables(List<Token> statement) {
    return statement.get(0).is("fetch") || statement.get(0).is("move");
  }

  @Override
  protected void other(TokenCursor cursor) {
    switch (cursor.keyword()) {
      case "abort", "begin", "commit", "end", "release", "rollback", "savepoint" ->
          transaction(cursor);
      case "start" -> start(cursor);
      case "set", "show" -> setting(cursor);
      case "reset", "discard", "deallocate", "listen", "unlisten", "notify", "close", "load" ->
          findings.kind(StatementClass.SESSION);
      // What a cursor or a prepared statement does was said when it was made.
      case "fetch", "move" -> findings.uncertain(StatementClass.SESSION);
      case "prepare" -> prepare(cursor);
      case "declare" -> declare(cursor);
      case "explain" -> explain(cursor);
      case "copy" -> new CopyReader(findings, this).read(cursor);
      case "lock" -> lock(cursor);
      case "truncate" -> truncate(cursor);
      case "call" -> calls(cursor, StatementClass.CALL);
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

  private void transaction(TokenCursor cursor) {
    // What another transaction has named is committed.
    boolean prepared = cursor.token().is("commit") && cursor.ahead(1).is("prepared");
    findings.kind(prepared ? StatementClass.WRITE : StatementClass.TRANSACTION);
  }

  private void start(TokenCursor cursor) {
    if (cursor.ahead(1).is("transaction")) {
      transaction(cursor);
    } else {
      findings.uncertain(StatementClass.UNKNOWN);
    }
  }

  private void setting(TokenCursor cursor) {
    findings.kind(StatementClass.SESSION);
    if (cursor.ahead(1).is("constraints")) {
      // Deferred triggers run at once.
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

  /**
   * Reads an EXPLAIN: the explained statement counts as if it were run, as planning it takes its
   * locks and ANALYZE runs it.
   */
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

  /** Reads a code block: its words are looked up later; no text reports all effects of a block. */
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
      findings.codeBlock(RoutineReader.read(body, true));
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
