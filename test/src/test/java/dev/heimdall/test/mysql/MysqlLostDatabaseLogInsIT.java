package dev.heimdall.test.mysql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.heimdall.launcher.mysql.MysqlServer;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.MariadbAndMysql;
import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.MysqlTarget;
import dev.heimdall.test.fixture.RawMysqlClient;
import java.util.List;
import org.junit.jupiter.api.Timeout;

/**
 * Log-ins to databases that were dropped or revoked past the node, to which it has connections that
 * nobody uses: servers keep those.
 */
@Timeout(120)
class MysqlLostDatabaseLogInsIT {
  private static final int LOG_INS = 6;

  private static String refusal(MysqlTarget target) {
    Throwable refused =
        catchThrowable(
            () -> {
              try (RawMysqlClient client = RawMysqlClient.logIn(target)) {
                assertThat(client).as("a client that was welcomed").isNull();
              }
            });
    return refused == null ? "none" : refused.getMessage();
  }

  private static void make(MysqlServer server, String database) {
    server.execute(
        "CREATE DATABASE IF NOT EXISTS " + database,
        "GRANT ALL ON " + database + ".* TO " + MysqlRelease.USER,
        "CREATE TABLE IF NOT EXISTS " + database + ".kept (v INT)");
  }

  @MariadbAndMysql
  void areRefusedInTheServersWords(MysqlRelease release) throws Exception {
    MysqlServer server = release.shared().primary();
    for (int loops : List.of(1, 3)) {
      for (String name : List.of("gone", "`gönë`")) {
        String database = name.replace("`", "");
        try (MysqlNode node = MysqlNode.start(release, c -> c.node("loops", loops))) {
          for (String lost :
              List.of(
                  "REVOKE ALL ON " + name + ".* FROM " + MysqlRelease.USER,
                  "DROP DATABASE " + name)) {
            make(server, name);
            leaveIdle(node, database);
            server.execute(lost);
            String directly = refusal(MysqlTarget.of(server).in(database));
            assertThat(directly).matches("104[49] .*(?s:.)*");
            for (int i = 0; i < LOG_INS; i++) {
              assertThat(refusal(node.target().in(database)))
                  .as("log-in %d, %d loops: %s", i, loops, lost)
                  .isEqualTo(directly);
            }
          }
          make(server, name);
          try (RawMysqlClient client = RawMysqlClient.logIn(node.target().in(database))) {
            assertThat(client.value("SELECT DATABASE()")).isEqualTo(database);
          }
        } finally {
          server.execute("DROP DATABASE IF EXISTS " + name);
        }
      }
    }
  }

  /** A connection that nobody uses, in another database and with another character set. */
  private static void leaveIdle(MysqlNode node, String database) throws Exception {
    try (RawMysqlClient client = RawMysqlClient.logIn(node.target().in(database))) {
      client.query(RawMysqlClient.query("SELECT v FROM kept"));
      client.query(RawMysqlClient.query("SET NAMES latin1"));
      client.query(RawMysqlClient.query("USE app"));
    }
    Await.until(
        "a connection is idle",
        () ->
            node.servers().stream()
                .anyMatch(
                    s -> s.get("database").equals(database) && s.get("state").equals("idle")));
  }

  /** The check leaves nothing: what the client reads is what it would read directly. */
  @MariadbAndMysql
  void leaveNothingWhereTheDatabaseIsThere(MysqlRelease release) throws Exception {
    MysqlServer server = release.shared().primary();
    String name = "`hïer`";
    String database = "hïer";
    make(server, name);
    try (MysqlNode node = MysqlNode.start(release, c -> c.node("loops", 1).vdb("pool.size", 1))) {
      String state =
          "SELECT CONCAT_WS(' ', HEX(DATABASE()), @@character_set_client,"
              + " @@character_set_connection, @@character_set_results, @@collation_connection,"
              + " @@collation_database, @@warning_count)";
      MysqlTarget.of(server).jdbc().close(); // which the server remembers
      String directly;
      try (RawMysqlClient client = RawMysqlClient.logIn(MysqlTarget.of(server).in(database))) {
        directly = client.value(state);
      }
      for (int i = 0; i < 3; i++) {
        leaveIdle(node, database);
        try (RawMysqlClient client = RawMysqlClient.logIn(node.target().in(database));
            RawMysqlClient second = RawMysqlClient.logIn(node.target().in(database))) {
          assertThat(client.value(state)).isEqualTo(directly);
          assertThat(second.value(state)).isEqualTo(directly);
        }
      }
      assertThat(node.servers()).as("made anew").hasSize(1);
    } finally {
      server.execute("DROP DATABASE IF EXISTS " + name);
    }
  }

  /** Sessions that have begun go on, and log-ins are refused, while all connections are used. */
  @MariadbAndMysql
  void whoComesWhileAllConnectionsAreUsedIsNotKeptWaiting(MysqlRelease release) throws Exception {
    MysqlServer server = release.shared().primary();
    make(server, "gone");
    try (MysqlNode node = MysqlNode.start(release, c -> c.vdb("pool.size", 1));
        RawMysqlClient first = RawMysqlClient.logIn(node.target().in("gone"))) {
      first.query(RawMysqlClient.query("BEGIN"));
      first.query(RawMysqlClient.query("SELECT 1"));
      server.execute("DROP DATABASE gone");
      try (RawMysqlClient second = RawMysqlClient.logIn(node.target().in("gone"))) {
        first.query(RawMysqlClient.query("COMMIT"));
        assertThat(catchThrowable(() -> second.value("SELECT v FROM kept")).getMessage())
            .matches("(1049|1146) .*");
      }
      Await.until(
          "no connection is in use",
          () -> node.servers().stream().allMatch(s -> s.get("state").equals("idle")));
      assertThat(refusal(node.target().in("gone"))).startsWith("1049 ");
    } finally {
      server.execute("DROP DATABASE IF EXISTS gone");
    }
  }
}
