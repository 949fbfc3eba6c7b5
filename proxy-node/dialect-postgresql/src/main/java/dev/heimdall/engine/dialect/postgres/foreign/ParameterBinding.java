package dev.heimdall.engine.dialect.postgres.foreign;

import dev.heimdall.engine.sql.Parameter;
import dev.heimdall.engine.wire.postgres.ValueText;
import java.math.BigDecimal;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.List;

/** Gives a statement the values of a client's Bind message. */
final class ParameterBinding {
  /** As PostgreSQL writes it: {@code 2026-01-31 10:00:00.5+02}. */
  private static final DateTimeFormatter WITH_ZONE =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss[.SSSSSS][.SSSSS][.SSSS][.SSS][.SS][.S]x");

  private ParameterBinding() {}

  /**
   * @param numbers for each question mark the number of its parameter
   */
  static void bind(PreparedStatement into, List<Integer> numbers, List<Parameter> parameters)
      throws SQLException {
    for (int i = 0; i < numbers.size(); i++) {
      bind(into, i + 1, numbers.get(i), parameters.get(numbers.get(i) - 1));
    }
  }

  private static void bind(PreparedStatement into, int at, int number, Parameter parameter)
      throws SQLException {
    if (parameter.value() == null) {
      into.setNull(at, java.sql.Types.NULL);
      return;
    }
    if (parameter.type() == 17 && parameter.binary()) {
      into.setBytes(at, parameter.value());
      return;
    }
    String text =
        ValueText.of(parameter.type(), parameter.binary(), parameter.value())
            .orElseThrow(
                () ->
                    parameter.binary()
                        ? new SQLException(
                            "parameter $"
                                + number
                                + " of type "
                                + parameter.type()
                                + " cannot be forwarded in binary format",
                            "0A000")
                        : new SQLException("parameter $" + number + " is no UTF-8", "22021"));
    try {
      set(into, at, parameter.type(), text);
    } catch (IllegalArgumentException | DateTimeException e) {
      throw new SQLException("parameter $" + number + " is not of its type", "22P02", e);
    }
  }

  private static void set(PreparedStatement into, int at, int type, String text)
      throws SQLException {
    switch (type) {
      case 16 -> into.setBoolean(at, bool(text));
      case 17 -> into.setBytes(at, bytes(text));
      case 20, 21, 23, 26 -> into.setLong(at, Long.parseLong(text.strip()));
      case 700, 701 -> into.setDouble(at, Double.parseDouble(text.strip()));
      case 1700 -> into.setBigDecimal(at, new BigDecimal(text.strip()));
      case 1184 -> into.setObject(at, OffsetDateTime.parse(text.strip(), WITH_ZONE));
      default -> into.setString(at, text);
    }
  }

  private static boolean bool(String text) {
    return switch (text.strip().toLowerCase(java.util.Locale.ROOT)) {
      case "t", "true", "y", "yes", "on", "1" -> true;
      case "f", "false", "n", "no", "off", "0" -> false;
      default -> throw new IllegalArgumentException("no boolean");
    };
  }

  private static byte[] bytes(String text) {
    if (!text.startsWith("\\x")) {
      throw new IllegalArgumentException("not in the hex format");
    }
    return HexFormat.of().parseHex(text.substring(2));
  }
}
