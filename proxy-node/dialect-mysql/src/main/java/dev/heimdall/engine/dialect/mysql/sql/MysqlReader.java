package dev.heimdall.engine.dialect.mysql.sql;

import dev.heimdall.engine.parse.Findings;
import dev.heimdall.engine.parse.StatementReader;
import dev.heimdall.engine.parse.TokenCursor;
import dev.heimdall.engine.sql.FunctionName;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.RoutineBody;
import dev.heimdall.engine.sql.RowChange;
import dev.heimdall.engine.sql.StatementClass;
import dev.heimdall.engine.sql.TableDefinitions;
import dev.heimdall.engine.sql.TableName;
import dev.heimdall.engine.sql.Token;
import java.util.List;

/** Reads the statements of MySQL and MariaDB. */
final class MysqlReader extends StatementReader {
  MysqlReader(Findings findings) {
    super(new MysqlSyntax(), findings);
  }

  @Override
  protected void conversions(List<Token> statement) {
    new TimesOfDay(statement).note(findings);
    systemVariables(statement);
  }

  @Override
  protected RoutineBody words(String statement, LexerMode lexerMode) {
    return new StatementWords().read(statement, lexerMode);
  }

  /**
   * Notes a system variable, by which a server describes itself or its session: counts as a call of
   * a function.
   */
  private void systemVariables(List<Token> statement) {
    for (int i = 1; i < statement.size(); i++) {
      if (statement.get(i).isSign("@") && statement.get(i - 1).isSign("@")) {
        findings.calls(FunctionName.SYSTEM_VARIABLE);
        return;
      }
    }
  }

  @Override
  protected void other(TokenCursor cursor) {
    switch (cursor.keyword()) {
      case "commit", "release", "rollback", "savepoint" ->
          findings.kind(StatementClass.TRANSACTION);
      case "begin" -> begin(cursor);
      case "start" -> start(cursor);
      case "xa" -> findings.uncertain(StatementClass.TRANSACTION);
      case "set" -> set(cursor);
      case "show" -> show(cursor);
      case "use", "prepare", "deallocate", "get", "signal", "resignal", "help" ->
          findings.kind(StatementClass.SESSION);
      case "handler" -> findings.uncertain(StatementClass.SESSION);
      case "do" -> calls(cursor, StatementClass.READ);
      case "call" -> call(cursor);
      case "explain", "describe", "desc" -> explain(cursor);
      case "analyze" -> analyze(cursor);
      case "check", "optimize", "repair" -> maintenance(cursor);
      case "checksum" -> findings.uncertain(StatementClass.READ);
      case "lock" -> lock(cursor);
      case "unlock" -> findings.kind(StatementClass.LOCK);
      case "truncate" -> truncate(cursor);
      case "drop" -> {
        TableDefinitions plain = PlainDefinition.of(cursor.rest());
        drop(cursor);
        defines(plain);
      }
      case "rename" -> rename(cursor);
      case "load" -> findings.uncertain(StatementClass.WRITE);
      case "create", "alter" -> {
        TableDefinitions plain = PlainDefinition.of(cursor.rest());
        findings.uncertain(StatementClass.DDL);
        defines(plain);
      }
      case "grant", "revoke", "import" -> findings.uncertain(StatementClass.DDL);
      case "backup",
          "binlog",
          "cache",
          "change",
          "flush",
          "install",
          "kill",
          "purge",
          "reset",
          "stop",
          "uninstall" ->
          findings.uncertain(StatementClass.UTILITY);
      default ->
          findings.uncertain(StatementClass.UNKNOWN, "begins with a word that is not known here");
    }
  }

  private void defines(TableDefinitions plain) {
    if (plain != null) {
      findings.defines(plain);
    }
  }

  /** Of a transaction, or of a block of code. */
  private void begin(TokenCursor cursor) {
    cursor.advance();
    cursor.accept("work");
    if (cursor.atEnd()) {
      findings.kind(StatementClass.TRANSACTION);
    } else {
      findings.uncertain(StatementClass.UNKNOWN, "runs a code block");
    }
  }

  private void start(TokenCursor cursor) {
    if (cursor.ahead(1).is("transaction")) {
      findings.kind(StatementClass.TRANSACTION);
    } else {
      findings.uncertain(StatementClass.UTILITY);
    }
  }

