package dev.heimdall.test.tds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.heimdall.engine.boot.SqlServerNode;
import dev.heimdall.test.fixture.Jdbc;
import dev.heimdall.test.fixture.TestCertificate;
import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Certificates that clients of SQL Server see, without files. */
@DisabledIfSystemProperty(
    named = "tds.server",
    matches = ".+",
    disabledReason = "its server has the certificate of tests")
class SqlServerCertificateIT {
  private final TdsServer server = TdsServer.start();

  @AfterEach
  void end() {
    server.close();
  }

  private SqlServerNode node(String tls) {
    return SqlServerNode.withTls(
        ("{\"url\": \"jdbc:sqlserver://127.0.0.1:%d;databaseName=app\", \"user\": \"%s\","
                + " \"password\": \"%s\", \"catalog\": {\"enabled\": false}}")
            .formatted(server.port(), TdsOptions.USER, TdsOptions.PASSWORD),
        tls);
  }

  @ParameterizedTest
  @ValueSource(strings = {";encrypt=false", ";encrypt=true;trustServerCertificate=true"})
  void theNodesOwnLetsPasswordsBeEncrypted(String encryption) throws Exception {
    try (SqlServerNode node = node("{\"selfSigned\": true}");
        Connection client = node.jdbc(encryption)) {
      assertThat(Jdbc.value(client, "SELECT 1")).isEqualTo("1");
    }
  }

  @Test
  void theNodesOwnProvesNothing() {
    try (SqlServerNode node = node("{\"selfSigned\": true}")) {
      assertThatThrownBy(() -> node.jdbc(";encrypt=true"))
          .isInstanceOf(SQLException.class)
          .hasMessageContaining("PKIX path building failed");
      assertThatThrownBy(() -> node.jdbc(";encrypt=strict")).isInstanceOf(SQLException.class);
    }
  }

  @Test
  void oneTextWithCertificateAndKeyIsVerified() throws Exception {
    TestCertificate certificate = TestCertificate.localhost();
    String text =
        JsonNodeFactory.instance.textNode(certificate.certificate() + certificate.key()).toString();
    try (SqlServerNode node = node("{\"certificate\": " + text + "}");
        Connection client =
            node.jdbc(
                ";encrypt=strict;hostNameInCertificate=localhost;serverCertificate="
                    + certificate.inFiles().certificate())) {
      assertThat(Jdbc.value(client, "SELECT 1")).isEqualTo("1");
    }
  }
}
