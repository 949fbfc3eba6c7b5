package dev.heimdall.engine.dialect.mysql.request;

import dev.heimdall.engine.dialect.mysql.sql.MysqlSql;
import dev.heimdall.engine.session.statement.NextStatement;
import dev.heimdall.engine.sql.KeyColumns;
import dev.heimdall.engine.sql.KeyReader;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.Parameter;
import dev.heimdall.engine.sql.RowKeys;
import dev.heimdall.engine.sql.Statement;
import dev.heimdall.engine.sql.StatementRows;
import java.util.List;
import java.util.Map;

/** Rows that the command at the reader's position can read or write. */
final class RowsOfCommand {
  private final NextStatement next;
  private final SessionLexing lexing;

  /**
   * A text whose rows may be known.
   *
   * @param parameters null where they cannot be read
   */
  private record Keyed(
      byte[] sql, int start, int length, LexerMode mode, List<Parameter> parameters) {
    Map<String, RowKeys> read(List<KeyColumns> of) {
      return KeyReader.read(of, sql, start, length, mode, parameters, MysqlSql.DIALECT);
    }

    StatementRows written(List<KeyColumns> of) {
      return KeyReader.written(of, sql, start, length, mode, parameters, MysqlSql.DIALECT);
    }
  }

  RowsOfCommand(NextStatement next, SessionLexing lexing) {
    this.next = next;
    this.lexing = lexing;
  }

  private List<KeyColumns> columns() {
    Statement does = next.statement();
    return does == null || !lexing.keepsAscii() ? List.of() : does.keys();
  }

  /** Those that a query reads, by the table; all of a table that is not there. */
  Map<String, RowKeys> read(QueryText text) {
    List<KeyColumns> columns = columns();
    return columns.isEmpty() ? Map.of() : keyed(text).read(columns);
  }

  /** Those that a query writes. */
  StatementRows written(QueryText text) {
    List<KeyColumns> columns = columns();
    return columns.isEmpty() ? StatementRows.UNKNOWN : keyed(text).written(columns);
  }

  /** Those that an execution reads, as of a query. */
  Map<String, RowKeys> read(ClientStatement statement, ExecuteCommand command) {
    List<KeyColumns> columns = columns(statement);
    return columns.isEmpty() ? Map.of() : keyed(statement, command).read(columns);
  }

  /** Those that an execution writes, as of a query. */
  StatementRows written(ClientStatement statement, ExecuteCommand command) {
    List<KeyColumns> columns = columns(statement);
    return columns.isEmpty() ? StatementRows.UNKNOWN : keyed(statement, command).written(columns);
  }

  private Keyed keyed(QueryText text) {
    LexerMode mode = lexing.mode(text.bytes(), text.start(), text.length());
    return new Keyed(text.bytes(), text.start(), text.length(), mode, List.of());
  }

  /**
   * Of an execution, whose types are the statement's by now; none where the server runs another
   * text, or gets values ahead of it.
   */
  private List<KeyColumns> columns(ClientStatement statement) {
    LexerMode now = lexing.mode();
    return statement.stand() != null
            || !statement.asWritten()
            || statement.hasLongData()
            || now.hiddenSigns()
            || now.doubtful()
        ? List.of()
        : columns();
  }

  private static Keyed keyed(ClientStatement statement, ExecuteCommand command) {
    byte[] sql = statement.statement.body();
    LexerMode mode = statement.examined.lexerMode();
    return new Keyed(sql, 0, sql.length, mode, parameters(statement, command));
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
