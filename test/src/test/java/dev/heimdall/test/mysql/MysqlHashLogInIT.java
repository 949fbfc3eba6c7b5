package dev.heimdall.test.mysql;

import static dev.heimdall.test.fixture.Jdbc.value;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.launcher.mysql.MysqlCluster;
import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.MysqlTarget;
import dev.heimdall.test.fixture.Needs;
import dev.heimdall.test.fixture.Toolchain;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Drivers of several languages log in without TLS as a user of whom the node has MySQL's SHA-256
 * hash alone: they encrypt the password with the key that they request, or the server is as strict.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Needs({"mysql2", "go-sql-driver", "pymysql", "mariadb", "mysql-server", "mysql-connector-python"})
@Tag("long")
class MysqlHashLogInIT {
  private static final MysqlCluster SERVERS = MysqlRelease.MYSQL.shared();

  private MysqlTarget direct;
  private MysqlNode node;

  @BeforeAll
  void start() throws SQLException {
    direct = MysqlTarget.of(SERVERS.primary()).as(MysqlRelease.SHA2, MysqlRelease.PASSWORD);
    try (Connection root = root()) {
      try (Statement grant = root.createStatement()) {
        grant.execute("GRANT ALL ON app.* TO " + MysqlRelease.SHA2);
      }
      String hash =
          value(
              root,
              "SELECT HEX(authentication_string) FROM mysql.user WHERE user = '"
                  + MysqlRelease.SHA2
                  + "'");
      node =
          MysqlNode.start(
              MysqlRelease.MYSQL, c -> c.user(MysqlRelease.SHA2, "verifier", "0x" + hash));
    }
  }

  @AfterAll
  void stop() {
    node.close();
  }

  private Connection root() throws SQLException {
    return direct.as(SERVERS.superuser(), SERVERS.password()).jdbc();
  }

  private MysqlTarget through() {
    return node.target().as(MysqlRelease.SHA2, MysqlRelease.PASSWORD);
  }

  /** Of these, {@code connect} also tries a wrong password. */
  @ParameterizedTest
  @CsvSource({
    "mysql2, connect_and_ask",
    "go-sql-driver, connect_and_ask",
    "pymysql, connect_without_a_database",
    "mariadb, connect",
    "mysql, connect"
  })
  void driversEncryptThePassword(String driver, String behaviour) throws Exception {
    String program = Toolchain.scripts(driver).resolve("run").toString();
    assertThat(output(through(), program, behaviour)).endsWith("ok " + behaviour);
  }

  /** The method is that of other accounts of MySQL: the node changes it to its own. */
  @Test
  void aClientThatPrefersAnotherMethodOfShaEncryptsItToo() throws Exception {
    String program = Toolchain.built("mysql-server").resolve("run").toString();
    for (MysqlTarget target : List.of(direct, through())) {
      assertThat(
              output(
                  target,
                  program,
                  "bin/mysql",
                  "--no-defaults",
                  "--protocol=tcp",
                  "--host=" + target.host(),
                  "--port=" + target.port(),
                  "--user=" + target.user(),
                  "--ssl-mode=DISABLED",
                  "--get-server-public-key",
                  "--default-auth=sha256_password",
                  "-NBe",
                  "SELECT 40 + 2"))
          .endsWith("42");
    }
  }

  /**
   * It cannot encrypt, and sends the password in clear text: MySQL rejects it as well, until
   * another client has proved the same password.
   */
  @Test
  void aDriverThatCannotEncryptIsRejectedAsByTheServerWithTheReason() throws Exception {
    try (Connection root = root();
        Statement forget = root.createStatement()) {
      forget.execute("FLUSH PRIVILEGES");
    }
    String refused =
        "1045 (28000): Access denied for user 'with_sha2'@'%s' (using password: YES)"
            .formatted("127.0.0.1");
    assertThat(python(direct)).contains(refused);
    assertThat(python(through())).contains(refused + ": the password came in clear text");
    try (Connection known = node.target().jdbc()) {
      assertThat(value(known, "SELECT 1")).isEqualTo("1");
    }
  }

  private static String python(MysqlTarget target) throws IOException, InterruptedException {
    return output(
        target,
        Toolchain.built("mysql-connector-python").resolve("bin/python").toString(),
        "-c",
        String.join(
            "\n",
            "import os, mysql.connector",
            "e = os.environ",
            "try:",
            "    mysql.connector.connect(host=e['HD_HOST'], port=int(e['HD_PORT']),",
            "        user=e['HD_USER'], password=e['HD_PASSWORD'], database=e['HD_DATABASE'],",
            "        ssl_disabled=True, use_pure=True)",
            "    print('logged in')",
            "except mysql.connector.Error as error:",
            "    print(error)"));
  }

  private static String output(MysqlTarget target, String... command)
      throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(new ArrayList<>(List.of(command)));
    builder
        .environment()
        .putAll(
            Map.of(
                "HD_HOST", target.host(),
                "HD_PORT", Integer.toString(target.port()),
                "HD_USER", target.user(),
                "HD_PASSWORD", target.password(),
                "HD_DATABASE", target.database(),
                "HD_SSLMODE", "disable",
                "HD_DIRECT_PORT", Integer.toString(SERVERS.primary().port()),
                "MYSQL_PWD", target.password()));
    Process process = builder.redirectErrorStream(true).start();
    try {
      process.getOutputStream().close();
      String output =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      process.waitFor();
      return output;
    } finally {
      Toolchain.end(process);
    }
  }
}
