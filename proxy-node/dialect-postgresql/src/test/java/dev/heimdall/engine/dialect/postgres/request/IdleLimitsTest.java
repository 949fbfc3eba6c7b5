package dev.heimdall.engine.dialect.postgres.request;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IdleLimitsTest {
  @ParameterizedTest
  @CsvSource({
    "1500, 1500",
    "0, 0",
    "1s, 1000",
    "' 1.5 s ', 1500",
    "2min, 120000",
    "1h, 3600000",
    "1d, 86400000",
    "-1, 0",
    "1 S, 0",
    "'', 0",
    "99999999999999999999, 0"
  })
  void timesAreReadAsTheServerWritesThem(String value, long millis) {
    assertThat(PostgresSettings.nanos(value)).isEqualTo(millis * 1_000_000);
  }
}
