package dev.heimdall.engine.dialect.sqlserver.sql;

import dev.heimdall.engine.parse.Findings;
import dev.heimdall.engine.parse.StatementReader;
import dev.heimdall.engine.parse.TokenCursor;
import dev.heimdall.engine.sql.FoldedName;
import dev.heimdall.engine.sql.FunctionName;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.RoutineBody;
import dev.heimdall.engine.sql.StatementClass;
import dev.heimdall.engine.sql.TableName;
import dev.heimdall.engine.sql.Token;

/** Reads SQL Server's statements, which may follow each other without a semicolon. */
final class SqlServerReader extends StatementReader {
  /** More words would be another statement's. */
  private static final int LONGEST_TRANSACTION = 3;

  SqlServerReader(Findings findings) {
    super(new SqlServerSyntax(), findings);
  }

  /** Its names, for what they bring with them. */
  @Override
  protected RoutineBody words(String statement, LexerMode lexerMode) {
    return CodeReader.code(statement, CodeNames.UNKNOWN);
  }

  @Override
  protected void other(TokenCursor cursor) {
    if (cursor.token().is("exec") || cursor.token().is("execute")) {
      execute(cursor);
      return;
    }
    boolean named = cursor.ahead(1).is("tran") || cursor.ahead(1).is("transaction");
    boolean transaction =
        switch (cursor.keyword()) {
          case "begin", "save" -> named;
          case "commit", "rollback" ->
              named || cursor.ahead(1).is("work") || cursor.rest().size() == 1;
          default -> false;
        };
    if (transaction && cursor.rest().size() <= LONGEST_TRANSACTION) {
      findings.kind(StatementClass.TRANSACTION);
    } else {
      findings.uncertain(StatementClass.UNKNOWN);
    }
  }

  /**
   * Reads the call of a procedure. The server's own do more than a catalogue knows, and so does who
   * runs a text.
   */
  private void execute(TokenCursor cursor) {
    cursor.advance();
    if (cursor.token().text().startsWith("@") && cursor.ahead(1).isSign("=")) {
      cursor.advance();
      cursor.advance();
    }
    boolean variable = cursor.token().text().startsWith("@");
    boolean word = SqlServerSyntax.isKeyword(cursor.keyword());
    TableName name = variable || word ? null : cursor.tableName();
    if (name == null || isOfServer(name) || !arguments(cursor)) {
      findings.uncertain(StatementClass.UNKNOWN);
      return;
    }
    findings.kind(StatementClass.CALL);
    findings.calls(new FunctionName(name.schema(), FoldedName.of(name.table())));
  }

  private static boolean isOfServer(TableName name) {
    String procedure = FoldedName.of(name.table());
    return name.database() != null
        || procedure.startsWith("sp_")
        || procedure.startsWith("xp_")
        || procedure.startsWith("#")
        || "sys".equals(FoldedName.of(name.schema()));
  }

  /** True if constants and variables follow, up to the end. */
  private static boolean arguments(TokenCursor cursor) {
    boolean more = !cursor.atEnd();
    while (more) {
      if (cursor.token().text().startsWith("@") && cursor.ahead(1).isSign("=")) {
        cursor.advance();
        cursor.advance();
      }
      boolean signed = cursor.acceptSign("-") || cursor.acceptSign("+");
      Token value = cursor.token();
      boolean constant =
          switch (value.type()) {
            case STRING, NUMBER, PARAMETER -> true;
            case WORD -> !signed && !SqlServerSyntax.isKeyword(cursor.keyword());
            default -> false;
          };
      if (!constant || cursor.atEnd()) {
        return false;
      }
      cursor.advance();
      if (!cursor.accept("output")) {
        cursor.accept("out");
      }
      more = cursor.acceptSign(",");
    }
    return cursor.atEnd();
  }
}
