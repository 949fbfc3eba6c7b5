package dev.heimdall.test.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Jdbc;
import dev.heimdall.test.fixture.MariadbAndMysql;
import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.RawMysqlClient;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** A result that rests on rows by key outlives writes of others, and of nothing else. */
class MysqlKeyedWritesIT {
  private static final String FIVE = "SELECT n FROM mkw_rows WHERE id = 5";
  private static final String NAMED = "SELECT n FROM mkw_rows WHERE name = 'five'";
  private static final String ALL = "SELECT sum(n) FROM mkw_rows";

  private static final String TABLE =
      "CREATE TABLE mkw_rows (id int PRIMARY KEY AUTO_INCREMENT, name varchar(20) CHARACTER SET"
          + " utf8mb4 COLLATE utf8mb4_unicode_520_ci UNIQUE, n int)";

  private static MysqlNode caching(MysqlRelease release, int dmlThreshold) {
    return MysqlNode.start(
        release,
        c ->
            c.cluster(release.shared())
                .catalog(release.shared())
                .vdb("cache.enabled", true)
                .vdb("cache.dmlThreshold", dmlThreshold)
                .vdb("rules", List.of("cached"))
                .rules("cached", "{\"match\": \"(?i)^select\", \"action\": \"cache\"}"));
  }

  private static RawMysqlClient made(MysqlNode node, String table, String... more)
      throws IOException {
    RawMysqlClient client = RawMysqlClient.logIn(node.target().as("admin", "admin"));
    drop(client);
    run(client, table);
    run(
        client,
        "INSERT INTO mkw_rows (id, name, n) VALUES (1, 'one', 0), (2, 'two', 0), (5, 'five', 0),"
            + " (6, 'six', 0), (7, 'seven', 0), (8, 'eight', 0), (9, 'nine', 0)");
    run(client, more);
    return client;
  }

  private static void run(RawMysqlClient client, String... all) throws IOException {
    for (String sql : all) {
      client.query(RawMysqlClient.query(sql));
    }
  }

  private static void drop(RawMysqlClient client) throws IOException {
    run(
        client,
        "DROP TABLE IF EXISTS mkw_lines, mkw_other",
        "DROP TABLE IF EXISTS mkw_rows",
        "DROP FUNCTION IF EXISTS mkw_sum");
  }

  private static String cached(RawMysqlClient client, String sql) throws IOException {
    run(client, sql);
    return client.queryInfo().getOrDefault("cached", "");
  }

  private static void keep(RawMysqlClient client, String... reads) throws IOException {
    for (String read : reads) {
      Await.until("it is cached", () -> cached(client, read).equals("yes"));
    }
  }

