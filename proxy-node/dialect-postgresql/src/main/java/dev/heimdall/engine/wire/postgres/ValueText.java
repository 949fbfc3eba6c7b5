package dev.heimdall.engine.wire.postgres;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/** Values of parameters in the text format, and the binary format of everyday types. */
public final class ValueText {
  private static final LocalDate EPOCH = LocalDate.of(2000, 1, 1);
  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss.SSSSSS");
  private static final int NEGATIVE = 0x4000;
  private static final BigInteger BASE = BigInteger.valueOf(10_000);

  private ValueText() {}

  /**
   * The text of a value, as the server would write it.
   *
   * @param type its OID
   * @return empty where the value is no UTF-8, or binary of a type that is not known here
   */
  public static Optional<String> of(int type, boolean binary, byte[] value) {
    if (!binary) {
      return utf8(value);
    }
    ByteBuffer bytes = ByteBuffer.wrap(value);
    return switch (type) {
      case 16 -> value.length == 1 ? Optional.of(value[0] == 0 ? "f" : "t") : Optional.empty();
      case 17 -> Optional.of("\\x" + HexFormat.of().formatHex(value));
      case 20 -> value.length == 8 ? Optional.of("" + bytes.getLong()) : Optional.empty();
      case 21 -> value.length == 2 ? Optional.of("" + bytes.getShort()) : Optional.empty();
      case 23 -> value.length == 4 ? Optional.of("" + bytes.getInt()) : Optional.empty();
      case 26 ->
          value.length == 4
              ? Optional.of(Integer.toUnsignedString(bytes.getInt()))
              : Optional.empty();
      case 700 -> value.length == 4 ? Optional.of("" + bytes.getFloat()) : Optional.empty();
      case 701 -> value.length == 8 ? Optional.of("" + bytes.getDouble()) : Optional.empty();
      case 1082 -> value.length == 4 ? date(bytes.getInt()) : Optional.empty();
      case 1083 -> value.length == 8 ? time(bytes.getLong()) : Optional.empty();
      case 1114 -> value.length == 8 ? timestamp(bytes.getLong()) : Optional.empty();
      case 1184 ->
          value.length == 8 ? timestamp(bytes.getLong()).map(at -> at + "+00") : Optional.empty();
      case 1700 -> numeric(bytes);
      case 2950 ->
          value.length == 16
              ? Optional.of(new UUID(bytes.getLong(), bytes.getLong()).toString())
              : Optional.empty();
      case 19, 25, 114, 1042, 1043 -> utf8(value);
      default -> Optional.empty();
    };
  }

  /** Without the ends of time, and years that each database writes in its own way. */
  private static Optional<String> date(int days) {
    LocalDate date = EPOCH.plusDays(days);
    return everyday(date) ? Optional.of(date.toString()) : Optional.empty();
  }

  private static boolean everyday(LocalDate date) {
    return date.getYear() >= 1 && date.getYear() <= 9999;
  }

  private static Optional<String> time(long micros) {
    return micros >= 0 && micros < TimeUnit.DAYS.toMicros(1)
        ? Optional.of(LocalTime.ofNanoOfDay(micros * 1000).format(TIME))
        : Optional.empty();
  }

  private static Optional<String> timestamp(long micros) {
    LocalDateTime at = EPOCH.atStartOfDay().plus(micros, ChronoUnit.MICROS);
    return everyday(at.toLocalDate())
        ? Optional.of(at.toLocalDate() + " " + at.toLocalTime().format(TIME))
        : Optional.empty();
  }

  /** Digits in base 10000, with the weight of the first one. */
  private static Optional<String> numeric(ByteBuffer bytes) {
    if (bytes.remaining() < 8) {
      return Optional.empty();
    }
    int count = bytes.getShort() & 0xffff;
    int weight = bytes.getShort();
    int sign = bytes.getShort() & 0xffff;
    int scale = bytes.getShort() & 0xffff;
    if (sign != NEGATIVE && sign != 0 || bytes.remaining() < 2 * count) {
      return Optional.empty(); // infinite, or no number
    }
    BigInteger digits = BigInteger.ZERO;
    for (int i = 0; i < count; i++) {
      digits = digits.multiply(BASE).add(BigInteger.valueOf(bytes.getShort()));
    }
    BigDecimal number =
        new BigDecimal(digits)
            .scaleByPowerOfTen(4 * (weight - count + 1))
            .setScale(scale, RoundingMode.HALF_UP);
    return Optional.of((sign == NEGATIVE ? number.negate() : number).toPlainString());
  }

  private static Optional<String> utf8(byte[] value) {
    try {
      return Optional.of(
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(value)).toString());
    } catch (CharacterCodingException e) {
      return Optional.empty();
    }
  }
}
