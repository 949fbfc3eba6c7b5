package dev.heimdall.test.tds;

import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.UUID;

/** Values of columns and parameters, between Java and the wire. */
final class Values {
  private static final LocalDate FIRST = LocalDate.of(1, 1, 1);
  private static final LocalDate EPOCH_1900 = LocalDate.of(1900, 1, 1);
  private static final long PLP_NULL = -1;
  private static final long NANOS_A_DAY = 86_400_000_000_000L;
  private static final Charset CP1252 = Charset.forName("windows-1252");
  private static final int CHUNK = 4000;

  private Values() {}

  /** Next value of this type, or null. */
  static Object read(WireReader in, TypeInfo type) {
    switch (type.type()) {
      case TypeInfo.NULL:
        return null;
      case TypeInfo.INT1, TypeInfo.INT2, TypeInfo.INT4, TypeInfo.INT8:
        return integer(in, type.length());
      case TypeInfo.BIT:
        return in.u8() != 0;
      case TypeInfo.FLT4:
        return (double) Float.intBitsToFloat(in.i32());
      case TypeInfo.FLT8:
        return Double.longBitsToDouble(in.i64());
      case TypeInfo.MONEY, TypeInfo.MONEY4:
        return money(in, type.length());
      case TypeInfo.DATETIME, TypeInfo.DATETIM4:
        return dateTime(in, type.length());
      case TypeInfo.NVARCHAR, TypeInfo.NCHAR:
      case TypeInfo.BIGVARCHAR, TypeInfo.BIGCHAR, TypeInfo.BIGVARBINARY, TypeInfo.BIGBINARY:
        return ofBytes(type, type.isMax() ? plp(in) : sized(in));
      case TypeInfo.XML:
        return ofBytes(type, plp(in));
      case TypeInfo.TEXT, TypeInfo.NTEXT, TypeInfo.IMAGE:
        int length = in.i32();
        return length < 0 ? null : ofBytes(type, in.bytes(length));
      case TypeInfo.VARIANT:
        return variant(in);
      case TypeInfo.TABLE:
        return TableValue.read(in, type.name());
      default:
        int size = in.u8();
        return size == 0 ? null : sizedByByte(in, type, size);
    }
  }

  /** The same in a row, where text and image have a pointer before them. */
  static Object readColumn(WireReader in, TypeInfo type) {
    if (!type.isLargeOld()) {
      return read(in, type);
    }
    int pointer = in.u8();
    if (pointer == 0) {
      return null;
    }
    in.bytes(pointer + 8);
    return ofBytes(type, in.bytes(in.i32()));
  }

  private static Object sizedByByte(WireReader in, TypeInfo type, int size) {
    return switch (type.type()) {
      case TypeInfo.INTN -> integer(in, size);
      case TypeInfo.BITN -> in.u8() != 0;
      case TypeInfo.FLTN ->
          size == 4 ? (double) Float.intBitsToFloat(in.i32()) : Double.longBitsToDouble(in.i64());
      case TypeInfo.MONEYN -> money(in, size);
      case TypeInfo.DATETIMEN -> dateTime(in, size);
      case TypeInfo.DECIMALN, TypeInfo.NUMERICN -> decimal(in.bytes(size), type.scale());
      case TypeInfo.GUID -> guid(in.bytes(size));
      case TypeInfo.DATEN -> FIRST.plusDays(in.u16() | in.u8() << 16);
      case TypeInfo.TIMEN -> time(in, size, type.scale());
      case TypeInfo.DATETIME2N -> {
        LocalTime time = time(in, size - 3, type.scale());
        yield FIRST.plusDays(in.u16() | in.u8() << 16).atTime(time);
      }
      case TypeInfo.DATETIMEOFFSETN -> {
        LocalTime time = time(in, size - 5, type.scale());
        LocalDateTime utc = FIRST.plusDays(in.u16() | in.u8() << 16).atTime(time);
        ZoneOffset offset = ZoneOffset.ofTotalSeconds((int) in.signed(2) * 60);
        yield utc.atOffset(ZoneOffset.UTC).withOffsetSameInstant(offset);
      }
      default -> throw new TdsProtocolException("values of " + type);
    };
  }

  private static Object integer(WireReader in, int size) {
    long value = in.signed(size);
    return size == 8 ? (Object) value : (Object) (int) value;
  }

  private static BigDecimal money(WireReader in, int size) {
    if (size == 4) {
      return BigDecimal.valueOf(in.i32(), 4);
    }
    long high = in.i32();
    return BigDecimal.valueOf(high << 32 | in.u32(), 4);
  }

