package dev.heimdall.test.mysql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.wire.mysql.Command;
import dev.heimdall.launcher.mysql.MysqlServer;
import dev.heimdall.test.fixture.MariadbAndMysql;
import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.MysqlTarget;
import dev.heimdall.test.fixture.RawMysqlClient;
import java.io.IOException;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;

/**
 * COM_RESET_CONNECTION and COM_CHANGE_USER give a session the server's global values of now, as
 * they do directly.
 */
@Tag("ci")
class MysqlResetDefaultsIT {
  private static final int UTF8MB4_GENERAL_CI = 45;

  private static String isolation(MysqlRelease release) {
    return release == MysqlRelease.MYSQL ? "transaction_isolation" : "tx_isolation";
  }

  /** Other values than those that servers begin with. */
  private static Map<String, String> changes(MysqlRelease release) {
    Map<String, String> changes = new LinkedHashMap<>();
    changes.put("sql_mode", "'ANSI,NO_BACKSLASH_ESCAPES'");
    changes.put("time_zone", "'+07:00'");
    changes.put("autocommit", "0");
    changes.put("completion_type", "'CHAIN'");
    changes.put(isolation(release), "'READ-COMMITTED'");
    changes.put("character_set_client", "latin1");
    changes.put("character_set_results", "latin1");
    changes.put("collation_connection", "latin1_german1_ci");
    return changes;
  }

  private static String set(Map<String, String> values) {
    List<String> all = new ArrayList<>();
    values.forEach((name, value) -> all.add("GLOBAL " + name + " = " + value));
    return "SET " + String.join(", ", all);
  }

  private interface Step {
    void take() throws Exception;
  }

  private enum Renewal {
    RESET,
    CHANGE_USER;

    void of(RawMysqlClient client) throws IOException {
      if (this == RESET) {
        client.query(RawMysqlClient.command(Command.RESET_CONNECTION));
      } else {
        client.changeUser(UTF8MB4_GENERAL_CI);
      }
    }
  }

  /** Values of a session before and behind a reset, in this place and through other connections. */
  private static List<String> resets(
      MysqlRelease release, MysqlTarget target, Step change, boolean own, Renewal renewal)
      throws Exception {
    String all =
        "SELECT CONCAT_WS(' ', @@"
            + String.join(", @@", changes(release).keySet())
            + ", @@character_set_connection)";
    List<String> seen = new ArrayList<>();
    try (RawMysqlClient client = RawMysqlClient.logIn(target);
        RawMysqlClient other = RawMysqlClient.logIn(target)) {
      if (own) {
        client.query(
            RawMysqlClient.query("SET sql_mode = 'PIPES_AS_CONCAT', time_zone = '+01:00'"));
      }
      seen.add(client.value(all));
      String others = other.value(all);
      change.take();
      renewal.of(client);
      seen.add(client.value(all));
      client.query(RawMysqlClient.query("COMMIT AND NO CHAIN"));
      assertThat(other.value(all)).as("another session").isEqualTo(others);
      seen.add(client.value(all)); // over the server connection that the other has used
      client.query(RawMysqlClient.query("COMMIT AND NO CHAIN"));
      client.query(RawMysqlClient.query("SET sql_mode = DEFAULT, autocommit = 1"));
      seen.add(client.value(all));
      assertThat(other.value(all)).as("another session").isEqualTo(others);
      seen.add(client.value(all));
    }
    return seen;
  }

  @MariadbAndMysql
  void aResetSessionHasTheGlobalValuesOfNow(MysqlRelease release) throws Exception {
    compare(release, Renewal.RESET);
  }

  @MariadbAndMysql
  void aSessionOfAnotherLogInHasThemToo(MysqlRelease release) throws Exception {
    compare(release, Renewal.CHANGE_USER);
  }

  private static void compare(MysqlRelease release, Renewal renewal) throws Exception {
    MysqlServer server = release.shared().primary();
    Map<String, String> before = new LinkedHashMap<>();
    for (String name : changes(release).keySet()) {
      String value = server.queryValue("app", "SELECT @@global." + name);
      before.put(name, value.matches("[0-9]+") ? value : "'" + value + "'");
    }
    try (Connection first = MysqlTarget.of(server).jdbc()) {
      assertThat(first.isValid(5)).isTrue(); // whom the server remembers for a short log-in
    }
    Step change = () -> server.execute(set(changes(release)));
    Step back = () -> server.execute(set(before));
    try {
      for (boolean own : new boolean[] {false, true}) {
        List<String> directly = resets(release, MysqlTarget.of(server), change, own, renewal);
        back.take();
        try (MysqlNode node =
            MysqlNode.start(release, c -> c.vdb("pool.size", 1).node("loops", 1))) {
          assertThat(resets(release, node.target(), change, own, renewal)).isEqualTo(directly);
        }
        back.take();
      }
    } finally {
      back.take();
    }
  }
}
