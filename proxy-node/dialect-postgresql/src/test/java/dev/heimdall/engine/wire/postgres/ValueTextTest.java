package dev.heimdall.engine.wire.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ValueTextTest {
  @ParameterizedTest
  @CsvSource({
    "16, 01, t",
    "17, 00ff, \\x00ff",
    "20, fffffffffffffffe, -2",
    "21, 7fff, 32767",
    "23, 80000000, -2147483648",
    "700, 3fc00000, 1.5",
    "701, c002000000000000, -2.25",
    "1082, 00000000, 2000-01-01",
    "1082, ffffffff, 1999-12-31",
    "1083, 00000000000f4241, 00:00:01.000001",
    "1114, 00000000000f4240, 2000-01-01 00:00:01.000000",
    "1184, fffffffffff0bdc0, 1999-12-31 23:59:59.000000+00",
    "1700, 0002000000000003000109c4, 1.250",
    "1700, 00020001400000000001000f, -10015",
    "1700, 000100014000000004d2, -12340000",
    "1700, 0001ffff000000040001, 0.0001",
    "1700, 0000000000000002, 0.00",
    "2950, 000102030405060708090a0b0c0d0e0f, 00010203-0405-0607-0809-0a0b0c0d0e0f",
  })
  void binaryValuesHaveATextOfTheirType(int type, String hex, String text) {
    assertThat(ValueText.of(type, true, HexFormat.of().parseHex(hex))).hasValue(text);
  }

  @ParameterizedTest
  @CsvSource({
    "16, 0101",
    "20, 01",
    "1082, 7fffffff",
    "1083, ffffffffffffffff",
    "1114, 7fffffffffffffff",
    "1700, 00000000c0000000",
    "1700, 0002000000000000",
    "600, 00",
  })
  void whatIsNotKnownHasNone(int type, String hex) {
    assertThat(ValueText.of(type, true, HexFormat.of().parseHex(hex))).isEmpty();
  }
}
