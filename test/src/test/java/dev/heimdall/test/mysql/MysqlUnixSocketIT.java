package dev.heimdall.test.mysql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.heimdall.engine.wire.mysql.Capability;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.MariadbAndMysql;
import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.MysqlTarget;
import dev.heimdall.test.fixture.RawMysqlClient;
import dev.heimdall.test.fixture.TestCertificate;
import dev.heimdall.test.fixture.UnixSocket;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Clients of MySQL and MariaDB that come by a Unix domain socket. */
@Timeout(60)
@Tag("long")
class MysqlUnixSocketIT {
  @TempDir Path folder;

  private Path file() {
    return folder.resolve("mysql.sock");
  }

  private RawMysqlClient logIn(MysqlNode node) throws IOException {
    RawMysqlClient client = connect(node);
    client.authenticate();
    return client;
  }

  private RawMysqlClient connect(MysqlNode node) throws IOException {
    return RawMysqlClient.over(node.target(), UnixSocket.connect(file()));
  }

  /** A node that lets in who is secure: by TLS, or by the socket. */
  private MysqlNode start(MysqlRelease release) {
    return MysqlNode.start(
        release,
        c -> {
          c.clientTls("require", TestCertificate.localhost());
          c.vdb("unixSocket", file().toString());
        });
  }

  @MariadbAndMysql
  void aClientGetsInIsListedAndIsKilledByAnother(MysqlRelease release) throws Exception {
    try (MysqlNode node = start(release)) {
      try (RawMysqlClient client = logIn(node);
          RawMysqlClient other = logIn(node)) {
        String number = client.value("SELECT CONNECTION_ID()");
        assertThat(node.clients())
            .anySatisfy(row -> assertThat(row).containsEntry("addr", "local"));
        CompletableFuture<Throwable> failed =
            CompletableFuture.supplyAsync(
                () ->
                    catchThrowable(
                        () ->
                            client.value(
                                "SELECT SLEEP(50) FROM (SELECT 1 AS a UNION SELECT 2) AS"
                                    + " by_socket")));
        Await.until(
            "the statement runs",
            () ->
                node.clients().stream()
                    .anyMatch(
                        row ->
                            "active".equals(row.get("state")) && "local".equals(row.get("addr"))));
        other.query(RawMysqlClient.query("KILL QUERY " + number));
        assertThat(failed.get(40, TimeUnit.SECONDS)).hasMessageContaining("interrupted");
        assertThat(client.value("SELECT 'goes on'")).isEqualTo("goes on");
      }
      // Without TLS, and not by the socket.
      var plain = node.target();
      assertThatThrownBy(
              () ->
                  RawMysqlClient.logIn(
                      new MysqlTarget(
                          plain.host(),
                          plain.port(),
                          plain.database(),
                          plain.user(),
                          plain.password(),
                          false)))
          .hasMessageContaining("insecure transport");
    }
    assertThat(file()).doesNotExist();
  }

  /** As over TLS: a password may come as it is. */
  @MariadbAndMysql
  void aPasswordInClearTextIsTakenAsTheSocketIsSecure(MysqlRelease release) throws Exception {
    try (MysqlNode node = start(release);
        RawMysqlClient client = connect(node)) {
      client.receive();
      client.send(RawMysqlClient.packet(1, clearText()));
      assertThat(client.receive()[0]).as("OK").isZero();
      assertThat(client.value("SELECT 'in'")).isEqualTo("in");
    }
  }

  private static byte[] clearText() {
    long wanted =
        Capability.PROTOCOL_41
            | Capability.SECURE_CONNECTION
            | Capability.PLUGIN_AUTH
            | Capability.CONNECT_WITH_DB
            | Capability.TRANSACTIONS
            | Capability.DEPRECATE_EOF;
    ByteBuf out = Unpooled.buffer();
    out.writeIntLE((int) wanted).writeIntLE(1 << 24).writeByte(45).writeZero(23);
    out.writeCharSequence(MysqlRelease.USER + "\0", StandardCharsets.UTF_8);
    out.writeByte(MysqlRelease.PASSWORD.length() + 1);
    out.writeCharSequence(
        MysqlRelease.PASSWORD + "\0" + MysqlRelease.DATABASE + "\0mysql_clear_password\0",
        StandardCharsets.UTF_8);
    return ByteBufUtil.getBytes(out);
  }

  @ParameterizedTest
  @CsvSource({
    "MARIADB, --skip-ssl",
    "MARIADB, --disable-ssl-verify-server-cert",
    "MYSQL, --skip-ssl",
    "MYSQL, --disable-ssl-verify-server-cert"
  })
  void theCommandLineClientGetsInWithTlsAndWithout(MysqlRelease release, String tls)
      throws Exception {
    Path server = Path.of(MysqlRelease.MARIADB.programs().serve(folder).get(0));
    try (MysqlNode node = start(release)) {
      assertThat(node.port("app")).isPositive();
      ProcessBuilder builder =
          new ProcessBuilder(
                  server.resolveSibling("mariadb").toString(),
                  "--no-defaults",
                  "--skip-column-names",
                  "--batch",
                  "--default-auth=mysql_native_password", // the one that needs no plugin file
                  "--protocol=socket",
                  tls,
                  "--socket=" + file(),
                  "--user=" + MysqlRelease.USER,
                  "--execute=SELECT 'by the socket'",
                  MysqlRelease.DATABASE)
              .redirectErrorStream(true);
      builder.environment().put("MYSQL_PWD", MysqlRelease.PASSWORD);
      Process process = builder.start();
      process.getOutputStream().close();
      assertThat(
              new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip())
          .isEqualTo("by the socket");
    }
  }
}
