package dev.heimdall.engine.dialect.sqlserver.request;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.wire.ServerError;
import org.junit.jupiter.api.Test;

class SqlServerErrorsTest {
  private final SqlServerErrors errors = new SqlServerErrors();

  private static ServerError error(int number, String message) {
    return ServerError.error("HY000", message).withNumber(number);
  }

  /** Of Babelfish all that SQL Server has no number for has one and the same. */
  @Test
  void babelfishRefusesWritesAtAStandbyByItsTextAlone() {
    ServerError refused = error(33557097, "cannot execute INSERT in a read-only transaction");
    ServerError conflict = error(33557097, "canceling statement due to conflict with recovery");
    assertThat(errors.readOnly(refused)).isTrue();
    assertThat(errors.readOnly(conflict)).isFalse();
    assertThat(errors.ofReplica(refused)).isTrue();
    assertThat(errors.ofReplica(conflict)).isTrue();
    assertThat(errors.readOnly(error(3906, "Failed to update"))).isTrue();
    assertThat(errors.ofReplica(error(8134, "Divide by zero error encountered."))).isFalse();
  }
}
