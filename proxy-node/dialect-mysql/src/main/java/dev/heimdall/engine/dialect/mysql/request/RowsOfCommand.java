package dev.heimdall.engine.dialect.mysql.request;

import dev.heimdall.engine.dialect.mysql.sql.MysqlSql;
import dev.heimdall.engine.session.statement.NextStatement;
import dev.heimdall.engine.sql.KeyColumns;
import dev.heimdall.engine.sql.KeyReader;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.Parameter;
import dev.heimdall.engine.sql.RowKeys;
import dev.heimdall.engine.sql.Statement;
import java.util.List;

/** Rows of its only table that the command at the reader's position can read or write. */
final class RowsOfCommand {
  private final NextStatement next;
  private final SessionLexing lexing;

  RowsOfCommand(NextStatement next, SessionLexing lexing) {
    this.next = next;
    this.lexing = lexing;
  }

  private KeyColumns columns() {
    Statement does = next.statement();
    return does == null || !lexing.keepsAscii() ? null : does.keys();
  }

  /** Those of a query; null where nothing is known of them. */
  RowKeys of(QueryText text) {
    KeyColumns columns = columns();
    return columns == null
        ? null
        : KeyReader.read(
            columns,
            text.bytes(),
            text.start(),
            text.length(),
            lexing.mode(text.bytes(), text.start(), text.length()),
            List.of(),
            MysqlSql.DIALECT);
  }

  /**
   * Those of an execution, whose types are the statement's by now; null where nothing is known of
   * them, as where the server runs another text, or gets values ahead of it.
   */
  RowKeys of(ClientStatement statement, ExecuteCommand command) {
    KeyColumns columns = columns();
    LexerMode now = lexing.mode();
    if (columns == null
        || statement.stand() != null
        || !statement.asWritten()
        || statement.hasLongData()
        || now.hiddenSigns()
        || now.doubtful()) {
      return null;
    }
    byte[] sql = statement.statement.body();
    return KeyReader.read(
        columns,
        sql,
        0,
        sql.length,
        statement.examined.lexerMode(),
        parameters(statement, command),
        MysqlSql.DIALECT);
  }

  /** Null where they cannot be read. */
  private static List<Parameter> parameters(ClientStatement statement, ExecuteCommand command) {
    if (statement.parameters == 0) {
      return List.of();
    }
    byte[] types = command.hasTypes() ? command.types() : statement.types();
    return types == null ? null : command.parameters(statement.parameters, types);
  }
}
