package dev.heimdall.engine.wire.mysql;

import static dev.heimdall.engine.wire.mysql.ColumnDefinition.TYPE_BIT;
import static dev.heimdall.engine.wire.mysql.ColumnDefinition.TYPE_BLOB;
import static dev.heimdall.engine.wire.mysql.ColumnDefinition.TYPE_DATE;
import static dev.heimdall.engine.wire.mysql.ColumnDefinition.TYPE_DATETIME;
import static dev.heimdall.engine.wire.mysql.ColumnDefinition.TYPE_DECIMAL;
import static dev.heimdall.engine.wire.mysql.ColumnDefinition.TYPE_DOUBLE;
import static dev.heimdall.engine.wire.mysql.ColumnDefinition.TYPE_FLOAT;
import static dev.heimdall.engine.wire.mysql.ColumnDefinition.TYPE_INT24;
import static dev.heimdall.engine.wire.mysql.ColumnDefinition.TYPE_LONG;
import static dev.heimdall.engine.wire.mysql.ColumnDefinition.TYPE_LONGLONG;
import static dev.heimdall.engine.wire.mysql.ColumnDefinition.TYPE_LONG_BLOB;
import static dev.heimdall.engine.wire.mysql.ColumnDefinition.TYPE_MEDIUM_BLOB;
import static dev.heimdall.engine.wire.mysql.ColumnDefinition.TYPE_NEWDECIMAL;
import static dev.heimdall.engine.wire.mysql.ColumnDefinition.TYPE_NULL;
import static dev.heimdall.engine.wire.mysql.ColumnDefinition.TYPE_SHORT;
import static dev.heimdall.engine.wire.mysql.ColumnDefinition.TYPE_STRING;
import static dev.heimdall.engine.wire.mysql.ColumnDefinition.TYPE_TIME;
import static dev.heimdall.engine.wire.mysql.ColumnDefinition.TYPE_TIMESTAMP;
import static dev.heimdall.engine.wire.mysql.ColumnDefinition.TYPE_TINY;
import static dev.heimdall.engine.wire.mysql.ColumnDefinition.TYPE_TINY_BLOB;
import static dev.heimdall.engine.wire.mysql.ColumnDefinition.TYPE_VARCHAR;
import static dev.heimdall.engine.wire.mysql.ColumnDefinition.TYPE_VAR_STRING;
import static dev.heimdall.engine.wire.mysql.ColumnDefinition.TYPE_YEAR;

import dev.heimdall.engine.sql.Parameter;
import io.netty.buffer.ByteBuf;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Pattern;

/** Values of parameters and of rows as the binary protocol has them. */
public final class BinaryValue {
  /** Digits that DECIMAL takes as they are: 65, of which 30 stand behind the point. */
  private static final Pattern PLAIN_DECIMAL = Pattern.compile("-?[0-9]{1,35}(\\.[0-9]{1,30})?");

  private BinaryValue() {}

  /**
   * Skips a value that is not NULL.
   *
   * @param type of MYSQL_TYPE_*
   * @throws IndexOutOfBoundsException if it is cut
   */
  public static void skip(ByteBuf in, int type) {
    switch (type & 0xFF) {
      case TYPE_NULL -> {}
      case TYPE_TINY -> in.skipBytes(1);
      case TYPE_SHORT, TYPE_YEAR -> in.skipBytes(2);
      case TYPE_LONG, TYPE_FLOAT, TYPE_INT24 -> in.skipBytes(4);
      case TYPE_DOUBLE, TYPE_LONGLONG -> in.skipBytes(8);
      case TYPE_TIMESTAMP, TYPE_DATE, TYPE_TIME, TYPE_DATETIME ->
          in.skipBytes(in.readUnsignedByte());
      default -> in.skipBytes(Math.toIntExact(LengthEncoded.read(in)));
    }
  }

