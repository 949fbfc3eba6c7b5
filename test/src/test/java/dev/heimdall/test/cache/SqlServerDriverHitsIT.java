package dev.heimdall.test.cache;

import static dev.heimdall.test.cache.DriverWays.SECOND;
import static dev.heimdall.test.cache.DriverWays.ways;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.boot.SqlServerNode;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Jdbc;
import dev.heimdall.test.fixture.Toolchain;
import dev.heimdall.test.tds.TdsTarget;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The ways in which drivers of SQL Server read that are of other languages than Java. */
@Tag("ci")
class SqlServerDriverHitsIT {
  /** More than any driver has ways: each reads a row of its own. */
  private static final int ROWS = 20;

  private static TdsTarget server;
  private static SqlServerNode node;

  @TempDir private Path folder;

  @BeforeAll
  static void start() throws SQLException {
    server = TdsTarget.start("app");
    try (Connection past = server.jdbc(";databaseName=app;encrypt=false")) {
      Jdbc.execute(past, "CREATE TABLE dh_rows (id int PRIMARY KEY, n int)");
      for (int id = 0; id < ROWS; id++) {
        Jdbc.execute(past, "INSERT INTO dh_rows VALUES (%d, %d)".formatted(id, id));
      }
    }
    String rule =
        "{\"match\": \"(?i)^select n from dh\", \"action\": \"cache\", \"inTransaction\": true}, ";
    String trusting =
        ", \"auth\": [{\"type\": \"hostssl\", \"method\": \"password\"},"
            + " {\"type\": \"hostnossl\", \"method\": \"trust\"}]";
    node = SqlServerNode.caching(server, trusting, rule);
    try (Connection client = node.jdbc(";encrypt=false")) {
      Await.until(
          "it is cached",
          () -> {
            Jdbc.value(client, "SELECT n FROM dh_rows WHERE id = 0");
            return Jdbc.queryInfo(client).getOrDefault("cached", "").equals("yes");
          });
    }
  }

  @AfterAll
  static void end() {
    node.close();
    server.close();
  }

  private void judge(String driver, Map<String, String> expected, String... command)
      throws Exception {
    Map<String, String> endpoint =
        Map.of(
            "HD_HOST", "127.0.0.1",
            "HD_PORT", Integer.toString(node.port()),
            "HD_USER", "app",
            "HD_PASSWORD", "app",
            "HD_DATABASE", "app");
    try (Connection owner = node.jdbc(";encrypt=false")) {
      Jdbc.execute(owner, "UPDATE dh_rows SET n = id"); // nothing is kept of the other driver
    }
    assertThat(DriverWays.run(folder, driver, endpoint, command)).isEqualTo(expected);
  }

  @Test
  void tedious() throws Exception {
    Toolchain.need("tedious");
    judge(
        "tedious",
        ways(
            "batch", SECOND,
            "text", SECOND,
            "parameters", SECOND,
            "prepared", SECOND,
            "reset for each", SECOND,
            "in a transaction", SECOND,
            "in a transaction, SNAPSHOT", "isolation"),
        "node",
        Toolchain.built("tedious").resolve("hits.js").toString());
  }

  @Test
  void goMssqldb() throws Exception {
    Toolchain.need("go-mssqldb");
    judge(
        "go-mssqldb",
        ways(
            "text", SECOND,
            "parameters", SECOND,
            "prepared and kept", SECOND,
            "reset for each", SECOND,
            "in a transaction", SECOND,
            "in a transaction, READ COMMITTED", SECOND),
        Toolchain.built("go-mssqldb").resolve("matrix").toString(),
        "hits");
  }
}
