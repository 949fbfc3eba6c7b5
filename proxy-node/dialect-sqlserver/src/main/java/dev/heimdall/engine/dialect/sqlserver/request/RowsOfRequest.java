package dev.heimdall.engine.dialect.sqlserver.request;

import dev.heimdall.engine.dialect.sqlserver.sql.SqlServerSql;
import dev.heimdall.engine.session.statement.NextStatement;
import dev.heimdall.engine.sql.KeyColumns;
import dev.heimdall.engine.sql.KeyReader;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.Parameter;
import dev.heimdall.engine.sql.RowKeys;
import dev.heimdall.engine.sql.Statement;
import dev.heimdall.engine.sql.StatementRows;
import dev.heimdall.engine.wire.sqlserver.RpcProcedure;
import dev.heimdall.engine.wire.sqlserver.StatementParameter;
import dev.heimdall.engine.wire.sqlserver.TdsPacket;
import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Rows that the request at the reader's position can read or write. */
final class RowsOfRequest {
  private static final LexerMode MODE = LexerMode.STANDARD;

  private final NextStatement next;
  private final TdsRequest request;
  private final RpcRequests rpc;
  private final Supplier<LexerMode> mode;

  RowsOfRequest(NextStatement next, TdsRequest request, RpcRequests rpc, Supplier<LexerMode> mode) {
    this.next = next;
    this.request = request;
    this.rpc = rpc;
    this.mode = mode;
  }

  /** None where what is in double quotes is a value. */
  private List<KeyColumns> columns() {
    Statement does = next.statement();
    return does == null || !mode.get().equals(MODE) ? List.of() : does.keys();
  }

  /** Those that it reads, by the table; all of a table that is not there. */
  Map<String, RowKeys> read() {
    List<KeyColumns> columns = columns();
    if (columns.isEmpty()) {
      return Map.of();
    }
    byte[] sql = request.text();
    return KeyReader.read(
        columns, sql, 0, sql.length, MODE, parameters(false), SqlServerSql.DIALECT);
  }

  /** Those that it writes. */
  StatementRows written() {
    List<KeyColumns> columns = columns();
    if (columns.isEmpty()) {
      return StatementRows.UNKNOWN;
    }
    byte[] sql = request.text();
    return KeyReader.written(
        columns, sql, 0, sql.length, MODE, parameters(false), SqlServerSql.DIALECT);
  }

  /**
   * Values of the parameters; null where they cannot be read.
   *
   * @param all with those that no key has
   */
  List<Parameter> parameters(boolean all) {
    if (request.streams()) {
      return null;
    }
    if (request.type() == TdsPacket.SQL_BATCH) {
      return List.of();
    }
    List<RpcCall> calls = request.calls();
    if (calls == null || calls.size() != 1) {
      return null;
    }
    ByteBuf payload = request.payload();
    try {
      return parameters(calls.get(0), payload, all);
    } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
      return null; // the error comes from the server
    }
  }

  private List<Parameter> parameters(RpcCall call, ByteBuf payload, boolean all) {
    int end = payload.writerIndex();
    switch (call.procedure()) {
      case RpcProcedure.EXECUTE -> {
        PreparedHandles.Prepared prepared = rpc.handles().get(call.handle());
        int at = call.handleAt() + Integer.BYTES;
        return rpc.isAsPrepared(call)
            ? CallValues.read(payload, at, end, prepared.declarations(), all)
            : null;
      }
      case RpcProcedure.PREPARE_EXECUTE -> {
        int at = StatementParameter.end(payload, call.statementAt());
        return CallValues.read(payload, at, end, call.declarations(), all);
      }
      case RpcProcedure.EXECUTE_SQL -> {
        int at = StatementParameter.end(payload, call.statementAt());
        if (call.declarations() == null) {
          return at == end ? List.of() : null;
        }
        int type = at + 1 + 2 * payload.getUnsignedByte(at) + 1;
        return CallValues.read(
            payload, StatementParameter.end(payload, type), end, call.declarations(), all);
      }
      default -> {
        return null;
      }
    }
  }
}
