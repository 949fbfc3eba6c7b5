package dev.heimdall.engine.dialect.postgres.request;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.dialect.mysql.request.MysqlSettings;
import dev.heimdall.engine.sql.IdleLimits;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IdleLimitsTest {
  private static final long SECOND = 1_000_000_000L;

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

  @Test
  void mariadbHasOneForEachKindOfTransaction() {
    MysqlSettings settings = new MysqlSettings();
    assertThat(settings.idleLimits(Map.of("wait_timeout", "2")::get))
        .isEqualTo(new IdleLimits(2 * SECOND, 2 * SECOND, 2 * SECOND, 0));
    IdleLimits each =
        settings.idleLimits(
            Map.of(
                    "wait_timeout", "1",
                    "idle_transaction_timeout", "3",
                    "idle_readonly_transaction_timeout", "5",
                    "idle_write_transaction_timeout", "0")
                ::get);
    assertThat(each).isEqualTo(new IdleLimits(SECOND, 5 * SECOND, 3 * SECOND, 0));
    assertThat(each.shortestInside()).isEqualTo(3 * SECOND);
  }
}
