package dev.heimdall.engine.dialect.postgres.server;

import dev.heimdall.engine.wire.postgres.BackendType;
import io.netty.buffer.ByteBuf;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.List;

/** The rows of the answer to a statement of the node's own. */
final class TextRows {
  private TextRows() {}

  /** Text values, null for SQL null, of each row among whole messages. */
  static List<List<String>> of(ByteBuf messages, Charset encoding) {
    List<List<String>> result = new ArrayList<>();
    while (messages.readableBytes() >= 5) {
      byte type = messages.readByte();
      ByteBuf body = messages.readSlice(messages.readInt() - 4);
      if (type == BackendType.DATA_ROW) {
        int columns = body.readUnsignedShort();
        List<String> row = new ArrayList<>(columns);
        for (int i = 0; i < columns; i++) {
          int size = body.readInt();
          row.add(size < 0 ? null : body.readCharSequence(size, encoding).toString());
        }
        result.add(row);
      }
    }
    return result;
  }
}