  @MariadbAndMysql
  void whatIsReadByKeyOutlivesWritesOfOtherKeys(MysqlRelease release) throws IOException {
    try (MysqlNode node = caching(release, 100);
        RawMysqlClient client = made(node, TABLE)) {
      for (String write :
          List.of(
              "UPDATE mkw_rows SET n = n + 1 WHERE id = 6",
              "UPDATE `mkw_rows` SET `n` = 3 WHERE `ID` = '6' LIMIT 1",
              "DELETE FROM mkw_rows WHERE id IN (7, 8)",
              "INSERT INTO mkw_rows (id, name, n) VALUES (20, 'x', 0), (21, 'y', 0)",
              "INSERT IGNORE INTO mkw_rows SET id = 30, n = 1",
              "UPDATE mkw_rows SET n = n + 1 WHERE id = 2 + 4",
              "UPDATE mkw_rows SET n = n + 1 WHERE id = CAST('6' AS UNSIGNED)",
              "UPDATE mkw_rows SET n = n + 1 WHERE (id, n) = (6, 1)",
              "UPDATE mkw_rows SET ID = 50 WHERE id = 6")) {
        keep(client, FIVE, ALL);
        run(client, write);
        assertThat(cached(client, FIVE)).as(write).isEqualTo("yes");
        assertThat(cached(client, ALL)).as(write).startsWith("no");
      }
      for (String read :
          List.of(
              "SELECT n FROM mkw_rows WHERE id = 2 + 3",
              "SELECT n FROM mkw_rows WHERE id = CAST('5' AS SIGNED)",
              "SELECT n FROM mkw_rows WHERE id BETWEEN 5 AND 4 + 1")) {
        keep(client, read);
        run(client, "UPDATE mkw_rows SET n = 3 WHERE id = 3 * 3");
        assertThat(cached(client, read)).as(read).isEqualTo("yes");
      }
      keep(client, NAMED, "SELECT n FROM mkw_rows WHERE name = CONCAT('fi', 've')");
      run(client, "UPDATE mkw_rows SET n = 3 WHERE name = CONCAT('si', 'x')");
      assertThat(cached(client, "SELECT n FROM mkw_rows WHERE name = CONCAT('fi', 've')"))
          .isEqualTo("yes");
      assertThat(cached(client, NAMED)).isEqualTo("yes");
      assertThat(client.queryInfo().get("cached by")).endsWith("mkw_rows by name");
      keep(client, ALL);
      assertThat(client.queryInfo()).doesNotContainKey("cached by");
      keep(client, FIVE);
      run(
          client,
          "BEGIN",
          "UPDATE mkw_rows SET n = 3 WHERE id = 6",
          "UPDATE mkw_rows SET n = 4 WHERE id = 9",
          "COMMIT");
      assertThat(cached(client, FIVE)).isEqualTo("yes");
      drop(client);
    }
  }

  @MariadbAndMysql
  void whatTouchesItsRowsDropsIt(MysqlRelease release) throws IOException {
    try (MysqlNode node = caching(release, 100);
        RawMysqlClient client = made(node, TABLE)) {
      for (String write :
          List.of(
              "UPDATE mkw_rows SET n = n + 1 WHERE id = 5",
              "UPDATE mkw_rows SET n = n + 1",
              "UPDATE mkw_rows SET n = n + 1 WHERE id = 6 || id = 5",
              "UPDATE mkw_rows SET n = n + 1 WHERE id = 5.0",
              "UPDATE mkw_rows SET n = n + 1 WHERE name = 'five'",
              "UPDATE mkw_rows SET ID = ID + 44 WHERE id = 6",
              "UPDATE mkw_rows SET n = n + 1 WHERE id = 2 + 3",
              "UPDATE mkw_rows SET n = n + 1 WHERE id = CAST('5' AS UNSIGNED)",
              "UPDATE mkw_rows SET n = n + 1 WHERE name = CONCAT('FI', 've')",
              "INSERT INTO mkw_rows (id, n) VALUES (9, 1) ON DUPLICATE KEY UPDATE n = n + 1",
              "REPLACE INTO mkw_rows (id, name, n) VALUES (9, 'five', 1)",
              "INSERT INTO mkw_rows (id, name) VALUES (5, 'again')",
              "DELETE FROM mkw_rows WHERE id = 5",
              "UPDATE mkw_rows SET id = 5 WHERE id = 7",
              "UPDATE mkw_rows r JOIN mkw_rows s ON r.id = s.id SET r.n = 8 WHERE s.id = 5",
              "DELETE r FROM mkw_rows r WHERE r.id = 5",
              "INSERT INTO mkw_rows (name) VALUES ('another')",
              "TRUNCATE mkw_rows")) {
        keep(client, FIVE);
        run(client, write);
        assertThat(cached(client, FIVE)).as(write).startsWith("no");
      }
      drop(client);
    }
  }

