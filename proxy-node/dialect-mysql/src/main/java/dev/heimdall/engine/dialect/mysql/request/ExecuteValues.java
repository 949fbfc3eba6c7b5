package dev.heimdall.engine.dialect.mysql.request;

import dev.heimdall.engine.dialect.mysql.sql.MysqlLexer;
import dev.heimdall.engine.dialect.mysql.sql.MysqlLiteral;
import dev.heimdall.engine.sql.Lexer;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.wire.mysql.BinaryValue;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/** The text of an execution with its values. */
final class ExecuteValues {
  /** Of BIGINT UNSIGNED. */
  private static final int MOST_DIGITS = 20;

  /** Of a text that cannot be read. */
  static final int UNKNOWN = -1;

  /** Of one statement at most, as servers have it. */
  private static final int MOST_PARAMETERS = 65_535;

  private ExecuteValues() {}

  /**
   * Returns the number of parameters in a text.
   *
   * @param mode how the session reads texts
   */
  static int parameters(byte[] sql, LexerMode mode) {
    if (mode.doubtful() || mode.hiddenSigns()) {
      return UNKNOWN;
    }
    Lexer lexer = new MysqlLexer(false);
    lexer.reset(sql, 0, sql.length, mode);
    int found = 0;
    for (int token = lexer.next(); token != Lexer.END; token = lexer.next()) {
      found += token == Lexer.PARAMETER ? 1 : 0;
      if (token == Lexer.BROKEN || token == Lexer.EXECUTABLE || found > MOST_PARAMETERS) {
        return UNKNOWN;
      }
    }
    return found;
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

  /**
   * Literal of a DOUBLE, of which servers take a FLOAT for one: with an exponent, as it is a
   * DECIMAL without. Whole numbers stay whole: some drivers have none of a type of their own.
   */
  private static String floating(double value) {
    if (BinaryValue.isNegativeZero(value)) {
      return "-0e0";
    }
    BigDecimal number = new BigDecimal(Double.toString(value)).stripTrailingZeros();
    return number.scale() <= 0 && number.precision() - number.scale() <= MOST_DIGITS
        ? number.toPlainString()
        : number.unscaledValue() + "E" + -number.scale();
  }

  private static String literal(Object value, LexerMode mode) {
    if (value == null) {
      return "NULL";
    } else if (value instanceof byte[] bytes) {
      // With its character set it is a text where a number is asked for, too.
      return "_binary x'" + HexFormat.of().formatHex(bytes) + "'";
    } else if (value instanceof BigDecimal number) {
      return number.toPlainString();
    } else if (value instanceof Number number) {
      return floating(number.doubleValue());
    }
    return MysqlLiteral.text(value.toString(), mode);
  }
}
