package dev.heimdall.test.mysql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.MariadbAndMysql;
import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.MysqlTarget;
import dev.heimdall.test.fixture.RawMysqlClient;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;

/**
 * Sessions that limit their own silence: they end as at a server, whether they have a server
 * connection or none, and nobody else ends with them.
 */
@Timeout(120)
@Tag("long")
class MysqlIdleLimitsIT {
  /** Milliseconds; a limit of a second is over by then. */
  private static final int LONG_ENOUGH = 6_000;

  private static final Map<MysqlRelease, MysqlNode> NODES = new EnumMap<>(MysqlRelease.class);

  private static MysqlNode node(MysqlRelease release) {
    return NODES.computeIfAbsent(release, r -> MysqlNode.start(r, c -> c.vdb("pool.size", 20)));
  }

  private static MysqlTarget server(MysqlRelease release) {
    return MysqlTarget.of(release.shared().primary());
  }

  @AfterAll
  static void stop() {
    NODES.values().forEach(MysqlNode::close);
  }

  private static RawMysqlClient after(MysqlTarget target, List<String> texts) throws IOException {
    Socket socket = new Socket(target.host(), target.port());
    socket.setSoTimeout(LONG_ENOUGH);
    RawMysqlClient client = RawMysqlClient.over(target, socket);
    client.authenticate();
    for (String sql : texts) {
      client.query(RawMysqlClient.query(sql));
    }
    return client;
  }

  /** What ends after a second of silence. */
  private static Map<String, List<String>> ended(MysqlRelease release) {
    Map<String, List<String>> all = new LinkedHashMap<>();
    all.put("nothing else", List.of("SET SESSION wait_timeout = 1"));
    all.put("an alias", List.of("SET @@wait_timeout = 1", "SELECT 1"));
    all.put("by a routine", List.of("CALL app.be_short()"));
    all.put("a user variable", List.of("SET wait_timeout = 1", "SET @mine = 1"));
    all.put(
        "a lock",
        List.of("SET wait_timeout = 1", "SELECT GET_LOCK(CONCAT('l', CONNECTION_ID()), 0)"));
    all.put("pinned", List.of("CREATE TEMPORARY TABLE t (a INT)", "SET wait_timeout = 1"));
    all.put("in a transaction that begins", List.of("SET wait_timeout = 1", "BEGIN"));
    all.put(
        "in a transaction",
        List.of("SET wait_timeout = 1", "BEGIN", "INSERT INTO app.silent VALUES (1)"));
    all.put(
        "set in a transaction",
        List.of("BEGIN", "INSERT INTO app.silent VALUES (1)", "SET wait_timeout = 1"));
    all.put(
        "behind an id", List.of("SET wait_timeout = 1", "INSERT INTO app.numbered VALUES (NULL)"));
    all.put("longer before", List.of("SET wait_timeout = 100", "SET wait_timeout = 1"));
    if (release != MysqlRelease.MYSQL) {
      String set = "SET SESSION idle_%stransaction_timeout = 1";
      String any = set.formatted("");
      String read = set.formatted("readonly_");
      String write = set.formatted("write_");
      all.put("any transaction that begins", List.of(any, "BEGIN"));
      all.put("any transaction", List.of(any, "BEGIN", "INSERT INTO app.silent VALUES (1)"));
      all.put("a transaction that begins, to read", List.of(read, "BEGIN"));
      all.put("a transaction that reads", List.of(read, "BEGIN", "SELECT * FROM app.silent"));
      all.put(
          "a transaction that writes",
          List.of(write, "BEGIN", "INSERT INTO app.silent VALUES (3)"));
      all.put(
          "a transaction by itself",
          List.of(any, "SET autocommit = 0", "SELECT * FROM app.silent"));
      all.put(
          "a reading one before others",
          List.of("SET idle_transaction_timeout = 100", read, "BEGIN"));
    }
    return all;
  }

