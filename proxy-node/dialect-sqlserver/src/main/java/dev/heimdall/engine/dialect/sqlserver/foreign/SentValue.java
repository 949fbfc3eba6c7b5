package dev.heimdall.engine.dialect.sqlserver.foreign;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;

/** Values of types that no key has, from their TYPE_INFO and bytes. Used once. */
final class SentValue {
  static final int DATE = 0x28;
  static final int TIME = 0x29;
  static final int DATETIME_2 = 0x2A;
  static final int DATETIME_OFFSET = 0x2B;
  static final int BIT = 0x32;
  static final int SMALL_DATETIME = 0x3A;
  static final int REAL = 0x3B;
  static final int MONEY = 0x3C;
  static final int DATETIME = 0x3D;
  static final int FLOAT = 0x3E;
  static final int BIT_N = 0x68;
  static final int DECIMAL_N = 0x6A;
  static final int NUMERIC_N = 0x6C;
  static final int FLOAT_N = 0x6D;
  static final int MONEY_N = 0x6E;
  static final int DATETIME_N = 0x6F;
  static final int SMALL_MONEY = 0x7A;

  private static final int MONEY_SCALE = 4;
  private static final int MOST_DIGITS = 7;
  private static final int SMALL = 4;
  private static final LocalDate FIRST_DAY = LocalDate.of(1, 1, 1);
  private static final LocalDate FIRST_OF_DATETIME = LocalDate.of(1900, 1, 1);

  private final ByteBuffer in;
  private final int type;
  private int scale;

  private SentValue(byte[] bytes) {
    in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    type = next();
  }

  /** Returns it as Java has it; null for NULL. */
  static Object of(byte[] bytes) {
    return new SentValue(bytes).read();
  }

  private Object read() {
    int length =
        switch (type) {
          case BIT -> 1;
          case SMALL_DATETIME, REAL, SMALL_MONEY -> SMALL;
          case MONEY, DATETIME, FLOAT -> Long.BYTES;
          case DATE -> next();
          case DECIMAL_N, NUMERIC_N -> {
            in.position(in.position() + 2);
            scale = next();
            yield next();
          }
          default -> {
            scale = next(); // of others it is their longest length
            yield next();
          }
        };
    return length == 0 ? null : value(length);
  }

  private Object value(int length) {
    return switch (type) {
      case BIT, BIT_N -> in.get() != 0;
      case REAL, FLOAT, FLOAT_N -> length == SMALL ? (Object) in.getFloat() : in.getDouble();
      case DECIMAL_N, NUMERIC_N -> new BigDecimal(integer(length), scale);
      case SMALL_MONEY, MONEY, MONEY_N -> BigDecimal.valueOf(money(length), MONEY_SCALE);
      case DATE -> day();
      case TIME -> clock(length);
      case DATETIME_2 -> {
        LocalTime time = clock(length - 3);
        yield day().atTime(time);
      }
      case DATETIME_OFFSET -> {
        LocalTime time = clock(length - 5);
        OffsetDateTime moment = day().atTime(time).atOffset(ZoneOffset.UTC);
        yield moment.withOffsetSameInstant(ZoneOffset.ofTotalSeconds(60 * in.getShort()));
      }
      case SMALL_DATETIME, DATETIME, DATETIME_N -> datetime(length);
      default -> throw new IllegalArgumentException("a value of another type");
    };
  }

  private int next() {
    return in.get() & 0xFF;
  }

  private BigInteger integer(int length) {
    int sign = in.get() == 0 ? -1 : 1;
    byte[] magnitude = new byte[length - 1];
    for (int i = magnitude.length - 1; i >= 0; i--) {
      magnitude[i] = in.get();
    }
    return new BigInteger(sign, magnitude);
  }

  private long money(int length) {
    return length == SMALL ? in.getInt() : (long) in.getInt() << 32 | in.getInt() & 0xFFFF_FFFFL;
  }

  private long little(int bytes) {
    long value = 0;
    for (int i = 0; i < bytes; i++) {
      value |= (long) next() << 8 * i;
    }
    return value;
  }

  private LocalTime clock(int bytes) {
    long units = little(bytes);
    for (int i = scale; i < MOST_DIGITS; i++) {
      units *= 10;
    }
    return LocalTime.ofNanoOfDay(100 * units);
  }

  private LocalDate day() {
    return FIRST_DAY.plusDays(little(3));
  }

  /** In the milliseconds that it is shown with: it has 300 parts of a second. */
  private LocalDateTime datetime(int length) {
    if (length == SMALL) {
      return FIRST_OF_DATETIME.plusDays(little(2)).atStartOfDay().plusMinutes(little(2));
    }
    LocalDate day = FIRST_OF_DATETIME.plusDays(in.getInt());
    long parts = little(4);
    return day.atStartOfDay()
        .plusSeconds(parts / 300)
        .plusNanos((parts % 300 * 10 + 1) / 3 * 1_000_000);
  }
}
