package dev.heimdall.test.mysql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heimdall.launcher.mysql.MysqlCluster;
import dev.heimdall.launcher.mysql.MysqlServer;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.MariadbAndMysql;
import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.RawMysqlClient;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;

/**
 * Databases that come and go through the node leave no server connections behind, and those that go
 * past it end no session.
 */
@Timeout(180)
@Tag("long")
class MysqlDroppedDatabasesIT {
  private static final int DATABASES = 40;

  private interface Test {
    void run(MysqlNode node, MysqlServer server, RawMysqlClient administrator) throws Exception;
  }

  private static void with(MysqlRelease release, Test test) throws Exception {
    try (MysqlCluster cluster = release.cluster().start()) {
      MysqlServer server = cluster.primary();
      server.execute("GRANT ALL ON *.* TO " + MysqlRelease.USER);
      try (MysqlNode node =
              MysqlNode.start(
                  cluster,
                  c ->
                      c.node("loops", 2)
                          .vdb("other", "address", "127.0.0.1")
                          .vdb("other", "ports", List.of(0))
                          .vdb("other", "source", "main"));
          RawMysqlClient administrator = RawMysqlClient.logIn(node.target())) {
        test.run(node, server, administrator);
      }
    }
  }

  private static void run(RawMysqlClient client, String sql) throws Exception {
    client.query(RawMysqlClient.query(sql));
  }

  @MariadbAndMysql
  void databasesThatWereCreatedUsedAndDroppedLeaveNoConnections(MysqlRelease release)
      throws Exception {
    with(
        release,
        (node, server, administrator) -> {
          for (int i = 0; i < DATABASES; i++) {
            run(administrator, "CREATE DATABASE gone" + i);
            for (String vdb : List.of("app", "other")) {
              List<RawMysqlClient> users = new ArrayList<>();
              for (int n = 0; n < 2; n++) {
                RawMysqlClient user = RawMysqlClient.logIn(node.target(vdb).in("gone" + i));
                users.add(user);
                run(user, "BEGIN");
                assertThat(user.value("SELECT DATABASE()")).isEqualTo("gone" + i);
              }
              for (RawMysqlClient user : users) {
                run(user, "COMMIT");
                user.close();
              }
            }
          }
          assertThat(open(server)).as("connections before").isGreaterThan(DATABASES);
          for (int i = 0; i < DATABASES; i++) {
            run(administrator, "DROP DATABASE gone" + i);
          }
          Await.until("connections to dropped databases close", () -> open(server) == 0);
        });
  }

  /** As test suites do: each client drops the database that it is logged in to. */
  @MariadbAndMysql
  void whoDropsTheDatabaseThatItIsLoggedInToLeavesNoConnections(MysqlRelease release)
      throws Exception {
    with(
        release,
        (node, server, administrator) -> {
          for (int i = 0; i < DATABASES; i++) {
            run(administrator, "CREATE DATABASE gone" + i);
            try (RawMysqlClient user = RawMysqlClient.logIn(node.target().in("gone" + i));
                RawMysqlClient other = RawMysqlClient.logIn(node.target().in("gone" + i))) {
              run(other, "BEGIN");
              run(other, "CREATE TABLE t (x INT)");
              run(user, "BEGIN");
              run(user, "SELECT 1 FROM t");
              run(user, "COMMIT");
              run(other, "COMMIT");
              run(user, "DROP DATABASE gone" + i);
            }
          }
          Await.until("connections to dropped databases close", () -> pooled(node) == 0);
        });
  }

  /** The server waits for nobody, and the node's pool has a client for longer than that. */
  @MariadbAndMysql
  void whoLeavesLongAfterItsDatabaseWasDroppedLeavesNoConnections(MysqlRelease release)
      throws Exception {
    with(
        release,
        (node, server, administrator) -> {
          run(administrator, "CREATE DATABASE gone");
          try (RawMysqlClient user = RawMysqlClient.logIn(node.target().in("gone"))) {
            assertThat(user.value("SELECT DATABASE()")).isEqualTo("gone");
            run(administrator, "DROP DATABASE gone");
            Thread.sleep(7_000);
          }
          Await.until("connections to dropped databases close", () -> pooled(node) == 0);
        });
  }

  /** As directly, where it has none from the moment that somebody else has dropped it. */
  @MariadbAndMysql
  void whoseDatabaseIsDroppedOrRevokedPastTheNodeGoesOnWithoutOne(MysqlRelease release)
      throws Exception {
    MysqlServer server = release.shared().primary();
    try (MysqlNode node = MysqlNode.start(release, c -> c.vdb("pool.size", 1));
        RawMysqlClient client = RawMysqlClient.logIn(node.target());
        RawMysqlClient other = RawMysqlClient.logIn(node.target())) {
      server.execute(
          "CREATE DATABASE gone",
          "GRANT ALL ON gone.* TO " + MysqlRelease.USER,
          "CREATE TABLE gone.kept (v INT)");
      for (String lost :
          List.of("REVOKE ALL ON gone.* FROM " + MysqlRelease.USER, "DROP DATABASE gone")) {
        run(client, "USE gone");
        run(client, "SELECT v FROM kept");
        server.execute(lost);
        assertThat(other.value("SELECT DATABASE()")).as("the connection's").isEqualTo("app");

        assertThat(client.value("SELECT 1")).as(lost).isEqualTo("1");
        assertThatThrownBy(() -> run(client, "SELECT v FROM kept")).hasMessageContaining("1046 ");
        assertThat(client.value("SELECT IFNULL(DATABASE(), 'none')")).isEqualTo("none");
        assertThat(client.value("SELECT @@sql_mode = @@global.sql_mode")).isEqualTo("1");
        assertThat(other.value("SELECT DATABASE()")).as("the connection's").isEqualTo("app");
        assertThat(client.value("SELECT 2")).isEqualTo("2");

        server.execute(
            "CREATE DATABASE IF NOT EXISTS gone",
            "GRANT ALL ON gone.* TO " + MysqlRelease.USER,
            "CREATE TABLE IF NOT EXISTS gone.kept (v INT)");
        assertThat(other.value("SELECT DATABASE()")).as("the connection's").isEqualTo("app");
        assertThat(client.value("SELECT DATABASE()")).isEqualTo("gone");
        run(client, "USE app");
        assertThat(client.value("SELECT DATABASE()")).isEqualTo("app");
      }
    } finally {
      server.execute("DROP DATABASE IF EXISTS gone");
    }
  }