  /**
   * Reads a value that is not NULL.
   *
   * @param type of MYSQL_TYPE_*
   * @return a text, an array of bytes, or a number: a {@link Float} or {@link Double} of the
   *     floating types, a {@link BigDecimal} of the others; null for the type NULL
   * @throws IndexOutOfBoundsException if it is cut
   * @throws NumberFormatException for a number that none is
   */
  public static Object read(ByteBuf in, int type, boolean unsigned) {
    return switch (type & 0xFF) {
      case TYPE_NULL -> null;
      case TYPE_TINY -> new BigDecimal(unsigned ? in.readUnsignedByte() : in.readByte());
      case TYPE_SHORT, TYPE_YEAR ->
          new BigDecimal(unsigned ? in.readUnsignedShortLE() : in.readShortLE());
      case TYPE_LONG, TYPE_INT24 ->
          new BigDecimal(unsigned ? in.readUnsignedIntLE() : in.readIntLE());
      case TYPE_LONGLONG ->
          unsigned
              ? new BigDecimal(Long.toUnsignedString(in.readLongLE()))
              : new BigDecimal(in.readLongLE());
      case TYPE_FLOAT -> finite(in.readFloatLE());
      case TYPE_DOUBLE -> finite(in.readDoubleLE());
      case TYPE_DECIMAL, TYPE_NEWDECIMAL -> decimal(LengthEncoded.readBytes(in));
      case TYPE_TIMESTAMP, TYPE_DATE, TYPE_DATETIME -> moment(in.readSlice(in.readUnsignedByte()));
      case TYPE_TIME -> time(in.readSlice(in.readUnsignedByte()));
      case TYPE_BIT, TYPE_TINY_BLOB, TYPE_MEDIUM_BLOB, TYPE_LONG_BLOB, TYPE_BLOB ->
          LengthEncoded.readBytes(in);
      default -> text(LengthEncoded.readBytes(in));
    };
  }

  /**
   * Reads a value that is not NULL so that it may be compared: a whole number as 8 bytes of the
   * type LONGLONG, with the most significant one first, and a text as it is, of the type
   * VAR_STRING; of others nothing but their type.
   *
   * @throws IndexOutOfBoundsException if it is cut
   */
  public static Parameter comparable(ByteBuf in, int type, boolean unsigned) {
    return switch (type & 0xFF) {
      case TYPE_TINY -> whole(unsigned ? in.readUnsignedByte() : in.readByte());
      case TYPE_SHORT -> whole(unsigned ? in.readUnsignedShortLE() : in.readShortLE());
      case TYPE_LONG, TYPE_INT24 -> whole(unsigned ? in.readUnsignedIntLE() : in.readIntLE());
      case TYPE_LONGLONG -> {
        long number = in.readLongLE();
        yield unsigned && number < 0 ? new Parameter(type, true, null) : whole(number);
      }
      case TYPE_VARCHAR, TYPE_VAR_STRING, TYPE_STRING ->
          new Parameter(TYPE_VAR_STRING, false, LengthEncoded.readBytes(in));
      default -> {
        skip(in, type);
        yield new Parameter(type, true, null);
      }
    };
  }

  private static Parameter whole(long number) {
    byte[] value = ByteBuffer.allocate(Long.BYTES).putLong(number).array();
    return new Parameter(TYPE_LONGLONG, true, value);
  }

  /** Some drivers send bytes as they send texts. */
  public static Object text(byte[] value) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(value)).toString();
    } catch (CharacterCodingException e) {
      return value;
    }
  }

  /** SQL has no literal of another. */
  private static Number finite(Number value) {
    if (!Double.isFinite(value.doubleValue())) {
      throw new NumberFormatException("not finite");
    }
    return value;
  }

  /** Servers read what is no plain number by rules of their own. */
  private static Object decimal(byte[] value) {
    Object text = text(value);
    return text instanceof String digits && PLAIN_DECIMAL.matcher(digits).matches()
        ? new BigDecimal(digits)
        : text;
  }

  /**
   * Digits of a number that was read, without an exponent. Some drivers have no whole numbers:
   * those are without a point.
   */
  public static String plain(Number number) {
    if (number instanceof BigDecimal exact) {
      return exact.toPlainString();
    }
    String digits = new BigDecimal(number.toString()).stripTrailingZeros().toPlainString();
    return isNegativeZero(number.doubleValue()) ? "-" + digits : digits;
  }

  /** True for the zero below 0, which a {@link BigDecimal} has not. */
  public static boolean isNegativeZero(double number) {
    return number == 0 && Double.doubleToRawLongBits(number) != 0;
  }

  private static String moment(ByteBuf in) {
    String date =
        in.isReadable()
            ? String.format(
                Locale.ROOT,
                "%04d-%02d-%02d",
                in.readUnsignedShortLE(),
                in.readByte(),
                in.readByte())
            : "0000-00-00";
    return in.isReadable() ? date + " " + clock(in, 0) : date;
  }

  private static String time(ByteBuf in) {
    if (!in.isReadable()) {
      return "00:00:00";
    }
    String sign = in.readByte() == 0 ? "" : "-";
    return sign + clock(in, 24 * in.readIntLE());
  }

  private static String clock(ByteBuf in, int hours) {
    String clock =
        String.format(
            Locale.ROOT, "%02d:%02d:%02d", hours + in.readByte(), in.readByte(), in.readByte());
    return in.isReadable() ? clock + String.format(Locale.ROOT, ".%06d", in.readIntLE()) : clock;
  }
}
