package dev.heimdall.test.mysql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heimdall.engine.wire.mysql.Command;
import dev.heimdall.launcher.mysql.Flavour;
import dev.heimdall.launcher.mysql.MysqlServer;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.MariadbAndMysql;
import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.MysqlTarget;
import dev.heimdall.test.fixture.RawMysqlClient;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;

/**
 * COMMIT RELEASE, however it comes to the server: it closes the connection, and the node that of
 * the client, which reads what it would read directly.
 */
@Timeout(120)
@Tag("ci")
class MysqlReleasedConnectionsIT {
  private static final String PREPARED = "prepared: ";

  /** The last statement of each has the connection closed. */
  private static final List<List<String>> SCRIPTS =
      List.of(
          List.of("ROLLBACK RELEASE"),
          List.of("SELECT 1; COMMIT RELEASE; SELECT 2"),
          List.of("PREPARE s FROM 'COMMIT RELEASE'", "EXECUTE s"),
          List.of("SET completion_type = 2", "PREPARE s FROM 'COMMIT'", "EXECUTE s"),
          List.of("CALL releases()"),
          List.of("CALL releases_and_goes_on()"),
          List.of("CALL executes_release()"),
          List.of("CALL completes()"),
          List.of("SET completion_type = 2", "CALL commits()"),
          List.of(PREPARED + "COMMIT RELEASE"),
          List.of(PREPARED + "CALL releases()"));

  private static final List<List<String>> OF_MARIADB =
      List.of(
          List.of("EXECUTE IMMEDIATE 'COMMIT RELEASE'"),
          List.of("BEGIN NOT ATOMIC START TRANSACTION; COMMIT RELEASE; END"));

  private static void routine(MysqlServer server, String name, String body) {
    server.executeIn(
        "app",
        "DROP PROCEDURE IF EXISTS " + name,
        "CREATE PROCEDURE " + name + "() SQL SECURITY INVOKER BEGIN " + body + " END");
  }

  private static List<String> play(MysqlTarget target, List<String> script) throws IOException {
    try (RawMysqlClient client = RawMysqlClient.logIn(target)) {
      List<String> before = script.subList(0, script.size() - 1);
      for (String sql : before) {
        client.query(RawMysqlClient.query(sql));
      }
      String last = script.get(before.size());
      if (last.startsWith(PREPARED)) {
        int number = client.prepare(last.substring(PREPARED.length()));
        client.send(
            RawMysqlClient.ofStatement(
                Command.STMT_EXECUTE, number, new byte[] {0, 1, 0, 0, 0})); // no cursor, once
      } else {
        client.send(RawMysqlClient.query(last));
      }
      return client.untilClosed();
    }
  }

  @MariadbAndMysql
  void theClientReadsWhatItWouldReadDirectly(MysqlRelease release) throws Exception {
    MysqlServer server = release.shared().primary();
    routine(server, "releases", "START TRANSACTION; COMMIT RELEASE;");
    routine(server, "releases_and_goes_on", "START TRANSACTION; COMMIT RELEASE; SELECT 1;");
    routine(server, "executes_release", "PREPARE s FROM 'COMMIT RELEASE'; EXECUTE s;");
    routine(server, "completes", "SET completion_type = 2; START TRANSACTION; COMMIT;");
    routine(server, "commits", "START TRANSACTION; COMMIT;");
    List<List<String>> scripts = new ArrayList<>(SCRIPTS);
    if (release.flavour() == Flavour.MARIADB) {
      scripts.addAll(OF_MARIADB);
    }
    MysqlTarget.of(server).jdbc().close(); // it remembers the user
    SoftAssertions all = new SoftAssertions();
    try (MysqlNode node = MysqlNode.start(release, c -> c.vdb("pool.size", 1));
        RawMysqlClient other = RawMysqlClient.logIn(node.target())) {
      for (List<String> script : scripts) {
        all.assertThat(play(node.target(), script))
            .as("%s", script)
            .isEqualTo(play(MysqlTarget.of(server), script));
        all.assertThat(other.value("SELECT 1")).as("after %s", script).isEqualTo("1");
      }
      Await.until("the clients have gone", () -> node.clients().size() == 1);
    }
    all.assertAll();
  }

  /** KILL QUERY has a routine end with the same error, and the connection stays. */
  @MariadbAndMysql
  void whoseCallIsCancelledStays(MysqlRelease release) throws Exception {
    MysqlServer server = release.shared().primary();
    routine(server, "spins", "DECLARE i INT DEFAULT 0; WHILE i >= 0 DO SET i = 1 - i; END WHILE;");
    try (MysqlNode node = MysqlNode.start(release, c -> c.vdb("pool.size", 2));
        RawMysqlClient client = RawMysqlClient.logIn(node.target());
        RawMysqlClient other = RawMysqlClient.logIn(node.target())) {
      String number = client.value("SELECT CONNECTION_ID()");
      client.send(RawMysqlClient.query("CALL spins()"));
      Await.until(
          "the routine runs",
          () ->
              !server
                  .queryValue(
                      "",
                      "SELECT COUNT(*) FROM information_schema.processlist WHERE info LIKE"
                          + " 'CALL spins%' OR info LIKE 'SET i = 1%'")
                  .equals("0"));
      other.query(RawMysqlClient.query("KILL QUERY " + number));
      assertThatThrownBy(client::rows).hasMessageContaining("1317 ");
      assertThat(client.value("SELECT 1")).isEqualTo("1");
    }
  }
}