  private static LocalDateTime dateTime(WireReader in, int size) {
    if (size == 4) {
      LocalDate day = EPOCH_1900.plusDays(in.u16());
      return day.atStartOfDay().plusMinutes(in.u16());
    }
    LocalDate day = EPOCH_1900.plusDays(in.i32());
    long ticks = in.u32();
    return day.atStartOfDay().plus(Math.round(ticks * 10 / 3.0), ChronoUnit.MILLIS);
  }

  private static BigDecimal decimal(byte[] bytes, int scale) {
    byte[] magnitude = new byte[bytes.length - 1];
    for (int i = 1; i < bytes.length; i++) {
      magnitude[magnitude.length - i] = bytes[i];
    }
    return new BigDecimal(new BigInteger(bytes[0] == 0 ? -1 : 1, magnitude), scale);
  }

  private static UUID guid(byte[] bytes) {
    ByteBuffer b = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    long high = (b.getInt() & 0xFFFF_FFFFL) << 32;
    high |= (b.getShort() & 0xFFFFL) << 16;
    high |= b.getShort() & 0xFFFFL;
    return new UUID(high, b.order(ByteOrder.BIG_ENDIAN).getLong());
  }

  private static LocalTime time(WireReader in, int size, int scale) {
    long units = 0;
    for (int i = 0; i < size; i++) {
      units |= (long) in.u8() << 8 * i;
    }
    return LocalTime.ofNanoOfDay(units * power(9 - scale) % NANOS_A_DAY);
  }

  private static long power(int exponent) {
    return BigInteger.TEN.pow(exponent).longValue();
  }

  private static byte[] sized(WireReader in) {
    int length = in.u16();
    return length == TypeInfo.MAX ? null : in.bytes(length);
  }

  private static byte[] plp(WireReader in) {
    if (in.i64() == PLP_NULL) {
      return null;
    }
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (int chunk = in.i32(); chunk != 0; chunk = in.i32()) {
      all.writeBytes(in.bytes(chunk));
    }
    return all.toByteArray();
  }

  private static Object ofBytes(TypeInfo type, byte[] bytes) {
    if (bytes == null) {
      return null;
    }
    return switch (type.type()) {
      case TypeInfo.NVARCHAR, TypeInfo.NCHAR, TypeInfo.NTEXT, TypeInfo.XML ->
          new String(bytes, StandardCharsets.UTF_16LE);
      case TypeInfo.BIGVARCHAR, TypeInfo.BIGCHAR, TypeInfo.TEXT ->
          new String(bytes, type.utf8() ? StandardCharsets.UTF_8 : CP1252);
      default -> bytes;
    };
  }

  private static Object variant(WireReader in) {
    int length = in.i32();
    if (length == 0) {
      return null;
    }
    int end = in.at() + length;
    int base = in.u8();
    int properties = in.u8();
    TypeInfo type =
        switch (base) {
          case TypeInfo.NVARCHAR, TypeInfo.NCHAR, TypeInfo.BIGVARCHAR, TypeInfo.BIGCHAR -> {
            in.bytes(properties);
            yield new TypeInfo(base, 0);
          }
          case TypeInfo.DECIMALN, TypeInfo.NUMERICN -> TypeInfo.decimal(in.u8(), in.u8());
          default -> {
            in.bytes(properties);
            yield new TypeInfo(base, end - in.at());
          }
        };
    int left = end - in.at();
    return switch (base) {
      case TypeInfo.NVARCHAR, TypeInfo.NCHAR, TypeInfo.BIGVARCHAR, TypeInfo.BIGCHAR ->
          ofBytes(type, in.bytes(left));
      case TypeInfo.BIGVARBINARY, TypeInfo.BIGBINARY -> in.bytes(left);
      case TypeInfo.DECIMALN, TypeInfo.NUMERICN -> decimal(in.bytes(left), type.scale());
      case TypeInfo.GUID -> guid(in.bytes(left));
      default -> read(in, type);
    };
  }

  /** Writes a value; null as the type has it. */
  static void write(ReplyWriter out, TypeInfo type, Object value) {
    switch (type.type()) {
      case TypeInfo.BIT, TypeInfo.INT1, TypeInfo.INT2, TypeInfo.INT4, TypeInfo.INT8 ->
          out.number(longOf(value), type.length());
      case TypeInfo.NVARCHAR,
          TypeInfo.NCHAR,
          TypeInfo.BIGVARCHAR,
          TypeInfo.BIGCHAR,
          TypeInfo.BIGVARBINARY,
          TypeInfo.BIGBINARY -> {
        byte[] bytes = bytesOf(type, value);
        if (type.isMax()) {
          writePlp(out, bytes);
        } else if (bytes == null) {
          out.u16(TypeInfo.MAX);
        } else {
          out.sized(bytes);
        }
      }
      case TypeInfo.TEXT, TypeInfo.NTEXT, TypeInfo.IMAGE -> {
        byte[] bytes = bytesOf(type, value);
        if (bytes == null) {
          out.u8(0);
        } else {
          out.u8(16).bytes(new byte[24]).i32(bytes.length).bytes(bytes);
        }
      }
      default -> {
        if (value == null) {
          out.u8(0);
        } else {
          writeSized(out, type, value);
        }
      }
    }
  }

