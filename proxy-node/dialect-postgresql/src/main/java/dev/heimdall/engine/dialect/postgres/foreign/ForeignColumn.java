package dev.heimdall.engine.dialect.postgres.foreign;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.temporal.ChronoUnit;

/**
 * One column of a result, written as PostgreSQL writes its type.
 *
 * @param at its place in the row, from 1
 * @param bits how many a value has, where it is made of bits
 * @param binary whether the client wants the binary format
 */
record ForeignColumn(int at, String name, ColumnType type, int bits, boolean binary) {
  private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
  private static final LocalDateTime EPOCH = LocalDateTime.of(2000, 1, 1, 0, 0);
  private static final BigInteger BASE = BigInteger.valueOf(10_000);
  private static final int NEGATIVE = 0x4000;

  /** Prefix of the SQLSTATE of errors that are unrelated to the value. */
  private static final String CONNECTION = "08";

  /** Appends the value of the present row, with its length. */
  void write(ByteBuf out, ResultSet row) throws SQLException {
    int start = out.writerIndex();
    out.writeInt(-1);
    boolean there = binary ? writeBinary(out, row) : writeText(out, row);
    if (there) {
      out.setInt(start, out.writerIndex() - start - 4);
    } else {
      out.writerIndex(start + 4);
    }
  }

  private boolean writeText(ByteBuf out, ResultSet row) throws SQLException {
    switch (type) {
      case BOOL -> {
        boolean value = row.getBoolean(at);
        out.writeByte(value ? 't' : 'f');
        return !row.wasNull();
      }
      case BYTEA -> {
        byte[] value = row.getBytes(at);
        return value != null && hex(out, value);
      }
      case VARBIT -> {
        byte[] value = row.getBytes(at);
        return value != null && digits(out, value);
      }
      case DATE, TIME, TIMESTAMP -> {
        String value = moment(row);
        return value != null && text(out, value);
      }
      default -> {
        String value = row.getString(at);
        return value != null && text(out, value);
      }
    }
  }

  private boolean writeBinary(ByteBuf out, ResultSet row) throws SQLException {
    switch (type) {
      case BOOL -> out.writeByte(row.getBoolean(at) ? 1 : 0);
      case INT2 -> out.writeShort(row.getShort(at));
      case INT4 -> out.writeInt(row.getInt(at));
      case INT8 -> out.writeLong(row.getLong(at));
      case FLOAT4 -> out.writeFloat(row.getFloat(at));
      case FLOAT8 -> out.writeDouble(row.getDouble(at));
      case BYTEA -> {
        byte[] value = row.getBytes(at);
        return value != null && bytes(out, value);
      }
      case VARBIT -> {
        byte[] value = row.getBytes(at);
        return value != null && packed(out, value);
      }
      case NUMERIC -> {
        BigDecimal value = row.getBigDecimal(at);
        return value != null && numeric(out, value);
      }
      case DATE, TIME, TIMESTAMP -> {
        String value = moment(row);
        return value != null && time(out, value);
      }
      case TEXT, JSON -> {
        String value = row.getString(at);
        return value != null && text(out, value);
      }
    }
    return !row.wasNull();
  }

  private boolean text(ByteBuf out, String value) throws SQLException {
    if (value.indexOf('\0') >= 0) {
      throw new SQLException("column \"" + name + "\" has a text with a zero byte in it", "22P05");
    }
    ByteBufUtil.writeUtf8(out, value);
    return true;
  }

  private static boolean bytes(ByteBuf out, byte[] value) {
    out.writeBytes(value);
    return true;
  }

  private static boolean hex(ByteBuf out, byte[] value) {
    out.writeByte('\\').writeByte('x');
    for (byte b : value) {
      out.writeByte(HEX[(b >> 4) & 15]).writeByte(HEX[b & 15]);
    }
    return true;
  }

  private boolean digits(ByteBuf out, byte[] value) {
    for (int i = 0; i < bits; i++) {
      out.writeByte('0' + bit(value, i));
    }
    return true;
  }

  /** Their number, and the bits from the left. */
  private boolean packed(ByteBuf out, byte[] value) {
    out.writeInt(bits);
    for (int i = 0; i < bits; i += 8) {
      int octet = 0;
      for (int j = 0; j < 8; j++) {
        octet = octet << 1 | (i + j < bits ? bit(value, i + j) : 0);
      }
      out.writeByte(octet);
    }
    return true;
  }

  /** The value's bits end with its last byte. */
  private int bit(byte[] value, int index) {
    int at = 8 * value.length - bits + index;
    return at < 0 ? 0 : (value[at / 8] >> (7 - at % 8)) & 1;
  }

  /**
   * Reads a date or time; a value that other databases may hold and PostgreSQL does not know is an
   * error.
   */
  private String moment(ResultSet row) throws SQLException {
    String value;
    try {
      value = row.getString(at);
    } catch (SQLException e) {
      String state = e.getSQLState();
      throw state != null && state.startsWith(CONNECTION) ? e : zeros(e);
    }
    if (value == null) {
      return null;
    }
    if (type == ColumnType.TIME) {
      if (value.length() < 8 || value.charAt(2) != ':') {
        throw new SQLException(
            "column \"" + name + "\" has a time that is not within one day", "22008");
      }
    } else if (value.startsWith("0000")
        || value.startsWith("-00", 4)
        || value.startsWith("-00", 7)) {
      throw zeros(null);
    }
    return value;
  }

  private SQLException zeros(SQLException cause) {
    return new SQLException("column \"" + name + "\" has a date with zeros in it", "22007", cause);
  }

  private boolean time(ByteBuf out, String value) throws SQLException {
    try {
      switch (type) {
        case DATE ->
            out.writeInt(
                (int) ChronoUnit.DAYS.between(EPOCH.toLocalDate(), LocalDate.parse(value)));
        case TIME -> out.writeLong(LocalTime.parse(value).toNanoOfDay() / 1000);
        default ->
            out.writeLong(
                ChronoUnit.MICROS.between(EPOCH, LocalDateTime.parse(value.replace(' ', 'T'))));
      }
      return true;
    } catch (DateTimeException e) {
      throw new SQLException("column \"" + name + "\" has a time that is none", "22007", e);
    }
  }

  /** Digits in base 10000 around the decimal point, with the weight of the first one. */
  private static boolean numeric(ByteBuf out, BigDecimal value) {
    int scale = Math.max(0, value.scale());
    int after = (scale + 3) / 4;
    BigInteger rest = value.abs().setScale(4 * after).unscaledValue();
    int count = 0;
    for (BigInteger left = rest; left.signum() > 0; left = left.divide(BASE)) {
      count++;
    }
    out.writeShort(count)
        .writeShort(count - after - 1)
        .writeShort(value.signum() < 0 ? NEGATIVE : 0)
        .writeShort(scale);
    int start = out.writerIndex();
    out.writeZero(2 * count);
    for (int i = count - 1; i >= 0; i--) {
      BigInteger[] parts = rest.divideAndRemainder(BASE);
      out.setShort(start + 2 * i, parts[1].intValue());
      rest = parts[0];
    }
    return true;
  }
}