  private static void endConnections(MysqlServer server, String user) {
    String numbers =
        server.queryValue(
            "app",
            "SELECT GROUP_CONCAT(id) FROM information_schema.processlist WHERE user = '"
                + user
                + "'");
    for (String number : numbers.split(",")) {
      server.execute("KILL " + number);
    }
  }

  /** Each of its server connections is lost as well, and logs in to what is not there any more. */
  @MariadbAndMysql
  void whoseDatabaseAndServerConnectionAreLostGoesOnWithoutOne(MysqlRelease release)
      throws Exception {
    MysqlServer server = release.shared().primary();
    server.execute(
        "CREATE DATABASE gone",
        "GRANT ALL ON gone.* TO " + MysqlRelease.USER,
        "CREATE TABLE gone.kept (v INT)",
        "CREATE TABLE IF NOT EXISTS app.stays (v INT)");
    try (MysqlNode node = MysqlNode.start(release, c -> c.vdb("pool.size", 1));
        RawMysqlClient client = RawMysqlClient.logIn(node.target().in("gone"));
        RawMysqlClient used = RawMysqlClient.logIn(node.target())) {
      run(client, "SELECT v FROM kept");
      run(client, "SET @@sql_mode = 'ANSI'");
      run(used, "USE gone");
      server.execute("DROP DATABASE gone");
      endConnections(server, MysqlRelease.USER);

      for (int round = 0; round < 2; round++) {
        for (RawMysqlClient each : List.of(client, used)) {
          assertThat(each.value("SELECT 1")).isEqualTo("1");
          run(each, "SELECT v FROM app.stays");
          assertThatThrownBy(() -> run(each, "SELECT v FROM kept")).hasMessageContaining("1046 ");
          assertThat(each.value("SELECT IFNULL(DATABASE(), 'none')")).isEqualTo("none");
          run(each, "BEGIN");
          run(each, "INSERT INTO app.stays VALUES (1)");
          run(each, "ROLLBACK");
        }
        endConnections(server, MysqlRelease.USER);
      }
      assertThat(client.value("SELECT @@sql_mode")).contains("ANSI");
      server.execute(
          "CREATE DATABASE gone",
          "GRANT ALL ON gone.* TO " + MysqlRelease.USER,
          "CREATE TABLE gone.kept (v INT)");
      for (RawMysqlClient each : List.of(client, used)) {
        run(each, "SELECT v FROM kept");
        run(each, "USE app");
        assertThat(each.value("SELECT DATABASE()")).isEqualTo("app");
        run(each, "SELECT v FROM stays");
      }
    } finally {
      server.execute("DROP DATABASE IF EXISTS gone");
    }
  }

  /** As directly, though the node has welcomed others to it and could welcome this one, too. */
  @MariadbAndMysql
  void whoLogsInToADatabaseThatWasDroppedIsRefused(MysqlRelease release) throws Exception {
    with(
        release,
        (node, server, administrator) -> {
          for (boolean past : List.of(true, false)) {
            run(administrator, "CREATE DATABASE gone");
            try (RawMysqlClient client = RawMysqlClient.logIn(node.target().in("gone"))) {
              assertThat(client.value("SELECT DATABASE()")).isEqualTo("gone");
            }
            if (past) {
              server.execute("DROP DATABASE gone");
              for (String number : connections(server).split(",")) {
                server.execute("KILL " + number);
              }
            } else {
              run(administrator, "DROP DATABASE gone");
            }
            Await.until("connections to it close", () -> pooled(node) == 0);
            assertThatThrownBy(
                    () -> {
                      try (RawMysqlClient first = RawMysqlClient.logIn(node.target().in("gone"))) {
                        run(first, "SELECT 1");
                      }
                    })
                .as("at its first statement at the latest, past: %s", past)
                .hasMessageContaining("1049 ");
            assertThatThrownBy(() -> RawMysqlClient.logIn(node.target().in("gone")))
                .as("at its log-in, past: %s", past)
                .hasMessageContaining("1049 ");
          }
        });
  }

  /** Numbers of those to dropped databases. */
  private static String connections(MysqlServer server) {
    return server.queryValue(
        "app", "SELECT GROUP_CONCAT(id) FROM information_schema.processlist WHERE db LIKE 'gone%'");
  }

  private static long pooled(MysqlNode node) {
    return node.servers().stream().filter(s -> s.get("database").startsWith("gone")).count();
  }

  private static int open(MysqlServer server) {
    return Integer.parseInt(
        server.queryValue(
            "app", "SELECT COUNT(*) FROM information_schema.processlist WHERE db LIKE 'gone%'"));
  }
}
