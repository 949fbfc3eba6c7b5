package dev.heimdall.test.mysql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heimdall.engine.wire.mysql.Command;
import dev.heimdall.launcher.mysql.MysqlCluster;
import dev.heimdall.launcher.mysql.MysqlServer;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.MariadbAndMysql;
import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.MysqlTarget;
import dev.heimdall.test.fixture.RawMysqlClient;
import java.io.IOException;
import org.junit.jupiter.api.Timeout;

/** Clients that choose their default database when they are logged in. */
@Timeout(120)
class MysqlDatabasesIT {
  private static final int CLIENTS = 20;

  private static MysqlNode start(MysqlRelease release) {
    return MysqlNode.start(release, c -> {});
  }

  private static MysqlTarget withoutDatabase(MysqlNode node) {
    return node.target().in("");
  }

  private static double connects(MysqlNode node) {
    return node.metric("heimdall_server_connects_total");
  }

  private static void choose(RawMysqlClient client, int way) throws IOException {
    client.query(
        way % 2 == 0
            ? RawMysqlClient.query("USE app")
            : RawMysqlClient.text(Command.INIT_DB, "app"));
  }

  @MariadbAndMysql
  void serverConnectionsAreReusedWhateverTheirDefaultDatabase(MysqlRelease release)
      throws Exception {
    try (MysqlNode node = start(release)) {
      for (int i = 0; i < CLIENTS; i++) {
        try (RawMysqlClient client = RawMysqlClient.logIn(withoutDatabase(node))) {
          assertThat(client.value("SELECT IFNULL(DATABASE(), 'none')")).isEqualTo("none");
          choose(client, i);
          assertThat(client.value("SELECT DATABASE()")).isEqualTo("app");
          client.query(RawMysqlClient.query("SET @@session.div_precision_increment = 7"));
          assertThat(client.value("SELECT @@session.div_precision_increment")).isEqualTo("7");
        }
      }
      assertThat(connects(node)).isLessThanOrEqualTo(4);
      try (RawMysqlClient client = RawMysqlClient.logIn(withoutDatabase(node))) {
        assertThat(client.value("SELECT IFNULL(DATABASE(), 'none')")).isEqualTo("none");
        assertThat(client.value("SELECT @@session.div_precision_increment")).isEqualTo("4");
        assertThat(client.value("SELECT @@session.sql_mode = @@global.sql_mode")).isEqualTo("1");
        assertThatThrownBy(() -> client.query(RawMysqlClient.query("SELECT * FROM nowhere")))
            .hasMessageContaining("No database selected");
      }
    }
  }

  @MariadbAndMysql
  void sessionsWithAndWithoutADefaultDatabaseShareOneServerConnection(MysqlRelease release)
      throws Exception {
    try (MysqlNode node = MysqlNode.start(release, c -> c.vdb("pool.size", 1));
        RawMysqlClient one = RawMysqlClient.logIn(withoutDatabase(node));
        RawMysqlClient other = RawMysqlClient.logIn(withoutDatabase(node))) {
      choose(one, 0);
      int prepared = one.prepare("SELECT DATABASE(), ?");
      for (int i = 0; i < 5; i++) {
        assertThat(one.query(RawMysqlClient.execute(prepared, "x"))).isNotEmpty();
        assertThat(other.value("SELECT IFNULL(DATABASE(), 'none')")).isEqualTo("none");
        assertThatThrownBy(() -> other.query(RawMysqlClient.query("USE not_there")))
            .hasMessageContaining("not_there");
        // Of a table: else the error would still be the one that SHOW WARNINGS shows.
        assertThat(
                other.value(
                    "SELECT IFNULL(DATABASE(), 'none') FROM information_schema.schemata LIMIT 1"))
            .isEqualTo("none");
      }
      assertThat(connects(node)).isLessThanOrEqualTo(2);
    }
  }

  /** As directly: a server that is full for idle connections of the node is not full. */
  @MariadbAndMysql
  void idleConnectionsYieldToOthersWhereTheServerTakesNoMore(MysqlRelease release)
      throws Exception {
    int databases = 20;
    try (MysqlCluster cluster = release.cluster().option("max-connections", "12").start()) {
      MysqlServer server = cluster.primary();
      server.execute("GRANT ALL ON *.* TO " + MysqlRelease.USER);
      for (int i = 0; i < databases; i++) {
        server.execute("CREATE DATABASE d" + i);
      }
      try (MysqlNode node = MysqlNode.start(cluster, c -> {});
          RawMysqlClient stays = RawMysqlClient.logIn(node.target())) {
        for (int i = 0; i < databases; i++) {
          try (RawMysqlClient client = RawMysqlClient.logIn(node.target().in("d" + i))) {
            assertThat(client.value("SELECT DATABASE()")).isEqualTo("d" + i);
          }
          assertThat(stays.value("SELECT 'stays'")).isEqualTo("stays");
        }
        assertThat(node.servers()).as("the server is full").hasSizeGreaterThan(6);
        for (int i = 0; i < databases; i++) {
          stays.query(
              RawMysqlClient.query("DROP DATABASE " + (i % 2 == 0 ? "" : "IF EXISTS ") + "d" + i));
        }
        Await.until("connections to dropped databases close", () -> open(server, "d%") == 0);
      }
    }
  }

  private static int open(MysqlServer server, String databases) {
    return Integer.parseInt(
        server.queryValue(
            "app",
            "SELECT COUNT(*) FROM information_schema.processlist WHERE db LIKE '"
                + databases
                + "'"));
  }
}