  private static void writeSized(ReplyWriter out, TypeInfo type, Object value) {
    switch (type.type()) {
      case TypeInfo.INTN, TypeInfo.BITN ->
          out.u8(type.length()).number(longOf(value), type.length());
      case TypeInfo.FLTN -> {
        double number = ((Number) value).doubleValue();
        out.u8(type.length());
        if (type.length() == 4) {
          out.i32(Float.floatToIntBits((float) number));
        } else {
          out.i64(Double.doubleToLongBits(number));
        }
      }
      case TypeInfo.DECIMALN, TypeInfo.NUMERICN -> {
        BigDecimal number = new BigDecimal(value.toString());
        BigInteger unscaled =
            number.setScale(type.scale(), java.math.RoundingMode.HALF_UP).unscaledValue();
        byte[] magnitude = unscaled.abs().toByteArray();
        out.u8(type.length()).u8(unscaled.signum() < 0 ? 0 : 1);
        for (int i = 1; i < type.length(); i++) {
          out.u8(i <= magnitude.length ? magnitude[magnitude.length - i] : 0);
        }
      }
      case TypeInfo.GUID -> {
        UUID id = (UUID) value;
        long high = id.getMostSignificantBits();
        out.u8(16).i32((int) (high >> 32)).u16((int) (high >> 16)).u16((int) high);
        for (int shift = 56; shift >= 0; shift -= 8) {
          out.u8((int) (id.getLeastSignificantBits() >> shift));
        }
      }
      case TypeInfo.DATETIMEN -> {
        LocalDateTime at = (LocalDateTime) value;
        long ticks = Math.round(at.toLocalTime().toNanoOfDay() * 3 / 10_000_000.0);
        out.u8(8).i32((int) ChronoUnit.DAYS.between(EPOCH_1900, at.toLocalDate())).i32((int) ticks);
      }
      case TypeInfo.DATEN -> writeDay(out.u8(3), (LocalDate) value);
      case TypeInfo.TIMEN -> {
        out.u8(timeSize(type.scale()));
        writeTime(out, type.scale(), (LocalTime) value);
      }
      case TypeInfo.DATETIME2N -> {
        LocalDateTime at = (LocalDateTime) value;
        out.u8(timeSize(type.scale()) + 3);
        writeTime(out, type.scale(), at.toLocalTime());
        writeDay(out, at.toLocalDate());
      }
      case TypeInfo.DATETIMEOFFSETN -> {
        OffsetDateTime at = (OffsetDateTime) value;
        OffsetDateTime utc = at.withOffsetSameInstant(ZoneOffset.UTC);
        out.u8(timeSize(type.scale()) + 5);
        writeTime(out, type.scale(), utc.toLocalTime());
        writeDay(out, utc.toLocalDate());
        out.u16(at.getOffset().getTotalSeconds() / 60);
      }
      default -> throw new IllegalStateException("values of " + type);
    }
  }

  private static int timeSize(int scale) {
    return scale <= 2 ? 3 : scale <= 4 ? 4 : 5;
  }

  private static void writeTime(ReplyWriter out, int scale, LocalTime time) {
    out.number(time.toNanoOfDay() / power(9 - scale), timeSize(scale));
  }

  private static void writeDay(ReplyWriter out, LocalDate day) {
    out.number(ChronoUnit.DAYS.between(FIRST, day), 3);
  }

  private static long longOf(Object value) {
    return value instanceof Boolean flag ? flag ? 1 : 0 : ((Number) value).longValue();
  }

  private static byte[] bytesOf(TypeInfo type, Object value) {
    if (value == null) {
      return null;
    }
    if (value instanceof byte[] bytes) {
      return bytes;
    }
    return switch (type.type()) {
      case TypeInfo.NVARCHAR, TypeInfo.NCHAR, TypeInfo.NTEXT ->
          value.toString().getBytes(StandardCharsets.UTF_16LE);
      default -> value.toString().getBytes(type.utf8() ? StandardCharsets.UTF_8 : CP1252);
    };
  }

  private static void writePlp(ReplyWriter out, byte[] bytes) {
    if (bytes == null) {
      out.i64(PLP_NULL);
      return;
    }
    // Its length, not -2 for an unknown one: mssql-jdbc takes minutes for 10 MB of that.
    out.i64(bytes.length);
    for (int from = 0; from < bytes.length; from += CHUNK) {
      int size = Math.min(CHUNK, bytes.length - from);
      out.i32(size).bytes(bytes, from, size);
    }
    out.i32(0);
  }
}
