package dev.heimdall.engine.dialect.mysql.request;

import dev.heimdall.engine.sql.Lexer;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.MysqlLexer;
import dev.heimdall.engine.wire.mysql.LengthEncoded;
import io.netty.buffer.ByteBuf;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What the parameters of an execution hold: texts as SQL's literals have them, and bytes. */
final class ExecuteValues {
  private static final int UNSIGNED = 0x80;

  private ExecuteValues() {}

  /**
   * Reads a value that is not NULL.
   *
   * @param type of MYSQL_TYPE_*
   * @param flags behind it
   * @return a text, a number, or an array of bytes; null for the type NULL
   * @throws IndexOutOfBoundsException if it is cut
   * @throws NumberFormatException for a number that none is
   */
  static Object read(ByteBuf in, int type, int flags) {
    boolean unsigned = (flags & UNSIGNED) != 0;
    return switch (type & 0xFF) {
      case 0x06 -> null;
      case 0x01 -> new BigDecimal(unsigned ? in.readUnsignedByte() : in.readByte());
      case 0x02, 0x0D -> new BigDecimal(unsigned ? in.readUnsignedShortLE() : in.readShortLE());
      case 0x03, 0x09 -> new BigDecimal(unsigned ? in.readUnsignedIntLE() : in.readIntLE());
      case 0x08 ->
          unsigned
              ? new BigDecimal(Long.toUnsignedString(in.readLongLE()))
              : new BigDecimal(in.readLongLE());
      case 0x04 -> number(Float.toString(in.readFloatLE()));
      case 0x05 -> number(Double.toString(in.readDoubleLE()));
      case 0x07, 0x0A, 0x0C -> moment(in.readSlice(in.readUnsignedByte()));
      case 0x0B -> time(in.readSlice(in.readUnsignedByte()));
      case 0x10, 0xF9, 0xFA, 0xFB, 0xFC -> LengthEncoded.readBytes(in);
      default -> text(LengthEncoded.readBytes(in));
    };
  }

  /**
   * The text with a literal in the place of each parameter.
   *
   * @param mode how the session reads texts
   * @return empty where the text cannot be read, or has another number of parameters
   */
  static Optional<String> inText(byte[] sql, LexerMode mode, List<Object> values) {
    Lexer lexer = new MysqlLexer(false);
    lexer.reset(sql, 0, sql.length, mode);
    StringBuilder text = new StringBuilder(sql.length + 16 * values.size());
    int from = 0;
    int next = 0;
    for (int token = lexer.next(); token != Lexer.END; token = lexer.next()) {
      if (token == Lexer.BROKEN || (token == Lexer.PARAMETER && next == values.size())) {
        return Optional.empty();
      }
      if (token == Lexer.PARAMETER) {
        text.append(new String(sql, from, lexer.start() - from, StandardCharsets.UTF_8));
        text.append(literal(values.get(next++), mode));
        from = lexer.end();
      }
    }
    text.append(new String(sql, from, sql.length - from, StandardCharsets.UTF_8));
    return next == values.size() ? Optional.of(text.toString()) : Optional.empty();
  }

  private static String literal(Object value, LexerMode mode) {
    if (value == null) {
      return "NULL";
    } else if (value instanceof byte[] bytes) {
      return "x'" + HexFormat.of().formatHex(bytes) + "'";
    } else if (value instanceof BigDecimal number) {
      return number.toPlainString();
    }
    String doubled = value.toString().replace("'", "''");
    return "'" + (mode.backslashEscapes() ? doubled.replace("\\", "\\\\") : doubled) + "'";
  }

  /** Some drivers send bytes as they send texts. */
  static Object text(byte[] value) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(value)).toString();
    } catch (CharacterCodingException e) {
      return value;
    }
  }

  /** Some drivers have no whole numbers. */
  private static BigDecimal number(String value) {
    return new BigDecimal(value).stripTrailingZeros();
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
