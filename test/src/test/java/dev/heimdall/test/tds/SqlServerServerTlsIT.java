package dev.heimdall.test.tds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heimdall.engine.boot.SqlServerNode;
import dev.heimdall.test.fixture.Jdbc;
import dev.heimdall.test.fixture.TestCertificate;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** A server's certificate is checked as {@code tls.mode} says, by the name in {@code url}. */
@DisabledIfSystemProperty(
    named = "tds.server",
    matches = ".+",
    disabledReason = "its server has the certificate of tests")
class SqlServerServerTlsIT {
  private final TdsServer server = TdsServer.start();

  @TempDir private Path directory;

  @AfterEach
  void end() {
    server.close();
  }

  private SqlServerNode node(String mode, TestCertificate authority) throws Exception {
    Path file = Files.writeString(directory.resolve("ca.pem"), authority.certificate());
    return SqlServerNode.of(
        ("{\"url\": \"jdbc:sqlserver://127.0.0.1:%d;databaseName=app\", \"catalog\": {\"enabled\": false}, \"user\": \"%s\","
                + " \"password\": \"%s\", \"tls\": {\"mode\": \"%s\", \"caFile\": \"%s\"}}")
            .formatted(server.port(), TdsOptions.USER, TdsOptions.PASSWORD, mode, file));
  }

  @Test
  void aServerThatIsVouchedForUnderItsNameIsTalkedToInTls() throws Exception {
    try (SqlServerNode node = node("verify-full", TestCertificate.localhost());
        Connection client = node.jdbc(";encrypt=false")) {
      assertThat(
              Jdbc.value(
                  client,
                  "SELECT encrypt_option FROM sys.dm_exec_connections WHERE session_id = @@SPID"))
          .isEqualTo("TRUE");
    }
  }

  @Test
  void anotherAuthorityDoesNotVouchForIt() throws Exception {
    for (String mode : new String[] {"verify-ca", "verify-full"}) {
      try (SqlServerNode node = node(mode, TestCertificate.ofHost("localhost"))) {
        assertThatThrownBy(() -> node.jdbc(";encrypt=false"))
            .hasMessageContaining("certificate does not pass tls.mode " + mode);
      }
    }
  }
}
