package dev.heimdall.engine.dialect.sqlserver.server;

import dev.heimdall.engine.wire.sqlserver.AllHeaders;
import dev.heimdall.engine.wire.sqlserver.RpcProcedure;
import dev.heimdall.engine.wire.sqlserver.StatementParameter;
import dev.heimdall.engine.wire.sqlserver.TdsVersion;
import io.netty.buffer.ByteBuf;

/** A call of sp_prepare or sp_cursorprepare, whose first parameter returns the handle. */
final class PrepareCall {
  /** Parameters that it returns: the first. */
  static final int OUTPUTS = 1;

  private static final int BY_NUMBER = 0xFFFF;
  private static final int BY_REFERENCE = 1;
  private static final int INT_N = 0x26;
  private static final int WITH_METADATA = 1;

  private PrepareCall() {}

  /**
   * @param declarations of parameters; null for none
   * @param cursors if cursors have its rows; else null
   */
  static void write(
      ByteBuf out,
      String declarations,
      String statement,
      CursorOptions cursors,
      TdsVersion version) {
    if (version.hasHeaders()) {
      AllHeaders.write(out, 0);
    }
    int procedure = cursors == null ? RpcProcedure.PREPARE : RpcProcedure.CURSOR_PREPARE;
    out.writeShortLE(BY_NUMBER).writeShortLE(procedure).writeShortLE(0);
    out.writeByte(0).writeByte(BY_REFERENCE).writeByte(INT_N).writeByte(4).writeByte(0);
    out.writeShort(0);
    StatementParameter.write(out, declarations);
    out.writeShort(0);
    StatementParameter.write(out, statement);
    integer(out, WITH_METADATA);
    if (cursors != null) {
      integer(out, cursors.scroll());
      integer(out, cursors.locking());
    }
  }

  private static void integer(ByteBuf out, int value) {
    out.writeShort(0).writeByte(INT_N).writeByte(4).writeByte(4).writeIntLE(value);
  }
}
