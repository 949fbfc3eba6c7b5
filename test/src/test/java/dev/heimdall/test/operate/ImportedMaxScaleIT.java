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

/** A MaxScale's file, and a node that stands in its place for the same clients. */
@Tag("long")
class ImportedMaxScaleIT {
  @TempDir private Path directory;

  @MariadbAndMysql
  void aNodeTakesThePlaceOfAMaxScale(MysqlRelease release) throws Exception {
    MysqlServer server = release.shared().primary();
    server.execute(
        "CREATE USER watching@'%' IDENTIFIED BY 'watching'",
        "GRANT ALL ON *.* TO watching@'%'",
        "CREATE USER moved_in@'%' IDENTIFIED BY 'secret'",
        "GRANT ALL ON app.* TO moved_in@'%'");
    try {
      Path file = Files.writeString(directory.resolve("maxscale.cnf"), file(server));
      Path written = directory.resolve("heimdall");
      assertThat(ImportProcess.run("maxscale", file, written)).contains("monitor_interval = 2s");
      try (StartedNode node = StartedNode.ofWritten(written)) {
        serves(
            new MysqlTarget("127.0.0.1", node.port("split"), "app", "moved_in", "secret", false));
      }
    } finally {
      server.execute("DROP USER moved_in@'%'", "DROP USER watching@'%'");
    }
  }

  private static String file(MysqlServer server) {
    return """
    [server1]
    type=server
    address=%s
    port=%d

    [Monitor]
    type=monitor
    module=mariadbmon
    servers=server1
    user=watching
    password=watching
    monitor_interval=2s

    [Split]
    type=service
    router=readwritesplit
    cluster=Monitor
    user=watching
    password=watching
    filters=names

    [names]
    type=filter
    module=regexfilter
    match=first_name
    replace=1 AS given

    [Split-Listener]
    type=listener
    service=Split
    address=127.0.0.1
    port=%d
    """
        .formatted(server.host(), server.port(), FreePort.any());
  }

  private static void serves(MysqlTarget app) throws SQLException {
    try (Connection client = app.jdbc();
        Statement statement = client.createStatement()) {
      assertThat(value(statement, "SELECT current_user()")).isEqualTo("moved_in@%");
      assertThat(value(statement, "SELECT first_name")).isEqualTo("1");
      assertThat(value(statement, "SELECT 42 AS passed")).isEqualTo("42");
    }
    for (MysqlTarget other :
        List.of(
            app.as("moved_in", "wrong"), app.as("watching", "watching"), app.as("nobody", "x"))) {
      assertThatThrownBy(() -> other.jdbc().close()).hasMessageContaining("Access denied");
    }
  }
}
