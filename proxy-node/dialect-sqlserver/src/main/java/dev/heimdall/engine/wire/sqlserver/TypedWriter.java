package dev.heimdall.engine.wire.sqlserver;

import io.netty.buffer.ByteBuf;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;

/** Writes types and values of results, as TDS 7.3 and later have them. */
public final class TypedWriter {
  public static final int TIME = 0x29;
  public static final int DATETIME = 0x2A;
  public static final int DATETIME_OFFSET = 0x2B;

  private static final int BIT_N = 0x68;
  private static final int FLOAT_N = 0x6D;
  private static final int DECIMAL_N = 0x6A;
  private static final int DATE = 0x28;
  private static final int VARBINARY = 0xA5;
  private static final int N_VARCHAR = 0xE7;
  private static final int MAX = 0xFFFF;
  private static final int NULLABLE = 0x01;
  private static final long NULL_CHUNKS = -1;

  /** Digits behind a second's point. */
  private static final int SCALE = 6;

  private static final int TIME_BYTES = 5;
  private static final LocalDate FIRST_DAY = LocalDate.of(1, 1, 1);

  private TypedWriter() {}

  /** Appends the beginning of a result's metadata. */
  public static void columns(ByteBuf out, int count) {
    out.writeByte(TdsToken.COL_METADATA).writeShortLE(count);
  }

  /** Appends the beginning of a row. */
  public static void row(ByteBuf out) {
    out.writeByte(TdsToken.ROW);
  }

  /** Appends what is ahead of a column's type. */
  public static void column(ByteBuf out) {
    out.writeIntLE(0).writeShortLE(NULLABLE);
  }

  public static void name(ByteBuf out, String name) {
    TdsStrings.writeByte(out, name);
  }

  public static void bitType(ByteBuf out) {
    out.writeByte(BIT_N).writeByte(1);
  }

  public static void integerType(ByteBuf out, int bytes) {
    out.writeByte(TypedWalk.INT_N).writeByte(bytes);
  }

  public static void floatType(ByteBuf out, int bytes) {
    out.writeByte(FLOAT_N).writeByte(bytes);
  }

  public static void decimalType(ByteBuf out, int digits, int scale) {
    out.writeByte(DECIMAL_N).writeByte(1 + magnitude(digits)).writeByte(digits).writeByte(scale);
  }

  public static void dateType(ByteBuf out) {
    out.writeByte(DATE);
  }

  /**
   * Appends a type with a time in it.
   *
   * @param type as {@link #TIME}
   */
  public static void timeType(ByteBuf out, int type) {
    out.writeByte(type).writeByte(SCALE);
  }

  public static void bytesType(ByteBuf out) {
    out.writeByte(VARBINARY).writeShortLE(MAX);
  }

  public static void textType(ByteBuf out) {
    out.writeByte(N_VARCHAR).writeShortLE(MAX);
    TdsWriter.writeCollation(out);
  }

  // ---- values

  /** Appends NULL of a type with a byte of length. */
  public static void noValue(ByteBuf out) {
    out.writeByte(0);
  }

  /** Appends a value of so many bytes, with their number ahead. */
  public static void integer(ByteBuf out, long value, int bytes) {
    out.writeByte(bytes);
    little(out, value, bytes);
  }

  private static void little(ByteBuf out, long value, int bytes) {
    for (int i = 0; i < bytes; i++) {
      out.writeByte((int) (value >> 8 * i));
    }
  }

  /**
   * Appends a decimal; null for NULL.
   *
   * @param digits that its column has
   * @throws ArithmeticException for one with more digits
   */
  public static void decimal(ByteBuf out, BigInteger unscaled, int digits) {
    if (unscaled == null) {
      noValue(out);
      return;
    }
    int bytes = magnitude(digits);
    if (unscaled.abs().compareTo(BigInteger.TEN.pow(digits)) >= 0) {
      throw new ArithmeticException("more than " + digits + " digits");
    }
    out.writeByte(1 + bytes).writeByte(unscaled.signum() < 0 ? 0 : 1);
    byte[] big = unscaled.abs().toByteArray();
    for (int i = 0; i < bytes; i++) {
      out.writeByte(i < big.length ? big[big.length - 1 - i] : 0);
    }
  }

  private static int magnitude(int digits) {
    return digits <= 9 ? 4 : digits <= 19 ? 8 : digits <= 28 ? 12 : 16;
  }

  public static void date(ByteBuf out, LocalDate value) {
    if (value == null) {
      noValue(out);
    } else {
      out.writeByte(3);
      day(out, value);
    }
  }

  private static void day(ByteBuf out, LocalDate value) {
    little(out, value.toEpochDay() - FIRST_DAY.toEpochDay(), 3);
  }

  private static void clock(ByteBuf out, LocalTime value) {
    little(out, value.toNanoOfDay() / 1000, TIME_BYTES);
  }

  public static void time(ByteBuf out, LocalTime value) {
    if (value == null) {
      noValue(out);
    } else {
      out.writeByte(TIME_BYTES);
      clock(out, value);
    }
  }

  public static void datetime(ByteBuf out, LocalDateTime value) {
    if (value == null) {
      noValue(out);
    } else {
      out.writeByte(TIME_BYTES + 3);
      clock(out, value.toLocalTime());
      day(out, value.toLocalDate());
    }
  }

  /** Appends a moment in UTC. */
  public static void moment(ByteBuf out, LocalDateTime value) {
    if (value == null) {
      noValue(out);
    } else {
      out.writeByte(TIME_BYTES + 5);
      clock(out, value.toLocalTime());
      day(out, value.toLocalDate());
      out.writeShortLE(0);
    }
  }

  public static void bytes(ByteBuf out, byte[] value) {
    if (value == null) {
      out.writeLongLE(NULL_CHUNKS);
      return;
    }
    out.writeLongLE(value.length);
    if (value.length > 0) {
      out.writeIntLE(value.length).writeBytes(value);
    }
    out.writeIntLE(0);
  }

  public static void text(ByteBuf out, String value) {
    bytes(out, value == null ? null : value.getBytes(StandardCharsets.UTF_16LE));
  }
}
