package dev.heimdall.test.mysql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.heimdall.test.fixture.DirectoryServer;
import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.MysqlTarget;
import dev.heimdall.test.fixture.Needs;
import dev.heimdall.test.fixture.TestCertificate;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients of MySQL and MariaDB whose passwords a directory checks. */
class MysqlDirectoryLogInIT {
  private static DirectoryServer directory;
  private static MysqlNode node;

  @BeforeAll
  static void start() {
    directory = new DirectoryServer().user("alice", "dba").user("bob");
    node =
        MysqlNode.start(
            MysqlRelease.MARIADB,
            c ->
                c.clientTls("allow", TestCertificate.localhost())
                    .node("ldap", directory.settings(c))
                    .node("failedLogIns.maxDelay", "0")
                    .vdb(
                        "auth",
                        List.of(
                            Map.of("users", List.of("admin"), "method", "password"),
                            Map.of(
                                "users",
                                List.of("bob"),
                                "method",
                                "ldap",
                                "groups",
                                List.of("dba")),
                            Map.of("method", "ldap"))));
  }

  @AfterAll
  static void stop() {
    node.close();
    directory.close();
  }

  private static MysqlTarget as(String user, String password) {
    return node.target().as(user, password);
  }

  private static void isIn(Connection connection) throws SQLException {
    try (connection;
        ResultSet rows = connection.createStatement().executeQuery("SELECT 'in'")) {
      rows.next();
      assertThat(rows.getString(1)).isEqualTo("in");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void driversLogInInTlsAndUnderTheNodesKey(boolean tls) throws Exception {
    MysqlTarget alice = as("alice", "alice-secret").tls(tls);
    isIn(alice.jdbc());
    isIn(alice.jdbc("defaultAuthenticationPlugin", "mysql_native_password"));
    isIn(alice.mariaJdbc());
    if (tls) {
      isIn(alice.jdbc("defaultAuthenticationPlugin", "mysql_clear_password"));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whoIsNotAcceptedGetsTheServersError(boolean tls) {
    for (String[] wrong :
        new String[][] {
          {"alice", "wrong"}, {"alice", ""}, {"nobody", "x"}, {"*", "alice-secret"}
        }) {
      MysqlTarget target = as(wrong[0], wrong[1]).tls(tls);
      SQLException refused = catchThrowableOfType(SQLException.class, target::jdbc);
      assertThat(refused.getErrorCode()).as(wrong[0] + " " + wrong[1]).isEqualTo(1045);
      assertThat(refused.getSQLState()).isEqualTo("28000");
      assertThat(refused.getMessage()).startsWith("Access denied for user '" + wrong[0] + "'@");
    }
    SQLException other =
        catchThrowableOfType(SQLException.class, as("bob", "bob-secret").tls(tls)::jdbc);
    assertThat(other.getErrorCode()).isEqualTo(1045);
    assertThat(other.getMessage()).contains("is in none of the groups");
  }

  @Test
  void whoChangesTheUserOfAConnectionIsCheckedAgain() throws Exception {
    try (Connection connection = as("alice", "alice-secret").tls(true).jdbc()) {
      com.mysql.cj.jdbc.JdbcConnection raw =
          connection.unwrap(com.mysql.cj.jdbc.JdbcConnection.class);
      SQLException refused =
          catchThrowableOfType(SQLException.class, () -> raw.changeUser("alice", "wrong"));
      assertThat(refused.getErrorCode()).isEqualTo(1045);
    }
    try (Connection connection = as("admin", "admin").tls(true).jdbc()) {
      connection.unwrap(com.mysql.cj.jdbc.JdbcConnection.class).changeUser("alice", "alice-secret");
      assertThat(connection.isValid(30)).isTrue();
    }
  }

  @Test
  @Needs("mariadb")
  void theCommandLineClientGetsIn() throws Exception {
    assertThat(client("alice-secret")).isEqualTo("in");
    assertThat(client("wrong")).contains("ERROR 1045 (28000): Access denied for user 'alice'@");
  }

  private static String client(String password) throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(
                "mariadb",
                "--no-defaults",
                "--protocol=tcp",
                "--host=127.0.0.1",
                "--port=" + node.port("app"),
                "--user=alice",
                "--ssl",
                "-Ne",
                "SELECT 'in'")
            .redirectErrorStream(true);
    builder.environment().put("MYSQL_PWD", password);
    Process process = builder.start();
    process.getOutputStream().close();
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
  }
}