  @MariadbAndMysql
  void textsAreToldApartAsTheirColumnDoes(MysqlRelease release) throws IOException {
    try (MysqlNode node = caching(release, 100);
        RawMysqlClient client = made(node, TABLE)) {
      for (String write :
          List.of(
              "UPDATE mkw_rows SET n = n + 1 WHERE name = 'FIVE'",
              "UPDATE mkw_rows SET n = n + 1 WHERE name = 'five  '",
              "UPDATE mkw_rows SET n = n + 1 WHERE name = 'fïve'",
              "UPDATE mkw_rows SET n = n + 1 WHERE name IN ('six', \"Five\")")) {
        keep(client, NAMED);
        String before = client.value(NAMED);
        run(client, write);
        assertThat(client.value(NAMED)).as(write).isNotEqualTo(before);
      }
      drop(client);
    }
  }

  /** By sessions that are not strict the server stores what fits. */
  @MariadbAndMysql
  void whatDoesNotFitIsStoredAsSomethingElse(MysqlRelease release) throws IOException {
    try (MysqlNode node = caching(release, 100);
        RawMysqlClient client =
            made(
                node,
                "CREATE TABLE mkw_rows (id tinyint AUTO_INCREMENT PRIMARY KEY, name varchar(5), n"
                    + " int) DEFAULT CHARSET utf8mb4")) {
      run(
          client,
          "DELETE FROM mkw_rows",
          "SET sql_mode = ''",
          "ALTER TABLE mkw_rows AUTO_INCREMENT = 3");
      for (String[] pair :
          new String[][] {
            {"id = 127", "INSERT INTO mkw_rows (id, n) VALUES (128, 1)"},
            {"id = 3", "INSERT INTO mkw_rows (id, n) VALUES (0, 1)"},
            {"name = 'abcde'", "INSERT INTO mkw_rows (id, name, n) VALUES (5, 'abcdef', 1)"}
          }) {
        String read = "SELECT count(*) FROM mkw_rows WHERE " + pair[0];
        keep(client, read);
        assertThat(client.value(read)).isEqualTo("0");
        run(client, "DELETE FROM mkw_rows", "ALTER TABLE mkw_rows AUTO_INCREMENT = 3");
        keep(client, read);
        run(client, pair[1]);
        assertThat(client.value(read)).as(pair[1]).isEqualTo("1");
      }
      drop(client);
    }
  }

  @MariadbAndMysql
  void whereTheServerDoesMoreTheTableCounts(MysqlRelease release) throws IOException {
    String[][] reasons = {
      {
        TABLE,
        "CREATE TRIGGER mkw_t BEFORE UPDATE ON mkw_rows FOR EACH ROW SET NEW.id = NEW.id, NEW.n ="
            + " NEW.n"
      },
      {
        TABLE,
        "CREATE TABLE mkw_lines (parent int, FOREIGN KEY (parent) REFERENCES mkw_rows (id) ON"
            + " DELETE CASCADE ON UPDATE CASCADE)"
      },
      {TABLE.replace("n int)", "n int) ENGINE = MyISAM")},
      {TABLE.replace("n int)", "n int, g int AS (n + 5) STORED)")},
      {TABLE.replace("id int", "id decimal(5, 0)").replace("AUTO_INCREMENT", "")},
      {TABLE.replace("utf8mb4_unicode_520_ci", "utf8mb4_danish_ci")}
    };
    String[] reads = {FIVE, FIVE, FIVE, "SELECT n FROM mkw_rows WHERE g = 5", FIVE, NAMED};
    String[] writes = {
      "UPDATE mkw_rows SET n = n WHERE id = 6",
      "DELETE FROM mkw_rows WHERE id = 6",
      "UPDATE mkw_rows SET n = n WHERE id = 6",
      "UPDATE mkw_rows SET n = 0 WHERE g = 6",
      "UPDATE mkw_rows SET n = n WHERE id = 6",
      "UPDATE mkw_rows SET n = n WHERE name = 'six'"
    };
    for (int i = 0; i < reasons.length; i++) {
      try (MysqlNode node = caching(release, 100);
          RawMysqlClient client = made(node, reasons[i][0])) {
        if (reasons[i].length > 1) {
          release.shared().primary().executeIn(MysqlRelease.DATABASE, reasons[i][1]);
        }
        keep(client, reads[i]);
        run(client, writes[i]);
        assertThat(cached(client, reads[i])).as(writes[i]).startsWith("no");
        drop(client);
      }
    }
  }

