package dev.heimdall.engine.dialect.sqlserver.answer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.Sqlstate;
import org.junit.jupiter.api.Test;

class SqlServerEncoderTest {
  private final SqlServerEncoder encoder = new SqlServerEncoder();

  @Test
  void logsHaveTheNumbersThatClientsGet() {
    assertThat(encoder.code(ServerError.error("42P01", "no").withNumber(208))).isEqualTo("208");
    assertThat(encoder.code(ServerError.error(Sqlstate.QUERY_CANCELED, "no"))).isEqualTo("50000");
    assertThat(encoder.code(ServerError.fatal(Sqlstate.OUT_OF_MEMORY, "no"))).isEqualTo("701");
    assertThat(encoder.code(ServerError.protocolViolation("no"))).isEqualTo("4002");
    assertThat(encoder.code(ServerError.fatal(Sqlstate.ADMIN_SHUTDOWN, "no"))).isEqualTo("6005");
  }
}