  /** What goes on. */
  private static Map<String, List<String>> unlimited(MysqlRelease release) {
    Map<String, List<String>> all = new LinkedHashMap<>();
    all.put("interactive", List.of("SET SESSION interactive_timeout = 1"));
    all.put("back", List.of("SET wait_timeout = 1", "SET wait_timeout = DEFAULT"));
    all.put("longer", List.of("SET wait_timeout = 1", "SET wait_timeout = 100"));
    if (release != MysqlRelease.MYSQL) {
      all.put("outside", List.of("SET idle_transaction_timeout = 1", "SELECT 1"));
      all.put("a writing one", List.of("SET idle_write_transaction_timeout = 1", "BEGIN"));
      all.put(
          "a transaction that is longer",
          List.of("SET wait_timeout = 1", "SET idle_transaction_timeout = 100", "BEGIN"));
      all.put(
          "a reading one that writes",
          List.of(
              "SET idle_readonly_transaction_timeout = 1",
              "BEGIN",
              "INSERT INTO app.silent VALUES (2)"));
    }
    return all;
  }

  private static Map<String, RawMysqlClient> all(
      MysqlTarget target, Map<String, List<String>> scripts) throws IOException {
    Map<String, RawMysqlClient> clients = new LinkedHashMap<>();
    for (Map.Entry<String, List<String>> script : scripts.entrySet()) {
      clients.put(script.getKey(), after(target, script.getValue()));
    }
    return clients;
  }

  private static Map<String, List<String>> ends(Map<String, RawMysqlClient> clients)
      throws IOException {
    Map<String, List<String>> ends = new LinkedHashMap<>();
    for (Map.Entry<String, RawMysqlClient> client : clients.entrySet()) {
      try (RawMysqlClient silent = client.getValue()) {
        ends.put(client.getKey(), silent.untilClosed());
      } catch (SocketTimeoutException e) {
        ends.put(client.getKey(), List.of("still there"));
      }
    }
    return ends;
  }

  /** MySQL remembers who has logged in with a password. */
  private static void prepare(MysqlRelease release) throws SQLException {
    try (Connection client = server(release).jdbc();
        Statement statement = client.createStatement()) {
      statement.execute("CREATE TABLE IF NOT EXISTS app.silent (a INT)");
      statement.execute(
          "CREATE TABLE IF NOT EXISTS app.numbered (a INT AUTO_INCREMENT PRIMARY KEY)");
      statement.execute("DROP PROCEDURE IF EXISTS app.be_short");
      statement.execute("CREATE PROCEDURE app.be_short() SET SESSION wait_timeout = 1");
    }
  }

  @MariadbAndMysql
  void aSilentSessionEndsAsAtTheServer(MysqlRelease release) throws Exception {
    prepare(release);
    Map<String, List<String>> scripts = ended(release);
    Map<String, RawMysqlClient> direct = all(server(release), scripts);
    Map<String, RawMysqlClient> through = all(node(release).target(), scripts);
    Map<String, List<String>> heard = ends(through);
    assertThat(heard).isEqualTo(ends(direct));
  }

  /** They are asked again when another session, limited behind them, has ended. */
  @MariadbAndMysql
  void othersGoOn(MysqlRelease release) throws Exception {
    prepare(release);
    for (MysqlTarget target : List.of(server(release), node(release).target())) {
      Map<String, RawMysqlClient> clients = all(target, unlimited(release));
      after(target, List.of("SET wait_timeout = 2")).untilClosed();
      for (Map.Entry<String, RawMysqlClient> client : clients.entrySet()) {
        try (RawMysqlClient there = client.getValue()) {
          assertThat(there.value("SELECT 1")).as(client.getKey()).isEqualTo("1");
        }
      }
    }
  }

  /** A server connection that had the limit is another session's then, and stays. */
  @MariadbAndMysql
  void nobodyElseEndsWithIt(MysqlRelease release) throws Exception {
    try (MysqlNode narrow = MysqlNode.start(release, c -> c.vdb("pool.size", 1));
        RawMysqlClient other = after(narrow.target(), List.of("SELECT 1"))) {
      List<String> before = processes(narrow);
      after(narrow.target(), List.of("SET wait_timeout = 1", "SELECT 1")).untilClosed();
      assertThat(other.value("SELECT @@wait_timeout > 1")).isEqualTo("1");
      assertThat(processes(narrow)).hasSize(1).isEqualTo(before);
    }
  }

  private static List<String> processes(MysqlNode node) {
    return node.servers().stream().map(server -> server.get("remote_pid")).toList();
  }
}
