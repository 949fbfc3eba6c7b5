package dev.heimdall.engine.parse;

import dev.heimdall.engine.sql.StatementClass;

/** Reads the statements of MySQL and MariaDB. */
final class MysqlReader extends StatementReader {
  MysqlReader(Findings findings) {
    super(new MysqlSyntax(), findings);
  }

  @Override
  void other(TokenCursor cursor) {
    boolean understood =
        switch (cursor.keyword()) {
          case "begin", "commit", "release", "rollback", "savepoint" -> transaction();
          case "start" -> cursor.ahead(1).is("transaction") && transaction();
          case "set", "show" -> setting(cursor);
          default -> false;
        };
    if (!understood) {
      findings.uncertain(StatementClass.UNKNOWN);
    }
  }

  private boolean transaction() {
    findings.kind(StatementClass.TRANSACTION);
    return true;
  }

  private boolean setting(TokenCursor cursor) {
    findings.kind(StatementClass.SESSION);
    return cursor.rest().stream().noneMatch(t -> t.isSign("(") || t.is("password"));
  }
}
