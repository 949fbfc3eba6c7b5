package dev.heimdall.engine.dialect.sqlserver.request;

import dev.heimdall.engine.dialect.sqlserver.server.CursorOptions;
import dev.heimdall.engine.dialect.sqlserver.server.SentRequest;
import dev.heimdall.engine.wire.sqlserver.RpcProcedure;
import dev.heimdall.engine.wire.sqlserver.StatementParameter;
import dev.heimdall.engine.wire.sqlserver.TdsVersion;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;

/**
 * One call of a request of remote procedure calls.
 *
 * @param name of a procedure that is called by it
 * @param statement null where there is none, or none that can be read
 * @param declarations of the statement's parameters; null for none
 * @param handle of a prepared statement
 * @param handleAt where its bytes are in the payload; negative where it has none
 * @param statementAt where the type of the statement's parameter is in the payload
 * @param cursor the handle of an open one; 0 for none
 * @param options for the cursors of a statement that it prepares; null for none
 * @param outputs parameters that are passed by reference, bit i for the one of ordinal i, as far as
 *     they are known
 * @param texts all that it may run, where its name does not tell which; else null
 * @param flaw what of it cannot be judged, as a reason to reject it; null for none
 */
record RpcCall(
    int procedure,
    String name,
    String statement,
    String declarations,
    int handle,
    int handleAt,
    int statementAt,
    int cursor,
    CursorOptions options,
    int outputs,
    List<String> texts,
    String flaw) {

  /** Returns the calls of a request. */
  static List<RpcCall> read(ByteBuf payload, TdsVersion version, int mostText) {
    CallScan scan = new CallScan(version, mostText);
    scan.on(payload, payload.readerIndex(), payload.writerIndex());
    scan.end();
    return scan.take();
  }

  /** Returns those for open cursors. */
  static List<SentRequest.CursorCall> cursorCalls(List<RpcCall> calls) {
    List<SentRequest.CursorCall> uses = new ArrayList<>();
    for (RpcCall call : calls) {
      if (call.usesCursor()) {
        boolean closes = call.procedure() == RpcProcedure.CURSOR_CLOSE;
        uses.add(new SentRequest.CursorCall(call.cursor(), closes));
      }
    }
    return uses;
  }

  /** Returns what each call returns, where answers of that version have no ordinals. */
  static List<Integer> outputs(List<RpcCall> calls, TdsVersion version) {
    return calls == null || version.hasOrdinals()
        ? List.of()
        : calls.stream().map(RpcCall::outputs).toList();
  }

  /** Returns the payload of calls with this text in the place of theirs; the caller's. */
  static ByteBuf withStatement(ByteBuf payload, List<RpcCall> calls, String text) {
    ByteBuf changed = payload.alloc().buffer(payload.readableBytes() + 2 * text.length());
    int from = payload.readerIndex();
    for (RpcCall call : calls) {
      if (call.statement() != null) {
        changed.writeBytes(payload, from, call.statementAt() - from);
        StatementParameter.write(changed, text);
        from = StatementParameter.end(payload, call.statementAt());
      }
    }
    return changed.writeBytes(payload, from, payload.writerIndex() - from);
  }

  /** Returns the same where so much of the payload has gone before. */
  RpcCall behind(int bytes) {
    return new RpcCall(
        procedure,
        name,
        statement,
        declarations,
        handle,
        handleAt < 0 ? handleAt : handleAt - bytes,
        statementAt - bytes,
        cursor,
        options,
        outputs,
        texts,
        flaw);
  }

  /** Returns this call with a reason to reject it. */
  RpcCall flawed(String why) {
    return new RpcCall(
        procedure,
        name,
        statement,
        declarations,
        handle,
        handleAt,
        statementAt,
        cursor,
        options,
        outputs,
        texts,
        why);
  }

  /** True if it may stream: nothing but values of parameters makes it long. */
  boolean mayStream() {
    return !unprepares() && procedure != RpcProcedure.CURSOR_CLOSE;
  }

  /** True if it may be one of several that are not alike. */
  boolean mixes() {
    return switch (procedure) {
      case RpcProcedure.OTHER,
          RpcProcedure.EXECUTE_SQL,
          RpcProcedure.EXECUTE,
          RpcProcedure.PREPARE,
          RpcProcedure.PREPARE_EXECUTE ->
          true;
      default -> false;
    };
  }

  /** True unless it runs a statement without cursors. */
  boolean mayBeCursors() {
    return !mixes() || procedure == RpcProcedure.OTHER;
  }

  /** True if it is about an open cursor, and makes none. */
  boolean usesCursor() {
    return RpcProcedure.usesCursor(procedure);
  }

  /** True if it makes a handle for a statement. */
  boolean prepares() {
    return procedure == RpcProcedure.PREPARE
        || procedure == RpcProcedure.PREPARE_EXECUTE
        || procedure == RpcProcedure.PREPARE_EXECUTE_RPC
        || RpcProcedure.preparesCursor(procedure);
  }

  /** True if the handle that it makes is returned. */
  boolean returnsHandle() {
    return prepares() && (outputs & 1) != 0;
  }

  /** True if it runs a prepared statement by its handle. */
  boolean executes() {
    return procedure == RpcProcedure.EXECUTE || procedure == RpcProcedure.CURSOR_EXECUTE;
  }

  /** True if it takes the handle of a prepared statement away. */
  boolean unprepares() {
    return procedure == RpcProcedure.UNPREPARE || procedure == RpcProcedure.CURSOR_UNPREPARE;
  }

  /** True if the handle that it has is one of a statement whose rows cursors have. */
  boolean ofCursors() {
    return procedure == RpcProcedure.CURSOR_EXECUTE || procedure == RpcProcedure.CURSOR_UNPREPARE;
  }
}
