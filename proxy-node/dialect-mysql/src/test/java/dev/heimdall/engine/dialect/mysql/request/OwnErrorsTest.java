package dev.heimdall.engine.dialect.mysql.request;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.wire.ServerError;
import org.junit.jupiter.api.Test;

class OwnErrorsTest {
  private static String signal(String state, String message, int number) {
    return OwnErrors.signal(ServerError.error(state, message).withNumber(number));
  }

  @Test
  void aServerIsToRaiseTheSame() {
    assertThat(signal("42000", "no \\' é", 1142))
        .isEqualTo(
            "SIGNAL SQLSTATE '42000' SET MYSQL_ERRNO=1142,"
                + "MESSAGE_TEXT=_utf8mb4 x'6e6f205c2720c3a9'");
    assertThat(signal("HY000", "", 1105)).isEqualTo("SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO=1105");
  }

  @Test
  void theTextOfAMessageEndsNoLiteral() {
    assertThat(signal("4'000", "'", 1)).startsWith("SIGNAL SQLSTATE 'HY000' SET");
    assertThat(signal("00000", "'", 1)).startsWith("SIGNAL SQLSTATE 'HY000' SET");
    assertThat(signal("02000", "'", 1)).startsWith("SIGNAL SQLSTATE 'HY000' SET");
  }

  @Test
  void aMessageIsAsLongAsServersTakeIt() {
    assertThat(signal("HY000", "😀".repeat(200), 70_000))
        .isEqualTo(
            "SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO=65535,MESSAGE_TEXT=_utf8mb4 x'"
                + "f09f9880".repeat(128)
                + "'");
  }
}
