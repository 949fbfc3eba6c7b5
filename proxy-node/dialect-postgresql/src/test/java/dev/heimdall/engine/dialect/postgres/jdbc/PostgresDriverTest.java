package dev.heimdall.engine.dialect.postgres.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.jdbc.JdbcDrivers;
import java.io.IOException;
import java.sql.BatchUpdateException;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.postgresql.util.PSQLException;
import org.postgresql.util.PSQLState;
import org.postgresql.util.ServerErrorMessage;

/** Which message of a failure is reported, whatever the driver. */
class PostgresDriverTest {
  private final SQLException ofServer =
      new PSQLException(new ServerErrorMessage("SERROR\0C42P01\0Mno table t\0DPart two.\0"));

  private final SQLException ofDriver =
      new PSQLException(
          "the connection attempt failed\nin detail",
          PSQLState.CONNECTION_UNABLE_TO_CONNECT,
          new IOException("refused"));

  @Test
  void theReasonIsTheDriversWithoutDetails() {
    assertThat(JdbcDrivers.reason(new RuntimeException("pool", ofDriver)))
        .isEqualTo("the connection attempt failed");
    assertThat(JdbcDrivers.reason(new SQLException("link", new IOException("refused"))))
        .isEqualTo("refused");
  }

  @Test
  void whatTheServerSaidIsTold() {
    assertThat(JdbcDrivers.fromServer(ofServer)).isEqualTo("no table t");
    assertThat(JdbcDrivers.fromServer(ofDriver)).isNull();
    assertThat(JdbcDrivers.fromServer(new SQLException("denied", "42000", 1142)))
        .isEqualTo("denied");
    assertThat(JdbcDrivers.fromServer(new SQLException("link failure", "08S01"))).isNull();
  }

  @Test
  void aBatchTellsItByItsCause() {
    assertThat(JdbcDrivers.fromServer(new BatchUpdateException(new int[0], ofServer)))
        .isEqualTo("no table t");
    assertThat(
            JdbcDrivers.fromServer(
                new BatchUpdateException("duplicate", "23000", 1062, new int[0])))
        .isEqualTo("duplicate");
  }
}
