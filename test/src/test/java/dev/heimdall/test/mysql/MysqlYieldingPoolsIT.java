package dev.heimdall.test.mysql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.launcher.mysql.MysqlCluster;
import dev.heimdall.launcher.mysql.MysqlServer;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.MysqlTarget;
import dev.heimdall.test.fixture.RawMysqlClient;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A server that takes few connections, with pools of two virtual databases in front of it. */
@Timeout(120)
@Tag("long")
class MysqlYieldingPoolsIT {
  private static final int SMALL = 30;
  private static final int DATABASES = 20;

  /**
   * @param autocommit of sessions that set none; a transaction must not stay behind
   */
  @ParameterizedTest
  @CsvSource({"MARIADB, 1", "MYSQL, 1", "MARIADB, 0", "MYSQL, 0"})
  void nearTheServersLimitTheLongestIdleConnectionOfAllGoes(MysqlRelease release, String autocommit)
      throws Exception {
    try (MysqlCluster cluster =
        release
            .cluster()
            .option("max-connections", Integer.toString(SMALL))
            .option("autocommit", autocommit)
            .start()) {
      MysqlServer server = cluster.primary();
      server.execute("GRANT ALL ON *.* TO " + MysqlRelease.USER);
      for (int i = 0; i < DATABASES; i++) {
        server.execute("CREATE DATABASE d" + i);
      }
      try (MysqlNode node =
          MysqlNode.start(
              cluster,
              c ->
                  c.node("loops", 2)
                      .vdb("other", "address", "127.0.0.1")
                      .vdb("other", "ports", List.of(0))
                      .vdb("other", "source", "main"))) {
        for (int i = 0; i < DATABASES; i++) {
          if (i == DATABASES / 2) {
            Thread.sleep(1_500); // until the server is queried again
          }
          for (String vdb : List.of("app", "other")) {
            try (RawMysqlClient client = RawMysqlClient.logIn(node.target(vdb).in("d" + i))) {
              assertThat(client.value("SELECT DATABASE()")).isEqualTo("d" + i);
            }
          }
        }
        String last = "d" + (DATABASES - 1);
        assertThat(node.metric("heimdall_server_connect_failures_total")).isZero();
        assertThat(node.metric("heimdall_server_yields_total")).isGreaterThan(DATABASES / 2);
        Await.until("the oldest have gone", () -> open(server, "d0") == 0);
        assertThat(open(server, last)).as("the newest stay").isEqualTo(2);
        assertThat(
                node.admin("SHOW POOLS").stream()
                    .filter(row -> row.get("database").equals(last))
                    .map(row -> row.get("max_connections")))
            .containsOnly(Integer.toString(SMALL * 9 / 10));
        try (RawMysqlClient past = RawMysqlClient.logIn(MysqlTarget.of(server))) {
          assertThat(past.value("SELECT 'room'")).isEqualTo("room");
        }
      }
    }
  }

  private static int open(MysqlServer server, String database) {
    return Integer.parseInt(
        server.queryValue(
            "app",
            "SELECT COUNT(*) FROM information_schema.processlist WHERE db = '" + database + "'"));
  }
}
