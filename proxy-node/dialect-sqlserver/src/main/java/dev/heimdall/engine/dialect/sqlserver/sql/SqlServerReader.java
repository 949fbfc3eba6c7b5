package dev.heimdall.engine.dialect.sqlserver.sql;

import dev.heimdall.engine.parse.Findings;
import dev.heimdall.engine.parse.StatementReader;
import dev.heimdall.engine.parse.TokenCursor;
import dev.heimdall.engine.sql.StatementClass;

/** Reads SQL Server's statements, which may follow each other without a semicolon. */
final class SqlServerReader extends StatementReader {
  /** More words would be another statement's. */
  private static final int LONGEST_TRANSACTION = 3;

  SqlServerReader(Findings findings) {
    super(new SqlServerSyntax(), findings);
  }

  @Override
  protected void other(TokenCursor cursor) {
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
}
