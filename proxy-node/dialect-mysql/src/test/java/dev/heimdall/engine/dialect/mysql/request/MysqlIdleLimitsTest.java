package dev.heimdall.engine.dialect.mysql.request;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.sql.IdleLimits;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MysqlIdleLimitsTest {
  private static final long SECOND = 1_000_000_000L;

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
