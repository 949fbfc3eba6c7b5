package dev.heimdall.engine.dialect.mysql.foreign;

import dev.heimdall.engine.wire.mysql.ColumnDefinition;
import dev.heimdall.engine.wire.mysql.LengthEncoded;
import io.netty.buffer.ByteBuf;
import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Types;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Locale;

/**
 * One column of a result, as MySQL has such columns.
 *
 * @param at its place in the row, from 1
 * @param type what it is to MySQL's clients
 * @param length of its longest value in bytes
 * @param decimals digits behind the decimal point
 */
record ForeignColumn(int at, String name, Kind kind, long length, int decimals) {
  private static final int UTF8 = 45;
  private static final int UTF8_BYTES = 4;
  private static final long ANY_LENGTH = 0xFFFF_FFFFL;
  private static final int MOST_DIGITS = 65;
  private static final int MICROSECONDS = 6;

  /** Type of a column for MySQL clients. */
  enum Kind {
    BOOL(ColumnDefinition.TYPE_TINY),
    SHORT(ColumnDefinition.TYPE_SHORT),
    LONG(ColumnDefinition.TYPE_LONG),
    LONGLONG(ColumnDefinition.TYPE_LONGLONG),
    FLOAT(ColumnDefinition.TYPE_FLOAT),
    DOUBLE(ColumnDefinition.TYPE_DOUBLE),
    DECIMAL(ColumnDefinition.TYPE_NEWDECIMAL),
    DATE(ColumnDefinition.TYPE_DATE),
    TIME(ColumnDefinition.TYPE_TIME),
    DATETIME(ColumnDefinition.TYPE_DATETIME),
    /** A moment, shown in UTC. */
    MOMENT(ColumnDefinition.TYPE_DATETIME),
    BYTES(ColumnDefinition.TYPE_BLOB),
    TEXT(ColumnDefinition.TYPE_BLOB),
    SHORT_TEXT(ColumnDefinition.TYPE_VAR_STRING);

    private final int type;

    Kind(int type) {
      this.type = type;
    }
  }

  /** The column at this place, from 1. */
  static ForeignColumn of(ResultSetMetaData columns, int at) throws SQLException {
    String name = columns.getColumnLabel(at);
    Kind kind = kind(columns, at);
    return switch (kind) {
      case BOOL -> new ForeignColumn(at, name, kind, 1, 0);
      case SHORT -> new ForeignColumn(at, name, kind, 6, 0);
      case LONG -> new ForeignColumn(at, name, kind, 11, 0);
      case LONGLONG -> new ForeignColumn(at, name, kind, 20, 0);
      case FLOAT -> new ForeignColumn(at, name, kind, 12, ColumnDefinition.ANY_DECIMALS);
      case DOUBLE -> new ForeignColumn(at, name, kind, 22, ColumnDefinition.ANY_DECIMALS);
      case DECIMAL -> {
        int digits = columns.getPrecision(at);
        yield digits > 0
            ? new ForeignColumn(at, name, kind, digits + 2, columns.getScale(at))
            : new ForeignColumn(at, name, kind, MOST_DIGITS + 2, ColumnDefinition.ANY_DECIMALS);
      }
      case DATE -> new ForeignColumn(at, name, kind, 10, 0);
      case TIME -> new ForeignColumn(at, name, kind, 17, MICROSECONDS);
      case DATETIME, MOMENT -> new ForeignColumn(at, name, kind, 26, MICROSECONDS);
      case BYTES, TEXT -> new ForeignColumn(at, name, kind, ANY_LENGTH, 0);
      case SHORT_TEXT ->
          new ForeignColumn(at, name, kind, (long) UTF8_BYTES * columns.getPrecision(at), 0);
    };
  }

  private static Kind kind(ResultSetMetaData columns, int at) throws SQLException {
    String own = columns.getColumnTypeName(at).toLowerCase(Locale.ROOT);
    return switch (columns.getColumnType(at)) {
      case Types.BOOLEAN -> Kind.BOOL;
      case Types.BIT -> own.startsWith("bool") ? Kind.BOOL : Kind.TEXT;
      case Types.TINYINT, Types.SMALLINT -> Kind.SHORT;
      case Types.INTEGER -> Kind.LONG;
      case Types.BIGINT -> Kind.LONGLONG;
      case Types.REAL -> Kind.FLOAT;
      case Types.FLOAT, Types.DOUBLE -> own.equals("money") ? Kind.TEXT : Kind.DOUBLE;
      case Types.DECIMAL, Types.NUMERIC -> Kind.DECIMAL;
      case Types.DATE -> Kind.DATE;
      case Types.TIME -> own.equals("timetz") ? Kind.TEXT : Kind.TIME;
      case Types.TIMESTAMP -> own.equals("timestamptz") ? Kind.MOMENT : Kind.DATETIME;
      case Types.TIMESTAMP_WITH_TIMEZONE -> Kind.MOMENT;
      case Types.BINARY, Types.VARBINARY, Types.LONGVARBINARY, Types.BLOB -> Kind.BYTES;
      case Types.CHAR, Types.VARCHAR ->
          columns.getPrecision(at) <= Short.MAX_VALUE && columns.getPrecision(at) > 0
              ? Kind.SHORT_TEXT
              : Kind.TEXT;
      default -> Kind.TEXT;
    };
  }

