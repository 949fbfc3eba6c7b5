package dev.heimdall.test.tds;

import static dev.heimdall.test.tds.TdsSessionTest.all;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heimdall.test.fixture.TestCertificate;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Log-ins of the stand-in with every outcome of encryption. */
class TdsLoginTest {
  @ParameterizedTest
  @CsvSource({
    "OFF, false",
    "OFF, true",
    "OFF, strict",
    "ON, true",
    "ON, strict",
    "NOT_SUPPORTED, false",
    "REQUIRED, true",
    "REQUIRED, strict"
  })
  void mssqlJdbcLogsIn(TdsEncryption encryption, String encrypt) throws Exception {
    Path certificate = TestCertificate.localhost().inFiles().certificate();
    String trusted =
        encrypt.equals("strict")
            ? ";hostNameInCertificate=localhost;serverCertificate=" + certificate
            : "";
    try (TdsServer server = TdsServer.start(TdsOptions.standard().with(encryption));
        Connection client = TdsTarget.of(server).jdbc(";encrypt=" + encrypt + trusted)) {
      assertThat(all(client, "select 1")).isEqualTo("[1;]");
      assertThat(server.connections()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @CsvSource({"OFF, off", "OFF, require", "ON, request", "NOT_SUPPORTED, off", "REQUIRED, require"})
  void jtdsLogsIn(TdsEncryption encryption, String ssl) throws Exception {
    try (TdsServer server = TdsServer.start(TdsOptions.standard().with(encryption));
        Connection client = TdsTarget.of(server).jtds(";ssl=" + ssl)) {
      assertThat(all(client, "select 1")).isEqualTo("[1;]");
    }
  }

  /** The JDK's TLS socket closes itself when it is collected, long after login-only TLS ended. */
  @Test
  void collectingTheTlsOfALogInSendsNothing() throws Exception {
    try (TdsServer server = TdsServer.start();
        Connection client = TdsTarget.of(server).jdbc(";encrypt=false")) {
      for (int i = 0; i < 5; i++) {
        System.gc();
        System.runFinalization();
        assertThat(all(client, "select 1")).isEqualTo("[1;]");
      }
    }
  }

  @Test
  void aClientThatRequiresEncryptionGivesUpWithoutIt() {
    TdsOptions plain = TdsOptions.standard().with(TdsEncryption.NOT_SUPPORTED);
    try (TdsServer server = TdsServer.start(plain)) {
      assertThatThrownBy(() -> TdsTarget.of(server).jdbc(";encrypt=true;loginTimeout=2"))
          .isInstanceOf(SQLException.class);
      assertThat(server.connections()).isZero();
    }
  }

  @Test
  void wrongPasswordsAndUnknownDatabasesAreRefusedByNumber() {
    try (TdsServer server = TdsServer.start(TdsOptions.standard())) {
      TdsTarget target = TdsTarget.of(server);
      assertThat(errorOf(target, ";databaseName=nosuch")).isEqualTo(4060);
    }
    TdsOptions others = TdsOptions.standard().withUsers(Map.of(TdsOptions.USER, "another"));
    try (TdsServer server = TdsServer.start(others)) {
      assertThat(errorOf(TdsTarget.of(server), "")).isEqualTo(18456);
    }
  }

  private static int errorOf(TdsTarget target, String properties) {
    try (Connection client = target.jdbc(properties + ";connectRetryCount=0")) {
      return client.isClosed() ? -1 : 0;
    } catch (SQLException e) {
      return e.getErrorCode();
    }
  }

  @ParameterizedTest
  @CsvSource({"512", "8000", "16383"})
  void packetsHaveTheAgreedSize(int size) throws Exception {
    try (TdsServer server = TdsServer.start();
        Connection client = TdsTarget.of(server).jdbc(";packetSize=" + size)) {
      assertThat(all(client, "select datalength(replicate('x', 6000))")).isNotEmpty();
      assertThat(all(client, "select replicate('x', 6000)")).hasSize(6003);
    }
  }

  @Test
  void aServerOfAnOlderVersionAgreesOnIt() throws Exception {
    try (TdsServer server = TdsServer.start(TdsOptions.standard().atMost(TdsOptions.TDS_72));
        Connection client = TdsTarget.of(server).jdbc(";encrypt=false")) {
      assertThat(all(client, "select 1")).isEqualTo("[1;]");
    }
  }

  @Test
  void clientsFollowARoute() throws Exception {
    try (TdsServer server = TdsServer.start();
        TdsServer front =
            TdsServer.start(TdsOptions.standard().routedTo("127.0.0.1:" + server.port()));
        Connection client = TdsTarget.of(front).jdbc("")) {
      assertThat(all(client, "select 1")).isEqualTo("[1;]");
      assertThat(server.connections()).isEqualTo(1);
      assertThat(front.connections()).isZero();
    }
  }
}
