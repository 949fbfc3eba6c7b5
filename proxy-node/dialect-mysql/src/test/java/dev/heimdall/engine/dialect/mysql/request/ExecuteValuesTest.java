package dev.heimdall.engine.dialect.mysql.request;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.wire.mysql.BinaryValue;
import dev.heimdall.engine.wire.mysql.ColumnDefinition;
import io.netty.buffer.Unpooled;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExecuteValuesTest {
  private static final LexerMode MODE = new LexerMode(true, false, false);

  private static String inText(Object value) {
    byte[] sql = "SELECT ?".getBytes(StandardCharsets.UTF_8);
    return ExecuteValues.inText(sql, MODE, List.of(value)).orElseThrow();
  }

  /**
   * A literal without an exponent is a DECIMAL, which has 65 digits, 30 of them behind the point.
   */
  @ParameterizedTest
  @CsvSource({
    "1e90, 1E90",
    "-1e90, -1E90",
    "1e-90, 1E-90",
    "4.9e-324, 49E-325",
    "1.7976931348623157e308, 17976931348623157E292",
    "0.1, 1E-1",
    "-12.5, -125E-1",
    "5, 5",
    "0, 0",
    "-0.0, -0e0",
    "100, 100",
    "1e15, 1000000000000000",
  })
  void doublesStayWhatTheyAre(double value, String literal) {
    Object read =
        BinaryValue.read(
            Unpooled.buffer().writeDoubleLE(value), ColumnDefinition.TYPE_DOUBLE, false);
    assertThat(inText(read)).isEqualTo("SELECT " + literal);
    assertThat(Double.parseDouble(literal)).isEqualTo(value);
  }

  @Test
  void wholeNumbersStayWhole() {
    for (String number : List.of("18446744073709551615", "-9223372036854775808", "7")) {
      assertThat(inText(new BigDecimal(number))).isEqualTo("SELECT " + number);
    }
  }
}