  @MariadbAndMysql
  void preparedStatementsCountByTheirValues(MysqlRelease release) throws IOException, SQLException {
    try (MysqlNode node = caching(release, 100);
        RawMysqlClient client = made(node, TABLE);
        Connection connection = node.target().jdbc("useServerPrepStmts", "true");
        PreparedStatement read =
            connection.prepareStatement("SELECT n FROM mkw_rows WHERE id = ? AND n >= ?");
        PreparedStatement write =
            connection.prepareStatement("UPDATE mkw_rows SET n = n + ? WHERE id = ?")) {
      keep(client, FIVE);
      List<Object> fives = new ArrayList<>(List.of(5, 5L, "5", "05", 5.0, "5.0"));
      for (int i = 0; i < fives.size(); i++) {
        assertThat(read(read)).isEqualTo(i);
        Await.until("it is cached", () -> hit(node, read));
        write(write, 6);
        assertThat(hit(node, read)).as("behind a write of another row").isTrue();
        write(write, fives.get(i));
      }
      assertThat(read(read)).isEqualTo(fives.size());
      drop(client);
    }
  }

  private static boolean hit(MysqlNode node, PreparedStatement read) throws SQLException {
    long before = hits(node);
    read(read);
    return hits(node) > before;
  }

  private static int read(PreparedStatement statement) throws SQLException {
    statement.setInt(1, 5);
    statement.setInt(2, 0);
    try (ResultSet row = statement.executeQuery()) {
      row.next();
      return row.getInt(1);
    }
  }

  private static void write(PreparedStatement statement, Object id) throws SQLException {
    statement.setInt(1, 1);
    statement.setObject(2, id);
    statement.executeUpdate();
  }

  private static long hits(MysqlNode node) {
    return Long.parseLong(node.admin("SHOW CACHE").get(0).get("hits"));
  }

  @MariadbAndMysql
  void aTableWithManyWritesByKeyIsCachedByKey(MysqlRelease release)
      throws IOException, SQLException {
    try (MysqlNode node = caching(release, 5);
        RawMysqlClient client = made(node, TABLE);
        Connection connection = node.connect()) {
      keep(client, FIVE, ALL);
      for (int i = 0; i < 150; i++) {
        Jdbc.execute(connection, "UPDATE mkw_rows SET n = n + 1 WHERE id = 6", FIVE, FIVE);
      }
      Await.until(
          "it is written often",
          () -> {
            run(client, "UPDATE mkw_rows SET n = n + 1 WHERE id = 6");
            return cached(client, ALL).startsWith("no: too many of the statements");
          });
      keep(client, FIVE);
      run(client, "UPDATE mkw_rows SET n = n + 1 WHERE id = 6");
      assertThat(cached(client, FIVE)).isEqualTo("yes");
      drop(client);
    }
  }

  /** A literal becomes what the set of the connection has for it, which is not all of ASCII. */
  @MariadbAndMysql
  void aLiteralThatTheConnectionsSetMakesAnotherIsNoKey(MysqlRelease release)
      throws IOException, SQLException {
    try (MysqlNode node = caching(release, 100);
        RawMysqlClient client = made(node, TABLE, "INSERT INTO mkw_rows VALUES (60, '?', 0)");
        Connection writer = node.target().jdbc()) {
      String read = "SELECT n FROM mkw_rows WHERE name = '?'";
      Jdbc.execute(writer, "SET character_set_connection = swe7, sql_mode = ''");
      keep(client, read);
      Jdbc.execute(writer, "UPDATE mkw_rows SET n = 1 WHERE name = '['");
      assertThat(Jdbc.value(writer, "SELECT n FROM mkw_rows WHERE id = 60")).isEqualTo("1");
      assertThat(cached(client, read)).startsWith("no");
      drop(client);
    }
  }
}
