package dev.heimdall.engine.dialect.mysql.answer;

import dev.heimdall.engine.wire.Answer;
import dev.heimdall.engine.wire.Column;
import dev.heimdall.engine.wire.mysql.Capability;
import dev.heimdall.engine.wire.mysql.ColumnDefinition;
import dev.heimdall.engine.wire.mysql.EofPacket;
import dev.heimdall.engine.wire.mysql.LengthEncoded;
import dev.heimdall.engine.wire.mysql.Packet;
import io.netty.buffer.ByteBuf;
import java.util.List;

/** Result sets of the node's own, but for what ends them. */
final class ResultWriter {
  /** utf8mb4_general_ci, which both MySQL and MariaDB have. */
  private static final int UTF8 = 45;

  /** Length of a text where no maximum is given. */
  private static final int LONGEST_TEXT = 4 * 1024;

  private static final int LONGEST_NUMBER = 21;
  private static final byte METADATA_FOLLOWS = 1;
  private static final int BINARY_ROW = 0;

  /** Bits in front of the first column's in a binary row. */
  private static final int RESERVED_NULLS = 2;

  private ResultWriter() {}

  /**
   * @param capabilities what was agreed with the client
   * @param status for the EOF packet behind the columns, where there is one
   * @param binary whether rows are those of a prepared statement
   * @return the sequence number that comes next
   */
  static int write(
      ByteBuf out, int sequence, Answer.Rows rows, long capabilities, int status, boolean binary) {
    int next = sequence;
    int at = Packet.begin(out, next++);
    if ((capabilities & Capability.OPTIONAL_RESULTSET_METADATA) != 0) {
      out.writeByte(METADATA_FOLLOWS);
    }
    LengthEncoded.write(out, rows.columns().size());
    Packet.end(out, at);
    for (Column column : rows.columns()) {
      column(out, next++, column);
    }
    if ((capabilities & Capability.DEPRECATE_EOF) == 0) {
      EofPacket.write(out, next++, 0, status);
    }
    for (List<String> row : rows.rows()) {
      int begun = Packet.begin(out, next++);
      if (binary) {
        binary(out, rows.columns(), row);
      } else {
        text(out, rows.columns(), row);
      }
      Packet.end(out, begun);
    }
    return next;
  }

  private static void column(ByteBuf out, int sequence, Column column) {
    switch (column.type()) {
      case TEXT ->
          ColumnDefinition.write(
              out, sequence, column.name(), UTF8, ColumnDefinition.TYPE_VAR_STRING, LONGEST_TEXT);
      case FLOAT8 ->
          ColumnDefinition.write(
              out,
              sequence,
              column.name(),
              ColumnDefinition.BINARY,
              ColumnDefinition.TYPE_DOUBLE,
              LONGEST_NUMBER);
      case BOOL, INT4, INT8 ->
          ColumnDefinition.write(
              out,
              sequence,
              column.name(),
              ColumnDefinition.BINARY,
              ColumnDefinition.TYPE_LONGLONG,
              LONGEST_NUMBER);
    }
  }

  private static void text(ByteBuf out, List<Column> columns, List<String> row) {
    for (int i = 0; i < row.size(); i++) {
      LengthEncoded.writeNullable(out, value(columns.get(i), row.get(i)));
    }
  }

  private static void binary(ByteBuf out, List<Column> columns, List<String> row) {
    out.writeByte(BINARY_ROW);
    byte[] nulls = new byte[(row.size() + RESERVED_NULLS + 7) / 8];
    for (int i = 0; i < row.size(); i++) {
      if (row.get(i) == null) {
        nulls[(i + RESERVED_NULLS) / 8] |= (byte) (1 << (i + RESERVED_NULLS) % 8);
      }
    }
    out.writeBytes(nulls);
    for (int i = 0; i < row.size(); i++) {
      String value = value(columns.get(i), row.get(i));
      if (value != null) {
        switch (columns.get(i).type()) {
          case TEXT -> LengthEncoded.write(out, value);
          case FLOAT8 -> out.writeDoubleLE(Double.parseDouble(value));
          case BOOL, INT4, INT8 -> out.writeLongLE(Long.parseLong(value));
        }
      }
    }
  }

  /** MySQL has numbers for what is true. Null stays null. */
  private static String value(Column column, String value) {
    return value != null && column.type() == Column.Type.BOOL
        ? (value.equals("t") ? "1" : "0")
        : value;
  }
}