  /** Appends the packet that describes it. */
  void define(ByteBuf out, int sequence) {
    boolean text = kind == Kind.TEXT || kind == Kind.SHORT_TEXT;
    int flags =
        (kind == Kind.TEXT || kind == Kind.BYTES ? ColumnDefinition.FLAG_BLOB : 0)
            | (text ? 0 : ColumnDefinition.FLAG_BINARY);
    ColumnDefinition.write(
        out,
        sequence,
        name,
        text ? UTF8 : ColumnDefinition.BINARY,
        kind.type,
        length,
        flags,
        decimals);
  }

  /**
   * Appends the value of the present row, if there is one.
   *
   * @param binary as a prepared statement's rows have it
   * @return whether there is one; NULL is the caller's
   */
  boolean write(ByteBuf out, ResultSet row, boolean binary) throws SQLException {
    switch (kind) {
      case BYTES -> {
        byte[] value = row.getBytes(at);
        if (value != null) {
          LengthEncoded.write(out, value);
        }
      }
      case DATE -> {
        LocalDate value = row.getObject(at, LocalDate.class);
        if (value != null) {
          date(out, value, binary);
        }
      }
      case TIME -> {
        String value = row.getString(at);
        if (value != null) {
          time(out, value, binary);
        }
      }
      case DATETIME -> {
        LocalDateTime value = row.getObject(at, LocalDateTime.class);
        if (value != null) {
          datetime(out, value, binary);
        }
      }
      case MOMENT -> {
        OffsetDateTime value = row.getObject(at, OffsetDateTime.class);
        if (value != null) {
          known(value.toLocalDate());
          datetime(out, value.withOffsetSameInstant(ZoneOffset.UTC).toLocalDateTime(), binary);
        }
      }
      case TEXT, SHORT_TEXT -> {
        String value = row.getString(at);
        if (value != null) {
          LengthEncoded.write(out, value);
        }
      }
      default -> number(out, row, binary);
    }
    return !row.wasNull();
  }

  private void number(ByteBuf out, ResultSet row, boolean binary) throws SQLException {
    if (binary && kind != Kind.DECIMAL) {
      int start = out.writerIndex();
      switch (kind) {
        case BOOL -> out.writeByte(row.getBoolean(at) ? 1 : 0);
        case SHORT -> out.writeShortLE(row.getShort(at));
        case LONG -> out.writeIntLE(row.getInt(at));
        case LONGLONG -> out.writeLongLE(row.getLong(at));
        case FLOAT -> out.writeFloatLE((float) finite(row.getFloat(at)));
        default -> out.writeDoubleLE(finite(row.getDouble(at)));
      }
      if (row.wasNull()) {
        out.writerIndex(start);
      }
      return;
    }
    String value =
        switch (kind) {
          case BOOL -> row.getBoolean(at) ? "1" : "0";
          case DECIMAL -> plain(row.getString(at));
          case FLOAT, DOUBLE -> {
            finite(row.getDouble(at));
            yield row.getString(at);
          }
          default -> row.getString(at);
        };
    if (!row.wasNull()) {
      LengthEncoded.write(out, value);
    }
  }

  private String plain(String value) throws SQLException {
    try {
      return value == null ? null : new BigDecimal(value).toPlainString();
    } catch (NumberFormatException e) {
      throw new SQLException("column \"" + name + "\" has a value that is no number", "22003", e);
    }
  }

  private double finite(double value) throws SQLException {
    if (!Double.isFinite(value)) {
      throw new SQLException("column \"" + name + "\" has a value that is no number", "22003");
    }
    return value;
  }

  private void known(LocalDate date) throws SQLException {
    if (date.getYear() < 1 || date.getYear() > 9999) {
      throw new SQLException(
          "column \"" + name + "\" has a date that is not in the years 1 to 9999", "22008");
    }
  }

  private void date(ByteBuf out, LocalDate value, boolean binary) throws SQLException {
    known(value);
    if (binary) {
      out.writeByte(4);
      day(out, value);
    } else {
      LengthEncoded.write(out, value.toString());
    }
  }

  private static void day(ByteBuf out, LocalDate value) {
    out.writeShortLE(value.getYear())
        .writeByte(value.getMonthValue())
        .writeByte(value.getDayOfMonth());
  }

  private void datetime(ByteBuf out, LocalDateTime value, boolean binary) throws SQLException {
    known(value.toLocalDate());
    int micros = value.getNano() / 1000;
    if (binary) {
      out.writeByte(11);
      day(out, value.toLocalDate());
      out.writeByte(value.getHour()).writeByte(value.getMinute()).writeByte(value.getSecond());
      out.writeIntLE(micros);
    } else {
      LengthEncoded.write(
          out,
          String.format(
              Locale.ROOT,
              "%s %02d:%02d:%02d.%06d",
              value.toLocalDate(),
              value.getHour(),
              value.getMinute(),
              value.getSecond(),
              micros));
    }
  }

  /** As PostgreSQL writes it: {@code 12:34:56.789}, up to {@code 24:00:00}. */
  private void time(ByteBuf out, String value, boolean binary) {
    String full = value.length() == 8 ? value + "." : value;
    full += "0".repeat(Math.max(0, 15 - full.length()));
    if (!binary) {
      LengthEncoded.write(out, full);
      return;
    }
    int hours = part(full, 0, 2);
    out.writeByte(12).writeByte(0).writeIntLE(hours / 24).writeByte(hours % 24);
    out.writeByte(part(full, 3, 5)).writeByte(part(full, 6, 8)).writeIntLE(part(full, 9, 15));
  }

  private static int part(String time, int from, int to) {
    return Integer.parseInt(time, from, to, 10);
  }
}
