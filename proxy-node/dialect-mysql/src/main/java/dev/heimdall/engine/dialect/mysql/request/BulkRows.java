package dev.heimdall.engine.dialect.mysql.request;

import dev.heimdall.engine.wire.mysql.BinaryValue;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;

/** The rows of values of a bulk execution, one after the other. */
final class BulkRows {
  private static final int NONE = 0;
  private static final int NULL = 1;
  private static final int UNSIGNED = 0x80;

  private final byte[] types;
  private final ByteBuf rows;

  /**
   * @param types of the parameters, two bytes for each
   * @param rows not to be changed any more
   */
  BulkRows(byte[] types, byte[] rows) {
    this.types = types;
    this.rows = Unpooled.wrappedBuffer(rows);
  }

  boolean hasNext() {
    return rows.isReadable();
  }

  /**
   * The values of the next row, each a text, a number, an array of bytes or null.
   *
   * @throws IndexOutOfBoundsException where it is cut
   * @throws IllegalArgumentException where a value is malformed, or one that only the column knows
   */
  List<Object> next() {
    List<Object> values = new ArrayList<>(types.length / 2);
    for (int i = 0; i < types.length; i += 2) {
      values.add(
          switch (rows.readByte()) {
            case NONE -> BinaryValue.read(rows, types[i] & 0xFF, (types[i + 1] & UNSIGNED) != 0);
            case NULL -> null;
            default -> throw new IllegalArgumentException("a default");
          });
    }
    return values;
  }
}
