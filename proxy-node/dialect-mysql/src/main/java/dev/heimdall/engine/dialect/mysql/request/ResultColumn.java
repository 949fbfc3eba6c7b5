package dev.heimdall.engine.dialect.mysql.request;

import dev.heimdall.engine.session.statement.SampledResult;
import dev.heimdall.engine.wire.mysql.BinaryValue;
import dev.heimdall.engine.wire.mysql.ColumnDefinition;
import dev.heimdall.engine.wire.mysql.LengthEncoded;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * A column of a result as its definition has it, and with it values as text for a log.
 *
 * @param type of MYSQL_TYPE_*
 * @param unsigned whether its numbers have no sign
 * @param bytes whether its values are in no character set
 */
record ResultColumn(String name, int type, boolean unsigned, boolean bytes) {
  private static final int UNSIGNED_FLAG = 0x20;
  private static final int RESERVED_NULLS = 2;
  private static final int LONGEST = 4 * SampledResult.LONGEST_VALUE;
  private static final String NULL = "null";
  private static final ResultColumn UNKNOWN =
      new ResultColumn("", ColumnDefinition.TYPE_VAR_STRING, false, false);

  private static final Map<Integer, String> TYPES =
      Map.ofEntries(
          Map.entry(ColumnDefinition.TYPE_DECIMAL, "decimal"),
          Map.entry(ColumnDefinition.TYPE_TINY, "tinyint"),
          Map.entry(ColumnDefinition.TYPE_SHORT, "smallint"),
          Map.entry(ColumnDefinition.TYPE_LONG, "int"),
          Map.entry(ColumnDefinition.TYPE_FLOAT, "float"),
          Map.entry(ColumnDefinition.TYPE_DOUBLE, "double"),
          Map.entry(ColumnDefinition.TYPE_NULL, "null"),
          Map.entry(ColumnDefinition.TYPE_TIMESTAMP, "timestamp"),
          Map.entry(ColumnDefinition.TYPE_LONGLONG, "bigint"),
          Map.entry(ColumnDefinition.TYPE_INT24, "mediumint"),
          Map.entry(ColumnDefinition.TYPE_DATE, "date"),
          Map.entry(ColumnDefinition.TYPE_TIME, "time"),
          Map.entry(ColumnDefinition.TYPE_DATETIME, "datetime"),
          Map.entry(ColumnDefinition.TYPE_YEAR, "year"),
          Map.entry(ColumnDefinition.TYPE_BIT, "bit"),
          Map.entry(ColumnDefinition.TYPE_JSON, "json"),
          Map.entry(ColumnDefinition.TYPE_NEWDECIMAL, "decimal"));

  /** Reads the body of a definition; as far as it goes, if it was cut. */
  static ResultColumn read(ByteBuf in) {
    try {
      for (int i = 0; i < 4; i++) {
        LengthEncoded.readBytes(in); // catalog, database, table, the table's own name
      }
      String name = LengthEncoded.readString(in);
      LengthEncoded.readBytes(in);
      in.skipBytes(1);
      boolean bytes = in.readUnsignedShortLE() == ColumnDefinition.BINARY;
      in.skipBytes(4);
      int type = in.readUnsignedByte();
      return new ResultColumn(name, type, (in.readUnsignedShortLE() & UNSIGNED_FLAG) != 0, bytes);
    } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
      return UNKNOWN;
    }
  }

  /** Returns the number of columns in a result, from its first packet; 0 if no number is known. */
  static int count(ByteBuf in) {
    try {
      return (int) Math.min(Short.MAX_VALUE, LengthEncoded.read(in));
    } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
      return 0;
    }
  }

  SampledResult.Column seen() {
    String own = TYPES.getOrDefault(type, ColumnDefinition.isBlob(type) ? "text" : "varchar");
    boolean binary = bytes && !TYPES.containsKey(type);
    return new SampledResult.Column(
        name, binary ? (ColumnDefinition.isBlob(type) ? "blob" : "varbinary") : own);
  }

  /** The values of a row; as far as it goes, if it was cut. */
  static List<String> row(List<ResultColumn> columns, ByteBuf in, boolean binary) {
    List<String> row = new ArrayList<>();
    try {
      if (binary) {
        binary(columns, in, row);
      } else {
        for (int i = 0; in.isReadable(); i++) {
          row.add(text(i < columns.size() ? columns.get(i) : UNKNOWN, in));
        }
      }
    } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
      return row;
    }
    return row;
  }

  private static String text(ResultColumn column, ByteBuf in) {
    if (in.getUnsignedByte(in.readerIndex()) == LengthEncoded.NULL) {
      in.skipBytes(1);
      return NULL;
    }
    int length = (int) Math.min(LengthEncoded.read(in), in.readableBytes());
    byte[] value = new byte[Math.min(length, LONGEST)];
    in.getBytes(in.readerIndex(), value);
    in.skipBytes(length);
    return column.shown(value);
  }

  private static void binary(List<ResultColumn> columns, ByteBuf in, List<String> row) {
    int nulls = in.readerIndex() + 1;
    in.skipBytes(1 + (columns.size() + RESERVED_NULLS + 7) / 8);
    for (int i = 0; i < columns.size(); i++) {
      int bit = i + RESERVED_NULLS;
      if ((in.getByte(nulls + bit / 8) & 1 << bit % 8) != 0) {
        row.add(NULL);
        continue;
      }
      ResultColumn column = columns.get(i);
      Object value = BinaryValue.read(in, column.type, column.unsigned);
      row.add(
          value instanceof byte[] all
              ? column.shown(all)
              : value instanceof Number number ? BinaryValue.plain(number) : "" + value);
    }
  }

  /** Dates and numbers are in no character set, and readable. */
  private String shown(byte[] value) {
    return bytes && !TYPES.containsKey(type)
        ? "0x" + HexFormat.of().formatHex(value, 0, Math.min(value.length, LONGEST))
        : new String(value, 0, Math.min(value.length, LONGEST), StandardCharsets.UTF_8);
  }
}
