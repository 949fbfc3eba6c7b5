package dev.heimdall.test.operate;

import static dev.heimdall.test.fixture.Jdbc.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heimdall.launcher.mysql.MysqlServer;
import dev.heimdall.test.fixture.FreePort;
import dev.heimdall.test.fixture.MariadbAndMysql;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.MysqlTarget;
import dev.heimdall.test.fixture.StartedNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;

/** A ProxySQL's file, and a node that stands in its place for the same clients. */
@Tag("long")
class ImportedProxySqlIT {
  @TempDir private Path directory;

  @MariadbAndMysql
  void aNodeTakesThePlaceOfAProxySql(MysqlRelease release) throws Exception {
    MysqlServer server = release.shared().primary();
    server.execute(
        "CREATE USER watching@'%' IDENTIFIED BY 'watching'",
        "GRANT ALL ON *.* TO watching@'%'",
        "CREATE USER moved_in@'%' IDENTIFIED BY 'secret'",
        "CREATE USER hashed@'%' IDENTIFIED BY 'secret'",
        "CREATE USER inactive@'%' IDENTIFIED BY 'secret'",
        "CREATE USER at_servers@'%' IDENTIFIED BY 'secret'",
        "CREATE USER left_out@'%' IDENTIFIED BY 'secret'",
        "GRANT ALL ON *.* TO left_out@'%'",
        "GRANT ALL ON app.* TO moved_in@'%'",
        "GRANT ALL ON app.* TO hashed@'%'");
    try {
      Path file = Files.writeString(directory.resolve("proxysql.cnf"), file(server));
      Path written = directory.resolve("heimdall");
      assertThat(ImportProcess.run("proxysql", file, written))
          .contains("user inactive: it is not active");
      try (StartedNode node = StartedNode.ofWritten(written)) {
        serves(
            new MysqlTarget(
                "127.0.0.1", node.port("hostgroup-0"), "app", "moved_in", "secret", false));
      }
    } finally {
      server.execute(
          "DROP USER moved_in@'%', hashed@'%', inactive@'%', at_servers@'%', left_out@'%',"
              + " watching@'%'");
    }
  }

  private static String file(MysqlServer server) {
    return """
    admin_variables = { admin_credentials="admin:admin" }
    mysql_variables = {
      interfaces="127.0.0.1:%d"
      monitor_username="watching"
      monitor_password="watching"
    }
    mysql_servers = ( { address="%s", port=%d, hostgroup=0, max_connections=8 } )
    mysql_users = (
      { username="moved_in", password="secret" },
      { username="hashed", password="*14E65567ABDB5135D0CFD9A70B3032C179A49EE7" },
      { username="inactive", password="secret", active=0 },
      { username="at_servers", password="secret", frontend=0 }
    )
    mysql_query_rules = (
      { rule_id=1, match_digest="^SELECT \\\\? AS blocked$", error_msg="not here", apply=1 },
      { rule_id=2, match_pattern="first_name", replace_pattern="1 AS given", apply=1 }
    )
    """
        .formatted(FreePort.any(), server.host(), server.port());
  }

  private static void serves(MysqlTarget app) throws SQLException {
    try (Connection client = app.jdbc();
        Statement statement = client.createStatement()) {
      assertThat(value(statement, "SELECT current_user()")).isEqualTo("moved_in@%");
      assertThat(value(statement, "SELECT first_name")).isEqualTo("1");
      assertThatThrownBy(() -> statement.execute("/* by hand */ select  42 as blocked"))
          .isInstanceOf(SQLException.class);
      assertThat(value(statement, "SELECT 42 AS passed")).isEqualTo("42");
    }
    try (Connection client = app.as("hashed", "secret").jdbc();
        Statement statement = client.createStatement()) {
      assertThat(value(statement, "SELECT current_user()")).isEqualTo("hashed@%");
    }
    for (MysqlTarget other :
        List.of(
            app.as("moved_in", "wrong"),
            app.as("hashed", "wrong"),
            app.as("inactive", "secret"),
            app.as("at_servers", "secret"),
            app.as("left_out", "secret"),
            app.as("watching", "watching"),
            app.as("admin", "admin"))) {
      assertThatThrownBy(() -> other.jdbc().close()).hasMessageContaining("Access denied");
    }
  }
}
