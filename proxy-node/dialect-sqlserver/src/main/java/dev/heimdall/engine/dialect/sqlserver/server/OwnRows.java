package dev.heimdall.engine.dialect.sqlserver.server;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A row of texts between the node's own parts: servers are asked for none. */
final class OwnRows {
  private static final int NULL = -1;

  private OwnRows() {}

  static void write(ByteBuf out, List<String> values) {
    out.writeInt(values.size());
    for (String value : values) {
      if (value == null) {
        out.writeInt(NULL);
      } else {
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        out.writeInt(bytes.length).writeBytes(bytes);
      }
    }
  }

  static void read(ByteBuf in, List<List<String>> rows) {
    while (in.isReadable()) {
      List<String> row = new ArrayList<>();
      for (int left = in.readInt(); left > 0; left--) {
        int length = in.readInt();
        row.add(
            length == NULL ? null : in.readCharSequence(length, StandardCharsets.UTF_8).toString());
      }
      rows.add(row);
    }
  }
}
