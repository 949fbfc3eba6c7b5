package dev.heimdall.test.mysql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.wire.mysql.Command;
import dev.heimdall.launcher.mysql.MysqlServer;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Jdbc;
import dev.heimdall.test.fixture.MariadbAndMysql;
import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.RawMysqlClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;

/** Many clients of a few server connections, each of which lacks what the client has prepared. */
@Tag("long")
class MysqlBusyPoolIT {
  private static final int CLIENTS = 24;
  private static final int ROUNDS = 6;

  @MariadbAndMysql
  @Timeout(value = 120, unit = TimeUnit.SECONDS)
  void eachClientGetsItsOwnAnswers(MysqlRelease release) throws Exception {
    release
        .shared()
        .primary()
        .executeIn(
            "app",
            "DROP TABLE IF EXISTS busy_pool",
            "CREATE TABLE busy_pool (id INT AUTO_INCREMENT PRIMARY KEY, client INT)");
    ExecutorService threads = Executors.newFixedThreadPool(CLIENTS);
    try (MysqlNode node = MysqlNode.start(release, c -> c.vdb("pool.size", 3))) {
      List<Future<?>> clients = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        int client = i;
        clients.add(threads.submit(() -> work(node, client)));
      }
      for (Future<?> each : clients) {
        each.get(100, TimeUnit.SECONDS);
      }
    } finally {
      threads.shutdownNow();
    }
  }

  /** One connection still has the id of before when the session has generated another elsewhere. */
  @MariadbAndMysql
  void theLastIdIsTheLastOfWhicheverConnection(MysqlRelease release) throws SQLException {
    release
        .shared()
        .primary()
        .executeIn(
            "app",
            "DROP TABLE IF EXISTS last_ids",
            "CREATE TABLE last_ids (id INT AUTO_INCREMENT PRIMARY KEY, n INT)");
    try (MysqlNode node = MysqlNode.start(release, c -> c.vdb("pool.size", 2));
        Connection client = node.target().jdbc();
        Connection first = node.target().jdbc();
        Connection second = node.target().jdbc();
        Statement statement = client.createStatement()) {
      Connection holds = first;
      Connection free = second;
      for (int i = 1; i < 7; i++) {
        hold(holds);
        statement.execute("INSERT INTO last_ids (n) VALUES (1)");
        hold(free); // the connection that has generated the id
        holds.commit();
        try (ResultSet result = statement.executeQuery("SELECT LAST_INSERT_ID()")) {
          result.next();
          assertThat(result.getInt(1)).isEqualTo(i);
        }
        free.commit();
        Connection swapped = holds;
        holds = free;
        free = swapped;
      }
    }
  }

  private static void awaitCatalogue(MysqlNode node) throws SQLException {
    try (Connection operator = node.target().as("admin", "admin").jdbc();
        Statement statement = operator.createStatement()) {
      Await.until(
          "the catalogue was read",
          () -> {
            statement.executeQuery("SELECT n FROM many_ids").close();
            return "confirmed".equals(Jdbc.queryInfo(operator).get("catalog now"));
          });
    }
  }

  /** Its id is read back when it rests, or somebody waits for the connection. */
  @MariadbAndMysql
  void aSessionThatInsertsAndInsertsIsNotAskedForEachId(MysqlRelease release) throws SQLException {
    MysqlServer primary = release.shared().primary();
    primary.executeIn(
        "app",
        "DROP TABLE IF EXISTS many_ids",
        "CREATE TABLE many_ids (id INT AUTO_INCREMENT PRIMARY KEY, n INT)");
    try (MysqlNode node = MysqlNode.start(release, c -> c.vdb("pool.size", 2));
        Connection client =
            DriverManager.getConnection(
                "jdbc:mariadb://127.0.0.1:"
                    + node.target().port()
                    + "/app?sslMode=disable&allowPublicKeyRetrieval=true&useBulkStmts=false",
                MysqlRelease.USER,
                MysqlRelease.PASSWORD);
        PreparedStatement insert = client.prepareStatement("INSERT INTO many_ids (n) VALUES (?)")) {
      for (int i = 0; i < 100; i++) {
        insert.setInt(1, i);
        insert.addBatch();
      }
      awaitCatalogue(node); // whose reading is made of selects, too
      long before = selects(primary);
      insert.executeBatch(); // the driver sends them ahead
      assertThat(selects(primary) - before).isLessThan(30);
      try (Statement statement = client.createStatement();
          ResultSet result = statement.executeQuery("SELECT LAST_INSERT_ID()")) {
        result.next();
        assertThat(result.getInt(1)).isEqualTo(100);
      }
    }
  }

  private static long selects(MysqlServer server) throws SQLException {
    try (Connection connection = server.connect("app");
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery("SHOW GLOBAL STATUS LIKE 'Com_select'")) {
      result.next();
      return result.getLong(2);
    }
  }

  /**
   * However many ids a transaction has generated on a connection with the id of another session.
   */
  @MariadbAndMysql
  void theLastOfManyIdsIsKnown(MysqlRelease release) throws SQLException {
    release
        .shared()
        .primary()
        .executeIn(
            "app",
            "DROP TABLE IF EXISTS many_ids",
            "CREATE TABLE many_ids (id INT AUTO_INCREMENT PRIMARY KEY, n INT)");
    try (MysqlNode node = MysqlNode.start(release, c -> c.vdb("pool.size", 1));
        Connection client = node.target().jdbc();
        Connection other = node.target().jdbc();
        Statement statement = client.createStatement();
        Statement of = other.createStatement()) {
      of.execute("INSERT INTO many_ids (n) VALUES (1)");
      client.setAutoCommit(false);
      for (int i = 0; i < 300; i++) {
        statement.execute("INSERT INTO many_ids (n) VALUES (1)");
      }
      client.commit();
      of.execute("INSERT INTO many_ids (n) VALUES (1)");
      try (ResultSet result = statement.executeQuery("SELECT LAST_INSERT_ID()")) {
        result.next();
        assertThat(result.getInt(1)).isEqualTo(301);
      }
      client.commit();
    }
  }

  /** No command brings another connection to having no default database. */
  @MariadbAndMysql
  void aSessionGoesOnWhenItsDefaultDatabaseIsDropped(MysqlRelease release) throws SQLException {
    release
        .shared()
        .primary()
        .execute(
            "DROP DATABASE IF EXISTS dropped",
            "CREATE DATABASE dropped",
            "GRANT ALL ON dropped.* TO " + MysqlRelease.USER,
            "CREATE TABLE IF NOT EXISTS app.last_ids (id INT AUTO_INCREMENT PRIMARY KEY, n INT)");
    try (MysqlNode node = MysqlNode.start(release, c -> c.vdb("pool.size", 2));
        Connection client = node.target().jdbc();
        Connection other = node.target().jdbc();
        Statement statement = client.createStatement()) {
      statement.execute("USE dropped");
      statement.execute("DROP DATABASE dropped");
      hold(other); // any connection that is free
      try (ResultSet result = statement.executeQuery("SELECT DATABASE()")) {
        result.next();
        assertThat(result.getString(1)).isNull();
      }
      statement.execute("USE app");
      statement.execute("SELECT n FROM last_ids");
      other.commit();
    }
  }

  /** FLUSH STATUS counts for the connection on which it ran. */
  @MariadbAndMysql
  void theStatusOfASessionIsItsOwnOnceItHasFlushedIt(MysqlRelease release) throws SQLException {
    release
        .shared()
        .primary()
        .executeIn(
            "app",
            "DROP TABLE IF EXISTS counted",
            "CREATE TABLE counted (n INT)",
            "INSERT INTO counted VALUES (1), (2)",
            "CREATE TABLE IF NOT EXISTS last_ids (id INT AUTO_INCREMENT PRIMARY KEY, n INT)",
            "GRANT RELOAD ON *.* TO " + MysqlRelease.USER);
    try (MysqlNode node = MysqlNode.start(release, c -> c.vdb("pool.size", 2));
        Connection client = node.target().jdbc();
        Connection other = node.target().jdbc();
        Statement statement = client.createStatement()) {
      statement.execute("FLUSH STATUS");
      statement.executeQuery("SELECT n FROM counted").close();
      hold(other);
      try (ResultSet result = statement.executeQuery("SHOW STATUS LIKE 'Handler_read_rnd_next'")) {
        result.next();
        assertThat(result.getInt(2)).isEqualTo(3);
      }
      other.commit();
    }
  }

  private static void hold(Connection connection) throws SQLException {
    connection.setAutoCommit(false);
    try (Statement statement = connection.createStatement()) {
      statement.execute("SELECT n FROM last_ids LIMIT 1");
    }
  }

  private static Void work(MysqlNode node, int client) throws SQLException {
    for (int round = 0; round < ROUNDS; round++) {
      // Variables of its own, so that each connection has to be made this session's.
      try (Connection connection = node.target().jdbc("useServerPrepStmts", "true")) {
        try (Statement statement = connection.createStatement()) {
          statement.execute("SET group_concat_max_len = " + (1000 + client));
        }
        for (int i = 0; i < 4; i++) {
          read(connection, client, round * 4 + i);
          insert(connection, client);
        }
      }
    }
    return null;
  }

  private static void read(Connection connection, int client, int n) throws SQLException {
    String text = "SELECT @@group_concat_max_len, ? + " + (n % 5);
    try (PreparedStatement statement = connection.prepareStatement(text)) {
      statement.setInt(1, n);
      try (ResultSet result = statement.executeQuery()) {
        result.next();
        assertThat(result.getInt(1)).isEqualTo(1000 + client);
        assertThat(result.getInt(2)).isEqualTo(n + n % 5);
      }
    }
  }

  private static void insert(Connection connection, int client) throws SQLException {
    try (PreparedStatement insert =
            connection.prepareStatement("INSERT INTO busy_pool (client) VALUES (?)");
        PreparedStatement last =
            connection.prepareStatement(
                "SELECT client FROM busy_pool WHERE id = LAST_INSERT_ID()");
        PreparedStatement id = connection.prepareStatement("SELECT LAST_INSERT_ID()")) {
      insert.setInt(1, client);
      insert.executeUpdate();
      try (ResultSet result = last.executeQuery()) {
        assertThat(result.next()).isTrue();
        assertThat(result.getInt(1)).isEqualTo(client);
      }
      try (ResultSet result = id.executeQuery()) {
        result.next();
        assertThat(result.getLong(1)).isPositive();
      }
    }
  }

  /** With autocommit=0 it may be a transaction's first statement, which does not open it yet. */
  @MariadbAndMysql
  void aSavepointIsThereThatBeginsATransaction(MysqlRelease release) throws SQLException {
    release
        .shared()
        .primary()
        .executeIn(
            "app",
            "CREATE TABLE IF NOT EXISTS last_ids (id INT AUTO_INCREMENT PRIMARY KEY, n INT)");
    try (MysqlNode node = MysqlNode.start(release, c -> c.vdb("pool.size", 2));
        Connection client = node.target().jdbc();
        Connection other = node.target().jdbc();
        Statement statement = client.createStatement()) {
      statement.execute("SET autocommit = 0");
      for (String end : List.of("COMMIT", "ROLLBACK")) {
        statement.execute("SAVEPOINT a");
        hold(other);
        statement.execute("ROLLBACK TO SAVEPOINT a");
        statement.execute("RELEASE SAVEPOINT a");
        statement.execute(end);
        other.commit();
        try (Connection third = node.target().jdbc()) {
          hold(other);
          hold(third); // the session keeps none
          other.commit();
          third.commit();
        }
      }
    }
  }

  /** Which neither answers nor takes the connection that is to cancel what runs. */
  @MariadbAndMysql
  void aStatementOfAServerThatHasStoppedIsAnsweredAnError(MysqlRelease release) throws Exception {
    MysqlServer server = release.shared().primary();
    try (MysqlNode node =
            MysqlNode.start(
                release,
                c ->
                    c.vdb("pool.size", 2)
                        .vdb("clients.queryTimeout", "200ms")
                        .vdb("clients.cancelTimeout", "300ms"));
        RawMysqlClient alone = RawMysqlClient.logIn(node.target());
        RawMysqlClient inTransaction = RawMysqlClient.logIn(node.target())) {
      assertThat(alone.value("SELECT 1")).isEqualTo("1");
      inTransaction.query(RawMysqlClient.query("BEGIN"));
      assertThat(inTransaction.value("SELECT 2")).isEqualTo("2");
      server.freeze();
      try {
        alone.send(RawMysqlClient.query("SELECT 3"));
        inTransaction.send(RawMysqlClient.query("SELECT 4"));
        assertThat(RawMysqlClient.error(alone.receive())).startsWith("1317");
        assertThat(RawMysqlClient.error(inTransaction.receive())).startsWith("1317");
        assertThat(inTransaction.untilClosed()).isEmpty();
      } finally {
        server.thaw();
      }
      assertThat(alone.value("SELECT 5")).isEqualTo("5");
    }
  }

  @MariadbAndMysql
  void clientsThatDoNotReadTheirRepliesKeepNoServerConnectionForGood(MysqlRelease release)
      throws Exception {
    try (MysqlNode node =
        MysqlNode.start(release, c -> c.vdb("pool.size", 2).vdb("clients.replyTimeout", "300ms"))) {
      List<RawMysqlClient> greedy = new ArrayList<>();
      try {
        for (int i = 0; i < 6; i++) {
          RawMysqlClient client = RawMysqlClient.logIn(node.target(), 4096);
          greedy.add(client);
          client.send(
              RawMysqlClient.query(
                  "WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i <"
                      + " 200) SELECT REPEAT('x', 1000) FROM n a, n b"));
        }
        try (RawMysqlClient polite = RawMysqlClient.logIn(node.target())) {
          assertThat(polite.value("SELECT 1")).isEqualTo("1");
        }
        Await.until(
            "all of them are closed", () -> node.metric("heimdall_clients_unread_total") == 6);
      } finally {
        for (RawMysqlClient client : greedy) {
          client.close();
        }
      }
    }
  }

  /** All that are sent at once, as text and as long data, have several times the room there is. */
  @MariadbAndMysql
  @Timeout(value = 120, unit = TimeUnit.SECONDS)
  void largeStatementsThatAreSentTogetherWaitForEachOther(MysqlRelease release) throws Exception {
    int clients = 40;
    String large = "x".repeat(5_000_000);
    byte[] text = RawMysqlClient.query("SELECT LENGTH('" + large + "')");
    ExecutorService threads = Executors.newFixedThreadPool(clients);
    try (MysqlNode node =
        MysqlNode.start(release, c -> c.node("memoryBudget", "24MiB").vdb("pool.size", 4))) {
      List<Future<String>> lengths = new ArrayList<>();
      for (int i = 0; i < clients; i++) {
        boolean asText = i % 2 == 0;
        lengths.add(
            threads.submit(
                () -> {
                  try (RawMysqlClient client = RawMysqlClient.logIn(node.target())) {
                    return asText ? client.query(text).get(0).get(0) : ofLongData(client);
                  }
                }));
      }
      for (Future<String> length : lengths) {
        assertThat(length.get()).isEqualTo("5000000");
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private static String ofLongData(RawMysqlClient client) throws IOException {
    int statement = client.prepare("SELECT CAST(LENGTH(?) AS CHAR)");
    byte[] piece = new byte[2 + 500_000];
    for (int i = 0; i < 10; i++) {
      client.send(RawMysqlClient.ofStatement(Command.STMT_SEND_LONG_DATA, statement, piece));
    }
    // no cursor, one execution, no NULL, types follow: a blob
    byte[] rest = {0, 1, 0, 0, 0, 0, 1, (byte) 252, 0};
    client.send(RawMysqlClient.ofStatement(Command.STMT_EXECUTE, statement, rest));
    List<byte[]> answer = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      answer.add(client.receive()); // columns, one of them, the row, the end
      if ((answer.get(i)[0] & 0xff) == 0xff) {
        return RawMysqlClient.error(answer.get(i));
      }
    }
    byte[] row = answer.get(2);
    return new String(row, 3, row.length - 3, StandardCharsets.US_ASCII);
  }
}
