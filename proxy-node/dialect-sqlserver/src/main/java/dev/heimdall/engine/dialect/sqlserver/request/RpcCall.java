package dev.heimdall.engine.dialect.sqlserver.request;

import dev.heimdall.engine.wire.sqlserver.RpcProcedure;
import dev.heimdall.engine.wire.sqlserver.StatementParameter;
import dev.heimdall.engine.wire.sqlserver.TdsRpcListener;
import dev.heimdall.engine.wire.sqlserver.TdsRpcScanner;
import dev.heimdall.engine.wire.sqlserver.TdsText;
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
 */
record RpcCall(
    int procedure,
    String name,
    String statement,
    String declarations,
    int handle,
    int handleAt,
    int statementAt) {

  /** Returns the calls of a request. */
  static List<RpcCall> read(ByteBuf payload, TdsVersion version, int mostText) {
    Reading reading = new Reading();
    TdsRpcScanner scanner = new TdsRpcScanner(reading, mostText);
    scanner.version(version);
    scanner.begin();
    scanner.on(payload, payload.readerIndex(), payload.writerIndex());
    scanner.end();
    return reading.calls;
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

  /** True if it makes a handle for a statement. */
  boolean prepares() {
    return procedure == RpcProcedure.PREPARE || procedure == RpcProcedure.PREPARE_EXECUTE;
  }

  /** True if it is about a cursor, or makes one. */
  boolean ofCursor() {
    return procedure >= RpcProcedure.CURSOR && procedure <= RpcProcedure.CURSOR_CLOSE;
  }

  private static final class Reading implements TdsRpcListener {
    private final List<RpcCall> calls = new ArrayList<>();
    private int procedure;
    private String name;
    private String statement;
    private String declarations;
    private int handle;
    private int handleAt;
    private int statementAt;

    @Override
    public void call(int number, TdsText called, int options) {
      procedure = number;
      name = called.text();
      statement = null;
      declarations = null;
      handle = 0;
      handleAt = -1;
      statementAt = -1;
    }

    @Override
    public void statementAt(long offset) {
      statementAt = (int) offset;
    }

    @Override
    public void statement(TdsText text, boolean readable) {
      statement = readable && !text.isCut() ? text.text() : null;
    }

    @Override
    public void declarations(TdsText text) {
      declarations = text.isCut() ? null : text.text();
    }

    @Override
    public void handle(int number, long offset) {
      handle = number;
      handleAt = (int) offset;
    }

    @Override
    public void endCall(boolean another) {
      calls.add(
          new RpcCall(procedure, name, statement, declarations, handle, handleAt, statementAt));
    }
  }
}
