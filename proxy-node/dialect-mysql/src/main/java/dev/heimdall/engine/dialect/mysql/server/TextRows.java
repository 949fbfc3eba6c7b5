package dev.heimdall.engine.dialect.mysql.server;

import dev.heimdall.engine.wire.mysql.ColumnDefinition;
import dev.heimdall.engine.wire.mysql.EofPacket;
import dev.heimdall.engine.wire.mysql.ErrPacket;
import dev.heimdall.engine.wire.mysql.LengthEncoded;
import dev.heimdall.engine.wire.mysql.OkPacket;
import dev.heimdall.engine.wire.mysql.Packet;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;

/** The rows of the answer to a statement of the node's own. */
final class TextRows {
  private static final int UTF8MB4 = 45;
  private static final int MAX_COLUMNS = 4096;

  private TextRows() {}

  /**
   * Text values, null for SQL null, of each row of a result among whole packets.
   *
   * @param deprecatesEof whether no packet ends the column definitions
   */
  static List<List<String>> of(ByteBuf packets, boolean deprecatesEof) {
    List<List<String>> rows = new ArrayList<>();
    int definitions = -1;
    int columns = 0;
    while (Packet.whole(packets, packets.readerIndex(), packets.writerIndex())) {
      int length = Packet.payload(packets, packets.readerIndex());
      ByteBuf payload = packets.skipBytes(Packet.HEADER).readSlice(length);
      int first = length == 0 ? 0 : payload.getUnsignedByte(payload.readerIndex());
      if (first == ErrPacket.FIRST) {
        return rows;
      }
      if (definitions < 0) {
        if (first != OkPacket.OK) {
          columns = (int) Math.min(LengthEncoded.read(payload), MAX_COLUMNS);
          definitions = columns + (deprecatesEof ? 0 : 1);
        }
      } else if (definitions > 0) {
        definitions--;
      } else if (first == EofPacket.FIRST) {
        definitions = -1;
      } else {
        rows.add(row(payload, columns));
      }
    }
    return rows;
  }

  private static List<String> row(ByteBuf payload, int columns) {
    List<String> row = new ArrayList<>(columns);
    for (int i = 0; i < columns; i++) {
      row.add(LengthEncoded.readNullable(payload));
    }
    return row;
  }

  /**
   * Appends a result of one row, as a server would send it.
   *
   * @param values null for SQL null
   */
  static void write(ByteBuf out, List<String> values, boolean deprecatesEof) {
    int sequence = 1;
    int at = Packet.begin(out, sequence++);
    LengthEncoded.write(out, values.size());
    Packet.end(out, at);
    for (String value : values) {
      ColumnDefinition.write(
          out,
          sequence++,
          "value",
          UTF8MB4,
          ColumnDefinition.TYPE_VAR_STRING,
          value == null ? 0 : value.length());
    }
    if (!deprecatesEof) {
      EofPacket.write(out, sequence++, 0, 0);
    }
    at = Packet.begin(out, sequence++);
    for (String value : values) {
      LengthEncoded.writeNullable(out, value);
    }
    Packet.end(out, at);
    if (deprecatesEof) {
      OkPacket.of(0, 0).write(out, sequence, OkPacket.END_OF_ROWS, false);
    } else {
      EofPacket.write(out, sequence, 0, 0);
    }
  }
}