  /** Values are expressions, with queries in brackets among them. */
  private void set(TokenCursor cursor) {
    cursor.advance();
    switch (cursor.keyword()) {
      case "password", "default", "resource" -> findings.uncertain(StatementClass.DDL);
      case "statement" -> {
        while (!cursor.atEnd() && !cursor.token().is("for")) {
          cursor.advance();
        }
        cursor.advance();
        statement(cursor);
      }
      default -> {
        findings.kind(StatementClass.SESSION);
        if (hasBrackets(cursor)) {
          expressions(cursor);
        }
      }
    }
  }

  private void show(TokenCursor cursor) {
    findings.kind(StatementClass.SESSION);
    boolean counts = cursor.ahead(1).is("count");
    if (!counts && hasBrackets(cursor)) {
      findings.uncertain(StatementClass.SESSION);
    }
  }

  private static boolean hasBrackets(TokenCursor cursor) {
    return cursor.rest().stream().anyMatch(token -> token.isSign("("));
  }

  private void call(TokenCursor cursor) {
    if (hasBrackets(cursor)) {
      calls(cursor, StatementClass.CALL);
    } else {
      findings.uncertain(StatementClass.CALL);
    }
  }

  /**
   * Reads an EXPLAIN: the explained statement counts as if it were run; a table's columns are read
   * from no table.
   */
  private void explain(TokenCursor cursor) {
    cursor.advance();
    findings.kind(StatementClass.READ);
    while (!cursor.atEnd()) {
      switch (cursor.keyword()) {
        case "select", "values", "table", "with", "insert", "replace", "update", "delete" -> {
          statement(cursor);
          return;
        }
        case "for", "into" -> {
          findings.uncertain(StatementClass.UNKNOWN);
          return;
        }
        default -> cursor.advance();
      }
    }
  }

  /** Of tables, or, in MariaDB, of a statement that is run. */
  private void analyze(TokenCursor cursor) {
    for (int i = 1; i < 4; i++) {
      if (cursor.ahead(i).is("table") || cursor.ahead(i).is("tables")) {
        maintenance(cursor);
        return;
      }
    }
    explain(cursor);
  }

  private void maintenance(TokenCursor cursor) {
    findings.kind(StatementClass.UTILITY);
    cursor.advance();
    while (cursor.accept("local") || cursor.accept("no_write_to_binlog")) {
      findings.kind(StatementClass.UTILITY);
    }
    if (!(cursor.accept("table") || cursor.accept("tables")) || !writesTables(cursor)) {
      findings.uncertain(StatementClass.UTILITY);
    }
  }

  private void lock(TokenCursor cursor) {
    cursor.advance();
    findings.kind(StatementClass.LOCK);
    findings.locks();
    if (!cursor.accept("tables") && !cursor.accept("table")) {
      findings.uncertain(StatementClass.LOCK);
      return;
    }
    do {
      TableName table = cursor.tableName();
      if (table == null) {
        findings.uncertain(StatementClass.LOCK);
        return;
      }
      findings.writes(table);
      while (!cursor.atEnd() && !cursor.token().isSign(",")) {
        cursor.advance(); // an alias, and how it is locked
      }
    } while (cursor.acceptSign(","));
  }

  private void truncate(TokenCursor cursor) {
    cursor.advance();
    cursor.accept("table");
    findings.kind(StatementClass.WRITE);
    findings.changes(RowChange.TRUNCATE);
    if (!writesTables(cursor) || !cursor.atEnd()) {
      findings.uncertain(StatementClass.WRITE);
    }
  }

  private void drop(TokenCursor cursor) {
    cursor.advance();
    findings.kind(StatementClass.DDL);
    cursor.accept("temporary");
    boolean tables = cursor.accept("table") || cursor.accept("tables") || cursor.accept("view");
    if (cursor.accept("if")) {
      cursor.accept("exists");
    }
    if (!tables || !writesTables(cursor)) {
      findings.uncertain(StatementClass.DDL);
    }
  }

  private void rename(TokenCursor cursor) {
    cursor.advance();
    findings.kind(StatementClass.DDL);
    boolean understood = cursor.accept("table") || cursor.accept("tables");
    do {
      TableName from = understood ? cursor.tableName() : null;
      TableName to = from != null && cursor.accept("to") ? cursor.tableName() : null;
      if (to == null) {
        findings.uncertain(StatementClass.DDL);
        return;
      }
      findings.writes(from);
      findings.writes(to);
    } while (cursor.acceptSign(","));
    if (!cursor.atEnd()) {
      findings.uncertain(StatementClass.DDL);
    }
  }

  /** A list of tables to be written. */
  private boolean writesTables(TokenCursor cursor) {
    do {
      TableName table = cursor.tableName();
      if (table == null) {
        return false;
      }
      findings.writes(table);
    } while (cursor.acceptSign(","));
    return true;
  }
}
