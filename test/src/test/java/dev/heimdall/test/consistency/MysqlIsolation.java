package dev.heimdall.test.consistency;

import dev.heimdall.engine.wire.mysql.Command;
import dev.heimdall.launcher.mysql.MysqlServer;
import dev.heimdall.test.fixture.MysqlTarget;
import dev.heimdall.test.fixture.RawMysqlClient;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/**
 * Clients of MySQL's protocol.
 *
 * @param fresh values of variables in a new session
 * @param reset the same behind COM_RESET_CONNECTION
 */
record MysqlIsolation(MysqlTarget target, Map<String, String> fresh, Map<String, String> reset)
    implements IsolationRun.Clients {
  static final List<String> VARIABLES =
      List.of(
          "autocommit",
          "group_concat_max_len",
          "net_write_timeout",
          "lock_wait_timeout",
          "div_precision_increment",
          "time_zone",
          "lc_time_names",
          "sql_mode",
          "transaction_isolation",
          "character_set_client",
          "character_set_results",
          "collation_connection");

  static MysqlIsolation of(MysqlTarget target) throws IOException {
    try (RawMysqlClient first = RawMysqlClient.logIn(target)) {
      Map<String, String> fresh = values(first);
      first.query(RawMysqlClient.command(Command.RESET_CONNECTION));
      return new MysqlIsolation(target, fresh, values(first));
    }
  }

  /** Asks for all variables. */
  static String question() {
    return "SELECT @@" + String.join(", @@", VARIABLES);
  }

  private static Map<String, String> values(RawMysqlClient client) throws IOException {
    List<String> row = client.query(RawMysqlClient.query(question())).get(0);
    Map<String, String> values = new HashMap<>();
    for (int i = 0; i < VARIABLES.size(); i++) {
      values.put(VARIABLES.get(i), row.get(i));
    }
    return values;
  }

  /** The database objects that clients use. */
  static void prepareDatabase(MysqlServer server) {
    server.executeIn(
        "app",
        "DROP TABLE IF EXISTS iso_rows, iso_numbers",
        "CREATE TABLE iso_rows (id INT AUTO_INCREMENT PRIMARY KEY, client INT, KEY (client))",
        "CREATE TABLE iso_numbers (n INT PRIMARY KEY)",
        "INSERT INTO iso_numbers VALUES (1), (2), (3), (4), (5), (6), (7), (8), (9)",
        "DROP PROCEDURE IF EXISTS iso_sets",
        "CREATE PROCEDURE iso_sets(IN seconds INT) SET SESSION net_write_timeout = seconds");
  }

  @Override
  public Runnable client(int number, Journal journal, long seed, BooleanSupplier goesOn) {
    return new MysqlIsolationClient(number, this, journal, seed, goesOn);
  }
}
