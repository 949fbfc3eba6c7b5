package dev.heimdall.engine.dialect.mysql.answer;

import dev.heimdall.engine.wire.mysql.AgreedCapabilities;
import dev.heimdall.engine.wire.mysql.Capability;
import dev.heimdall.engine.wire.mysql.ColumnDefinition;
import dev.heimdall.engine.wire.mysql.EofPacket;
import dev.heimdall.engine.wire.mysql.Packet;
import dev.heimdall.engine.wire.mysql.Payload;
import io.netty.buffer.ByteBuf;

/** Answer of the node itself to a COM_STMT_PREPARE, as servers give it that know no types. */
public final class PreparedAnswer {
  /** Definitions of columns follow, which they need not for a client that has agreed on that. */
  public static final byte METADATA_FOLLOWS = 1;

  private PreparedAnswer() {}

  /**
   * Writes all of it up to the definitions of columns.
   *
   * @param sequence the number of its first packet
   * @param id by which the client is to know the statement
   * @param status for packets that say where the session stands
   * @return the number of the packet that follows
   */
  public static int write(
      ByteBuf out,
      int sequence,
      int id,
      int columns,
      int parameters,
      AgreedCapabilities agreed,
      int status) {
    int at = Packet.begin(out, sequence);
    out.writeByte(0).writeIntLE(id).writeShortLE(columns).writeShortLE(parameters);
    out.writeByte(0).writeShortLE(0);
    if (agreed.has(Capability.OPTIONAL_RESULTSET_METADATA)) {
      out.writeByte(METADATA_FOLLOWS);
    }
    int next = Payload.end(out, at);
    for (int i = 0; i < parameters; i++) {
      ColumnDefinition.write(
          out,
          next,
          "?",
          ColumnDefinition.BINARY,
          ColumnDefinition.TYPE_VAR_STRING,
          0,
          ColumnDefinition.FLAG_BINARY,
          0);
      next = next + 1 & 0xFF;
    }
    if (parameters > 0 && !agreed.deprecatesEof()) {
      EofPacket.write(out, next, 0, status);
      next = next + 1 & 0xFF;
    }
    return next;
  }
}
