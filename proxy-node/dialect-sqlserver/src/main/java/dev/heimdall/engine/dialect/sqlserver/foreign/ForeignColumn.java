package dev.heimdall.engine.dialect.sqlserver.foreign;

import dev.heimdall.engine.wire.sqlserver.TypedWriter;
import io.netty.buffer.ByteBuf;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Types;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Locale;

/**
 * One column of a result, as SQL Server has such columns.
 *
 * @param at its place in the row, from 1
 * @param digits of a decimal
 * @param scale digits behind its point
 */
record ForeignColumn(int at, String name, Kind kind, int digits, int scale) {
  private static final int MOST_DIGITS = 38;

  /** Type of a column for SQL Server's clients. */
  enum Kind {
    BIT,
    SHORT,
    INT,
    BIGINT,
    REAL,
    FLOAT,
    DECIMAL,
    DATE,
    TIME,
    DATETIME,
    /** A moment, shown in UTC. */
    MOMENT,
    BYTES,
    TEXT
  }

  /** The column at this place, from 1. */
  static ForeignColumn of(ResultSetMetaData columns, int at) throws SQLException {
    Kind kind = kind(columns, at);
    int digits = columns.getPrecision(at);
    boolean fits = digits > 0 && digits <= MOST_DIGITS && columns.getScale(at) >= 0;
    return new ForeignColumn(
        at,
        columns.getColumnLabel(at),
        kind == Kind.DECIMAL && !fits ? Kind.TEXT : kind,
        digits,
        kind == Kind.DECIMAL ? columns.getScale(at) : 0);
  }

  private static Kind kind(ResultSetMetaData columns, int at) throws SQLException {
    String own = columns.getColumnTypeName(at).toLowerCase(Locale.ROOT);
    return switch (columns.getColumnType(at)) {
      case Types.BOOLEAN -> Kind.BIT;
      case Types.BIT -> own.startsWith("bool") || own.equals("bit") ? Kind.BIT : Kind.TEXT;
      case Types.TINYINT, Types.SMALLINT -> columns.isSigned(at) ? Kind.SHORT : Kind.INT;
      case Types.INTEGER -> columns.isSigned(at) ? Kind.INT : Kind.BIGINT;
      case Types.BIGINT -> columns.isSigned(at) ? Kind.BIGINT : Kind.TEXT;
      case Types.REAL -> Kind.REAL;
      case Types.FLOAT, Types.DOUBLE -> own.equals("money") ? Kind.TEXT : Kind.FLOAT;
      case Types.DECIMAL, Types.NUMERIC -> Kind.DECIMAL;
      case Types.DATE -> Kind.DATE;
      case Types.TIME -> own.equals("timetz") ? Kind.TEXT : Kind.TIME;
      case Types.TIMESTAMP -> own.equals("timestamptz") ? Kind.MOMENT : Kind.DATETIME;
      case Types.TIMESTAMP_WITH_TIMEZONE -> Kind.MOMENT;
      case Types.BINARY, Types.VARBINARY, Types.LONGVARBINARY, Types.BLOB -> Kind.BYTES;
      default -> Kind.TEXT;
    };
  }

  /** Appends its metadata. */
  void define(ByteBuf out) {
    TypedWriter.column(out);
    switch (kind) {
      case BIT -> TypedWriter.bitType(out);
      case SHORT -> TypedWriter.integerType(out, Short.BYTES);
      case INT -> TypedWriter.integerType(out, Integer.BYTES);
      case BIGINT -> TypedWriter.integerType(out, Long.BYTES);
      case REAL -> TypedWriter.floatType(out, Float.BYTES);
      case FLOAT -> TypedWriter.floatType(out, Double.BYTES);
      case DECIMAL -> TypedWriter.decimalType(out, digits, scale);
      case DATE -> TypedWriter.dateType(out);
      case TIME -> TypedWriter.timeType(out, TypedWriter.TIME);
      case DATETIME -> TypedWriter.timeType(out, TypedWriter.DATETIME);
      case MOMENT -> TypedWriter.timeType(out, TypedWriter.DATETIME_OFFSET);
      case BYTES -> TypedWriter.bytesType(out);
      case TEXT -> TypedWriter.textType(out);
    }
    TypedWriter.name(out, name);
  }

  /** Appends the value of the present row. */
  void write(ByteBuf out, ResultSet row) throws SQLException {
    switch (kind) {
      case BIT -> integer(out, row.getBoolean(at) ? 1 : 0, Byte.BYTES, row);
      case SHORT -> integer(out, row.getShort(at), Short.BYTES, row);
      case INT -> integer(out, row.getInt(at), Integer.BYTES, row);
      case BIGINT -> integer(out, row.getLong(at), Long.BYTES, row);
      case REAL ->
          integer(out, Float.floatToIntBits((float) finite(row.getFloat(at))), Float.BYTES, row);
      case FLOAT ->
          integer(out, Double.doubleToLongBits(finite(row.getDouble(at))), Double.BYTES, row);
      case DECIMAL -> decimal(out, row.getString(at));
      case DATE -> {
        LocalDate value = row.getObject(at, LocalDate.class);
        TypedWriter.date(out, value == null ? null : known(value));
      }
      case TIME -> TypedWriter.time(out, row.getObject(at, LocalTime.class));
      case DATETIME -> {
        LocalDateTime value = row.getObject(at, LocalDateTime.class);
        if (value != null) {
          known(value.toLocalDate());
        }
        TypedWriter.datetime(out, value);
      }
      case MOMENT -> {
        OffsetDateTime value = row.getObject(at, OffsetDateTime.class);
        if (value != null) {
          known(value.toLocalDate());
        }
        TypedWriter.moment(
            out,
            value == null ? null : value.withOffsetSameInstant(ZoneOffset.UTC).toLocalDateTime());
      }
      case BYTES -> TypedWriter.bytes(out, row.getBytes(at));
      case TEXT -> TypedWriter.text(out, row.getString(at));
    }
  }

  private static void integer(ByteBuf out, long value, int bytes, ResultSet row)
      throws SQLException {
    if (row.wasNull()) {
      TypedWriter.noValue(out);
    } else {
      TypedWriter.integer(out, value, bytes);
    }
  }

  private void decimal(ByteBuf out, String value) throws SQLException {
    try {
      TypedWriter.decimal(
          out,
          value == null
              ? null
              : new BigDecimal(value).setScale(scale, RoundingMode.UNNECESSARY).unscaledValue(),
          digits);
    } catch (ArithmeticException | NumberFormatException e) {
      throw new SQLException("column \"" + name + "\" has a value that does not fit", "22003", e);
    }
  }

  private double finite(double value) throws SQLException {
    if (!Double.isFinite(value)) {
      throw new SQLException("column \"" + name + "\" has a value that is no number", "22003");
    }
    return value;
  }

  private LocalDate known(LocalDate date) throws SQLException {
    if (date.getYear() < 1 || date.getYear() > 9999) {
      throw new SQLException(
          "column \"" + name + "\" has a date that is not in the years 1 to 9999", "22008");
    }
    return date;
  }
}
