package dev.heimdall.test.cache;

import static dev.heimdall.test.fixture.RawMysqlClient.ofStatement;
import static dev.heimdall.test.fixture.RawMysqlClient.query;
import static org.assertj.core.api.Assertions.assertThat;

import com.mysql.cj.jdbc.JdbcStatement;
import dev.heimdall.engine.wire.mysql.Command;
import dev.heimdall.launcher.mysql.MysqlServer;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Jdbc;
import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.MysqlTarget;
import dev.heimdall.test.fixture.RawMysqlClient;
import dev.heimdall.test.fixture.RunningNode;
import dev.heimdall.test.fixture.TestConfiguration;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What is answered from the cache to clients of MySQL's protocol, and what is not. A write past the
 * node shows a hit.
 */
class MysqlCachedReadsIT extends CachedReadsContract<RawMysqlClient> {
  private static final String READ = "SELECT name FROM mcr_rows WHERE id = 1";

  private MysqlNode node;
  private Connection past;

  MysqlRelease release() {
    return MysqlRelease.MARIADB;
  }

  @BeforeAll
  void start() throws SQLException {
    past = root();
    past("DROP DATABASE IF EXISTS mcr_there", "CREATE DATABASE mcr_there");
    past(
        "GRANT ALL ON mcr_there.* TO app, other",
        "CREATE TABLE mcr_there.mcr_rows (id int, name text)");
    past("INSERT INTO mcr_there.mcr_rows VALUES (1, 'there')");
    past(
        "DROP VIEW IF EXISTS mcr_view, mcr_timed",
        "DROP TABLE IF EXISTS mcr_others, mcr_rows, mcr_plain, mcr_copies");
    past(
        "CREATE TABLE mcr_rows (id int AUTO_INCREMENT PRIMARY KEY, name varchar(200), at"
            + " timestamp NULL, x double) DEFAULT CHARSET utf8mb4",
        "CREATE TABLE mcr_others (id int, note text, FOREIGN KEY (id) REFERENCES mcr_rows (id) ON"
            + " DELETE CASCADE)",
        "CREATE TABLE mcr_copies (name varchar(200))",
        "CREATE TABLE mcr_plain (id int, name text) ENGINE = MyISAM",
        "CREATE TRIGGER mcr_copied AFTER UPDATE ON mcr_rows FOR EACH ROW INSERT INTO mcr_copies"
            + " VALUES (NEW.name)",
        "CREATE VIEW mcr_view AS SELECT * FROM mcr_rows",
        "DROP FUNCTION IF EXISTS mcr_clock",
        "CREATE FUNCTION mcr_clock() RETURNS text DETERMINISTIC NO SQL RETURN UTC_TIMESTAMP",
        "CREATE VIEW mcr_timed AS SELECT name, mcr_clock() FROM mcr_rows");
    node =
        MysqlNode.start(
            release(),
            c ->
                cached(c)
                    .vdb("clients.localInfile", true)
                    .vdb("plain", "address", "127.0.0.1")
                    .vdb("plain", "ports", List.of(0))
                    .vdb("plain", "source", "main")
                    .rules("cached", rules("{\"action\": \"cache\"}")));
  }

  private TestConfiguration cached(TestConfiguration c) {
    return c.cluster(release().shared())
        .catalog(release().shared())
        .vdb("cache.enabled", true)
        .vdb("cache.maxResultSize", "8KiB")
        .vdb("rules", List.of("cached"));
  }

  @AfterAll
  void stop() throws SQLException {
    node.close();
    past("DROP DATABASE mcr_there", "DROP VIEW mcr_view, mcr_timed");
    past("DROP FUNCTION mcr_clock");
    past("DROP TABLE mcr_others, mcr_rows, mcr_plain, mcr_copies");
    past.close();
  }

  private Connection root() throws SQLException {
    MysqlServer server = release().shared().primary();
    return MysqlTarget.of(server)
        .as(release().shared().superuser(), release().shared().password())
        .jdbc();
  }

  /** What only who looks at the server itself can see. */
  private void past(String... all) throws SQLException {
    try (Statement statement = past.createStatement()) {
      for (String sql : all) {
        statement.execute(sql);
      }
    }
  }

  @BeforeEach
  void rows() throws IOException {
    try (RawMysqlClient client = admin()) {
      run(
          client,
          "DELETE FROM mcr_others",
          "DELETE FROM mcr_rows",
          "DELETE FROM mcr_plain",
          "INSERT INTO mcr_rows VALUES (1, 'one', '2026-01-01 12:00:00', 1.5), (2, 'two', NULL, 2)",
          "INSERT INTO mcr_others VALUES (1, 'of one')",
          "INSERT INTO mcr_plain VALUES (1, 'one')");
      Await.until(
          "the catalogue is read",
          () -> {
            client.value(READ);
            client.value(READ);
            return "yes".equals(client.queryInfo().get("cached"));
          });
    }
  }

  @Override
  String table() {
    return "mcr_rows";
  }

  @Override
  RawMysqlClient client() throws IOException {
    return RawMysqlClient.logIn(node.target());
  }

  @Override
  String madeFunction() {
    return "CREATE FUNCTION made_now() RETURNS int DETERMINISTIC NO SQL RETURN 1";
  }

  @Override
  String inFull() {
    return "app.mcr_rows";
  }

  @Override
  String anotherInFull() {
    return "app.mcr_others";
  }

  @Override
  RunningNode node() {
    return node;
  }

  @Override
  void run(RawMysqlClient client, String sql) throws IOException {
    client.query(query(sql));
  }

  @Override
  void past(String sql) throws SQLException {
    past(new String[] {sql});
  }

  @Override
  RawMysqlClient admin() throws IOException {
    return RawMysqlClient.logIn(node.target().as("admin", "admin"));
  }

  /** A client of the server, or of a virtual database that caches nothing. */
  private RawMysqlClient direct() throws IOException {
    return RawMysqlClient.logIn(
        release() == MysqlRelease.MYSQL // which has no method of log-in that it knows
            ? node.target("plain")
            : MysqlTarget.of(release().shared().primary()));
  }

  private static void run(RawMysqlClient client, String... all) throws IOException {
    for (String sql : all) {
      client.query(query(sql));
    }
  }

  private String cached(RawMysqlClient client) throws IOException {
    return String.valueOf(client.queryInfo().get("cached"));
  }

  private String why(RawMysqlClient client, String sql) throws IOException {
    try {
      client.query(query(sql));
    } catch (RawMysqlClient.ErrorReceived e) {
      // Also of an error it is said.
    }
    return cached(client);
  }

  /** The answer to a command, packet by packet. */
  private static List<String> packets(RawMysqlClient client, byte[] command) throws IOException {
    client.send(command);
    List<String> packets = new ArrayList<>();
    byte[] packet = client.receive();
    int columns = packet[0];
    packets.add(HexFormat.of().formatHex(packet));
    for (int i = 0; i < columns || (columns > 0 && (packet[0] & 0xFF) < 0xFE); i++) {
      packet = client.receive();
      packets.add(HexFormat.of().formatHex(packet));
    }
    return packets;
  }

  @Test
  void aHitIsTheServersAnswerByteForByte() throws IOException, SQLException {
    String all = "SELECT id, name, at, x FROM mcr_rows ORDER BY id";
    try (RawMysqlClient client = admin();
        RawMysqlClient direct = direct()) {
      List<String> text = packets(direct, query(all));
      assertThat(packets(client, query(all))).isEqualTo(text);
      int there = direct.prepare(all);
      byte[] flags = {0, 1, 0, 0, 0};
      List<String> binary = packets(direct, ofStatement(Command.STMT_EXECUTE, there, flags));
      int here = client.prepare(all);
      byte[] execute = ofStatement(Command.STMT_EXECUTE, here, flags);
      assertThat(packets(client, execute)).isEqualTo(binary).isNotEqualTo(text);
      past("UPDATE mcr_rows SET name = 'past the node'");
      assertThat(packets(client, query(all))).isEqualTo(text);
      assertThat(cached(client)).isEqualTo("yes");
      assertThat(packets(client, execute)).isEqualTo(binary);
      assertThat(cached(client)).isEqualTo("yes");
    }
  }

  /** MariaDB says of a view in another database than the session's that this one has changed. */
  @ParameterizedTest
  @ValueSource(strings = {"app", "mcr_there"})
  void resultsOfViewsAreKept(String database) throws IOException, SQLException {
    MysqlTarget target = node.target().as("admin", "admin");
    try (RawMysqlClient client = admin();
        Connection driver = target.mariaJdbc();
        Statement statement = driver.createStatement()) {
      run(client, "USE " + database);
      statement.execute("USE " + database);
      String read = "SELECT id, name AS in_%s FROM app.mcr_view".formatted(database);
      for (int i = 0; i < 2; i++) {
        statement.executeQuery(read).close();
        client.query(query(read));
      }
      assertThat(cached(client)).isEqualTo("yes");
      statement.executeQuery(read).close();
      assertThat(Jdbc.queryInfo(driver)).containsEntry("cached", "yes");
    }
  }

  /** What was so at a moment that the text names is the same until something is written. */
  @Test
  void rowsOfThePastAreKeptUnlessTheClockSaysOfWhen() throws IOException, SQLException {
    if (release() == MysqlRelease.MYSQL) {
      return; // has no history
    }
    past("DROP TABLE IF EXISTS mcr_history");
    past("CREATE TABLE mcr_history (id int, name text) WITH SYSTEM VERSIONING");
    past("INSERT INTO mcr_history VALUES (1, 'first')");
    try (RawMysqlClient client = admin()) {
      String all = "SELECT count(*) FROM mcr_history FOR SYSTEM_TIME ALL";
      Await.until(
          "it is known", () -> !why(client, all).isEmpty() && why(client, all).equals("yes"));
      for (String when :
          List.of(
              "ALL h WHERE h.id > 0",
              "AS OF '2037-01-01 00:00:00'",
              "AS OF TIMESTAMP '2037-01-01 00:00:00' AS h JOIN mcr_rows USING (id)",
              "AS OF date_add('2037-01-01 00:00:00', INTERVAL 1 DAY) AS h",
              "BETWEEN '2020-01-01' AND '2037-01-01' ORDER BY 1",
              "FROM '2020-01-01' TO '2037-01-01'")) {
        String read = "SELECT count(*) FROM mcr_history FOR SYSTEM_TIME " + when;
        assertThat(why(client, read)).as(when).isEqualTo("no: it was not there");
        assertThat(why(client, read)).as(when).isEqualTo("yes");
      }
      for (String when :
          List.of("AS OF NOW()", "AS OF NOW(6) - INTERVAL 1 DAY h", "AS OF TIME'10:00'")) {
        String read = "SELECT count(*) FROM mcr_history FOR SYSTEM_TIME " + when;
        assertThat(why(client, read)).as(when).startsWith("no: its result rests on more");
      }
      assertThat(client.value(all)).isEqualTo("1");
      run(client, "UPDATE mcr_history SET name = 'second'");
      assertThat(client.value(all)).isEqualTo("2");
      run(client, "DELETE HISTORY FROM mcr_history");
      assertThat(client.value(all)).isEqualTo("1");
    } finally {
      past("DROP TABLE mcr_history");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT name FROM mcr_rows UNION SELECT 'x'",
        "SELECT 'x' UNION SELECT name FROM mcr_rows",
        "SELECT name FROM mcr_rows UNION ALL SELECT 1 UNION SELECT NULL ORDER BY 1 LIMIT 2",
        "SELECT * FROM (SELECT name FROM mcr_rows UNION (SELECT 'x' FROM dual)) t",
      })
  void unionsWithLiteralsAreKept(String read) throws IOException {
    try (RawMysqlClient client = admin()) {
      why(client, read);
      assertThat(why(client, read)).isEqualTo("yes");
    }
  }

  /** How many rows an execution has: of one column, between three other packets. */
  private static int rows(RawMysqlClient client, int statement, String value) throws IOException {
    return packets(client, RawMysqlClient.execute(statement, value)).size() - 3;
  }

  @Test
  void anExecutionThatIsServedNeedsNoServer() throws IOException, SQLException {
    String read = "SELECT name FROM mcr_rows WHERE name = ? AND id < 10";
    try (RawMysqlClient client = admin();
        RawMysqlClient other = admin()) {
      assertThat(rows(client, client.prepare(read), "one")).isEqualTo(1);
      past("UPDATE mcr_rows SET name = 'past the node'");
      int number = other.prepare(read);
      assertThat(rows(other, number, "one")).isEqualTo(1);
      assertThat(cached(other)).isEqualTo("yes");
      assertThat(rows(other, number, "two")).isZero();
      assertThat(cached(other)).isEqualTo("no: it was not there");
    }
  }

  @Test
  void valuesAndTypesOfPreparedStatementsCount() throws SQLException {
    try (Connection client = node.connect("useServerPrepStmts", "true");
        PreparedStatement read =
            client.prepareStatement("SELECT id, name, ? FROM mcr_rows WHERE id = ?")) {
      for (int round = 0; round < 4; round++) {
        for (int id = 1; id <= 2; id++) {
          if (round % 2 == 0) {
            read.setInt(1, 49);
          } else {
            read.setString(1, "1");
          }
          read.setInt(2, id);
          try (ResultSet rows = read.executeQuery()) {
            assertThat(rows.next()).isTrue();
            assertThat(rows.getInt(1)).isEqualTo(id);
            assertThat(rows.getString(2)).isEqualTo(id == 1 ? "one" : "two");
            assertThat(rows.getString(3)).isEqualTo(round % 2 == 0 ? "49" : "1");
            assertThat(rows.next()).isFalse();
          }
        }
      }
      past("UPDATE mcr_rows SET name = 'past the node'");
      read.setString(1, "1");
      read.setInt(2, 2);
      try (ResultSet rows = read.executeQuery()) {
        assertThat(rows.next()).isTrue();
        assertThat(rows.getString(2)).isEqualTo("two");
      }
      read.setNull(1, java.sql.Types.VARCHAR);
      try (ResultSet rows = read.executeQuery()) {
        assertThat(rows.next()).isTrue();
        assertThat(rows.getString(2)).isEqualTo("past the node");
        assertThat(rows.getString(3)).isNull();
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '!',
      value = {
        "SET time_zone = '+09:00'!SELECT at FROM mcr_rows WHERE id = 1",
        "SET sql_mode = 'ANSI_QUOTES'!SELECT \"name\" FROM mcr_rows WHERE id = 1",
        "SET sql_select_limit = 1!SELECT count(*) FROM (SELECT * FROM mcr_rows) s",
        "SET div_precision_increment = 8!SELECT id / 7 FROM mcr_rows",
        "SET group_concat_max_len = 400!SELECT GROUP_CONCAT(name) FROM mcr_rows",
        "SET NAMES latin1!SELECT name FROM mcr_rows WHERE id = 1",
        "SET collation_connection = 'utf8mb4_bin'!SELECT name FROM mcr_rows WHERE id = 1",
        "SET character_set_results = NULL!SELECT name FROM mcr_rows WHERE id = 1",
        "SET sql_big_selects = 1!SELECT name FROM mcr_rows WHERE id = 1",
        "USE mcr_there!SELECT name FROM mcr_rows WHERE id = 1"
      })
  void settingsHaveResultsOfTheirOwn(String set, String read) throws IOException, SQLException {
    try (RawMysqlClient client = admin();
        RawMysqlClient there = admin();
        RawMysqlClient direct = direct()) {
      run(there, set);
      run(direct, set);
      List<String> usual = packets(client, query(read));
      assertThat(packets(there, query(read))).isEqualTo(packets(direct, query(read)));
      assertThat(cached(there)).isEqualTo("no: it was not there");
      assertThat(packets(client, query(read))).isEqualTo(usual);
      assertThat(cached(client)).isEqualTo("yes");
      assertThat(packets(there, query(read))).isEqualTo(packets(direct, query(read)));
      assertThat(cached(there)).isEqualTo("yes");
    }
  }

  @Test
  void aPreparedStatementIsOfTheDatabaseOfItsTime() throws IOException {
    try (RawMysqlClient client = admin();
        RawMysqlClient other = admin()) {
      byte[] flags = {0, 1, 0, 0, 0};
      int number = client.prepare("UPDATE mcr_rows SET name = 'written' WHERE id = 1");
      assertThat(other.value(READ)).isEqualTo("one");
      run(client, "USE mcr_there");
      client.send(ofStatement(Command.STMT_EXECUTE, number, flags));
      client.receive();
      assertThat(other.value(READ)).isEqualTo("written");
      assertThat(client.value(READ)).isEqualTo("there");
    }
  }

  /** Each writes in a database that is not the one in which its session has begun. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "BEGIN | USE app | %s | COMMIT",
        "BEGIN | COM_INIT_DB app | %s | COMMIT",
        "BEGIN | DO 1 | USE app | SAVEPOINT a | %s | COMMIT",
        "SET autocommit = 0 | DO 1 | USE app | %s | COMMIT",
        "USE app; %s",
        "BEGIN; USE app; %s; COMMIT",
        "BEGIN | USE app | PREPARE w FROM '%s' | EXECUTE w | COMMIT"
      })
  void aWriteInAnotherDatabaseIsNoticed(String story) throws IOException {
    try (RawMysqlClient client = admin();
        RawMysqlClient other = admin()) {
      assertThat(client.value(READ)).isEqualTo("one");
      run(other, "USE mcr_there");
      for (String step : story.split(" \\| ")) {
        if (step.startsWith("COM_INIT_DB ")) {
          other.query(RawMysqlClient.text(Command.INIT_DB, step.substring(12)));
        } else {
          run(other, step.replace("%s", "UPDATE mcr_rows SET name = \"written\" WHERE id = 1"));
        }
      }
      assertThat(client.value(READ)).isEqualTo("written");
    }
  }

  @Test
  void usersHaveResultsOfTheirOwnUnlessARuleSaysOtherwise() throws IOException, SQLException {
    String shared = "SELECT name AS shared_by_all FROM mcr_rows WHERE id = 1";
    try (RawMysqlClient client = admin();
        RawMysqlClient other = RawMysqlClient.logIn(node.target().as("other", "app-secret"))) {
      assertThat(client.value(shared)).isEqualTo("one");
      past("UPDATE mcr_rows SET name = 'past the node'");
      assertThat(other.value(shared)).isEqualTo("one");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "UPDATE mcr_rows SET name = 'written' WHERE id = 1",
        "UPDATE mcr_view SET name = 'written' WHERE id = 1",
        "UPDATE mcr_others o JOIN mcr_rows r ON r.id = o.id SET r.name = 'written'",
        "REPLACE INTO mcr_rows VALUES (1, 'written', NULL, 1)",
        "INSERT INTO mcr_rows VALUES (1, 'x', NULL, 1) ON DUPLICATE KEY UPDATE name = 'written'",
        "SELECT 1; UPDATE mcr_rows SET name = 'written' WHERE id = 1; SELECT 2",
        "BEGIN; UPDATE mcr_rows SET name = 'written' WHERE id = 1; COMMIT",
        "BEGIN; UPDATE mcr_rows SET name = 'written' WHERE id = 1; BEGIN; SELECT 1",
        "SET autocommit = 0; UPDATE mcr_rows SET name = 'written' WHERE id = 1;"
            + " SET autocommit = 1",
        "PREPARE w FROM 'UPDATE mcr_rows SET name = ''written'' WHERE id = 1'; EXECUTE w",
        "CALL mcr_writes('written')"
      })
  void everyWayOfWritingIsNoticed(String write) throws IOException, SQLException {
    past("DROP PROCEDURE IF EXISTS mcr_writes");
    past(
        "CREATE PROCEDURE mcr_writes(now text) BEGIN UPDATE mcr_rows SET name = now WHERE id = 1;"
            + " END");
    String through = "SELECT name FROM mcr_view WHERE id = 1";
    String copied = "SELECT count(*) FROM mcr_copies";
    try (RawMysqlClient client = admin();
        RawMysqlClient other = admin()) {
      assertThat(client.value(READ)).isEqualTo("one");
      assertThat(client.value(through)).isEqualTo("one");
      String before = client.value(copied);
      run(other, write);
      assertThat(client.value(READ)).isEqualTo("written");
      assertThat(client.value(through)).isEqualTo("written");
      assertThat(client.value(copied).equals(before)).isEqualTo(write.startsWith("REPLACE"));
    } finally {
      past("DROP PROCEDURE mcr_writes");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "CREATE TABLE mcr_new (i int)",
        "LOCK TABLES mcr_rows READ",
        "SET autocommit = 1",
        "START TRANSACTION",
        "XA COMMIT 'mcr'"
      })
  void whatCommitsByTheWayIsNoticed(String commit) throws IOException, SQLException {
    past("DROP TABLE IF EXISTS mcr_new");
    try (RawMysqlClient client = admin();
        RawMysqlClient other = admin()) {
      assertThat(client.value(READ)).isEqualTo("one");
      boolean xa = commit.startsWith("XA");
      run(other, xa ? "XA START 'mcr'" : "SET autocommit = 0");
      run(other, "UPDATE mcr_rows SET name = 'written' WHERE id = 1");
      assertThat(client.value(READ)).isEqualTo("one");
      if (xa) {
        run(other, "XA END 'mcr'", "XA PREPARE 'mcr'");
      }
      run(other, commit);
      assertThat(client.value(READ)).isEqualTo("written");
      run(other, "UNLOCK TABLES");
    } finally {
      past("DROP TABLE IF EXISTS mcr_new");
    }
  }

  @Test
  void anotherSessionCommitsWhatOneHasPrepared() throws IOException {
    try (RawMysqlClient client = admin()) {
      try (RawMysqlClient other = admin()) {
        run(other, "XA START 'mcr2'", "UPDATE mcr_rows SET name = 'written' WHERE id = 1");
        run(other, "XA END 'mcr2'", "XA PREPARE 'mcr2'");
      }
      assertThat(client.value(READ)).isEqualTo("one");
      try (RawMysqlClient third = admin()) {
        Await.until(
            "its connection is closed",
            () -> {
              try {
                run(third, "XA COMMIT 'mcr2'");
                return true;
              } catch (RawMysqlClient.ErrorReceived e) {
                return false;
              }
            });
      }
      assertThat(client.value(READ)).isEqualTo("written");
    }
  }

  @Test
  void tablesWithoutTransactionsAreWrittenAtOnce() throws IOException {
    String read = "SELECT name FROM mcr_plain WHERE id = 1";
    try (RawMysqlClient client = admin();
        RawMysqlClient other = admin()) {
      assertThat(client.value(read)).isEqualTo("one");
      run(other, "BEGIN", "UPDATE mcr_plain SET name = 'written' WHERE id = 1");
      assertThat(client.value(read)).isEqualTo("written");
      run(other, "UPDATE mcr_plain SET name = 'again' WHERE id = 1");
      assertThat(client.value(read)).isEqualTo("again");
      run(other, "ROLLBACK");
      assertThat(client.value(read)).isEqualTo("again");
    }
  }

  @Test
  void cascadesTruncationsAndRenamingsAreNoticed() throws IOException {
    String read = "SELECT count(*) FROM mcr_others";
    try (RawMysqlClient client = admin();
        RawMysqlClient other = admin()) {
      assertThat(client.value(read)).isEqualTo("1");
      run(other, "DELETE FROM mcr_rows WHERE id = 1");
      assertThat(client.value(read)).isEqualTo("0");
      run(other, "INSERT INTO mcr_others VALUES (2, 'of two')");
      assertThat(client.value(read)).isEqualTo("1");
      run(other, "DELETE r, o FROM mcr_rows r JOIN mcr_others o ON o.id = r.id");
      assertThat(client.value(read)).isEqualTo("0");
      run(other, "INSERT INTO mcr_others VALUES (NULL, 'of none')");
      assertThat(client.value(read)).isEqualTo("1");
      run(other, "TRUNCATE mcr_others");
      assertThat(client.value(read)).isEqualTo("0");
      run(other, "CREATE TABLE mcr_full (id int)", "INSERT INTO mcr_full VALUES (1), (2)");
      run(other, "RENAME TABLE mcr_others TO mcr_away, mcr_full TO mcr_others");
      assertThat(client.value(read)).isEqualTo("2");
      run(other, "DROP TABLE mcr_others", "RENAME TABLE mcr_away TO mcr_others");
      assertThat(client.value(read)).isEqualTo("0");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "SELECT now(), name FROM mcr_rows WHERE id = 1|its result rests on more than its tables",
        "SELECT rand() FROM mcr_rows|its result rests on more than its tables",
        "SELECT UTC_TIMESTAMP, name FROM mcr_rows|its result rests on more than its tables",
        "SELECT mcr_clock(), name FROM mcr_rows|it may answer differently",
        "SELECT * FROM mcr_timed|its result rests on more than its tables",
        "SELECT /*! SQL_NO_CACHE */ name FROM mcr_rows WHERE id = 1|what it reads is not known",
        "SELECT uuid() FROM mcr_rows|its result rests on more than its tables",
        "SELECT database(), name FROM mcr_rows|its result rests on more than its tables",
        "SELECT 1|it reads no table",
        "SELECT table_name FROM information_schema.tables WHERE table_name = 'x'|it writes, locks"
            + " what it reads",
        "SELECT name FROM mcr_rows WHERE id = 1 FOR UPDATE|it writes, locks what it reads",
        "SELECT name FROM mcr_rows WHERE id = 1 LOCK IN SHARE MODE|it writes, locks what it reads",
        "UPDATE mcr_rows SET name = name WHERE id = 1|it writes, locks what it reads",
        "SELECT SQL_NO_CACHE name FROM mcr_rows WHERE id = 1|it says SQL_NO_CACHE",
        "SELECT SQL_CALC_FOUND_ROWS name FROM mcr_rows LIMIT 1|it may answer differently",
        "SELECT LAST_INSERT_ID(), name FROM mcr_rows|it may answer differently",
        "SELECT FOUND_ROWS(), name FROM mcr_rows|it may answer differently",
        "SELECT ROW_COUNT(), name FROM mcr_rows|it may answer differently",
        "SELECT @@warning_count, name FROM mcr_rows|it may answer differently",
        "SELECT @@sql_mode, name FROM mcr_rows|it reads system tables, or what else",
        "SELECT @@global.port + id FROM mcr_rows|it reads system tables, or what else",
        "SELECT name FROM mcr_rows; SELECT 2|it writes, locks what it reads",
        "SELECT repeat(name, 9000) FROM mcr_rows WHERE id = 1|its answer was too large",
        "SELECT CAST('1x' AS SIGNED) FROM mcr_rows WHERE id = 1|its answer was too large, an error",
        "SELECT pow(99999 * id, 9999) FROM mcr_rows|its answer was too large, an error"
      })
  void whatIsNotTheSameEachTimeIsNotCached(String statement, String reason) throws IOException {
    try (RawMysqlClient client = admin()) {
      try {
        client.query(query(statement));
      } catch (RawMysqlClient.ErrorReceived e) {
        assertThat(statement).contains("pow");
      }
      if (reason.startsWith("its answer")) {
        assertThat(cached(client)).startsWith("no: " + reason);
      }
      run(client, "DELETE FROM mcr_plain"); // nothing of it is left to be asked about
      assertThat(why(client, statement)).startsWith("no: " + reason);
    }
  }

  @Test
  void whatIsInTheWayOfASessionIsNotServedToIt() throws IOException {
    try (RawMysqlClient client = admin();
        RawMysqlClient other = admin()) {
      assertThat(client.value(READ)).isEqualTo("one");
      run(client, "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED", "SET autocommit = 0");
      assertThat(why(client, READ)).startsWith("no: it is part of a transaction");
      run(client, "COMMIT", "SET autocommit = 1", READ);
      assertThat(why(client, READ)).isEqualTo("yes");
      run(client, "SET @mine = 1");
      assertThat(why(client, READ)).isNotEqualTo("yes");
      run(other, "CREATE TEMPORARY TABLE mcr_rows (id int, name text)");
      run(other, "INSERT INTO mcr_rows VALUES (1, 'my own')");
      assertThat(other.value(READ)).isEqualTo("my own");
    }
    try (RawMysqlClient client = admin()) {
      assertThat(client.value(READ)).isEqualTo("one");
    }
  }

  @Test
  void whoReadsWhatIsNotCommittedKeepsNothing() throws IOException {
    try (RawMysqlClient writer = admin();
        RawMysqlClient reader = admin()) {
      run(reader, "SET SESSION TRANSACTION ISOLATION LEVEL READ UNCOMMITTED");
      run(writer, "BEGIN", "UPDATE mcr_rows SET name = 'uncommitted' WHERE id = 1");
      assertThat(reader.value(READ)).isEqualTo("uncommitted");
      run(writer, "ROLLBACK");
      assertThat(reader.value(READ)).isEqualTo("one");
      assertThat(cached(reader)).startsWith("no: it may answer differently");
    }
  }

  @Test
  void thatIsSoWhereItIsTheServersDefault() throws IOException, SQLException {
    String isolation = release() == MysqlRelease.MYSQL ? "transaction_isolation" : "tx_isolation";
    past("SET GLOBAL " + isolation + " = 'READ-UNCOMMITTED'");
    try (MysqlNode other =
            MysqlNode.start(release(), c -> cached(c).rules("cached", "{\"action\": \"cache\"}"));
        RawMysqlClient reader = RawMysqlClient.logIn(other.target().as("admin", "admin"))) {
      Await.until(
          "the catalogue is read",
          () -> {
            reader.value(READ);
            return cached(reader).startsWith("no: it may answer differently");
          });
    } finally {
      past("SET GLOBAL " + isolation + " = 'REPEATABLE-READ'");
    }
  }

  @Test
  void whatASessionIsAskedBehindAHitIsItsOwn() throws IOException, SQLException {
    String read = "SELECT name FROM mcr_rows";
    try (RawMysqlClient client = admin();
        RawMysqlClient other = admin();
        RawMysqlClient third = admin()) {
      run(client, read, "INSERT INTO mcr_plain VALUES (5, 'x')");
      run(client, "INSERT INTO mcr_rows (name) VALUES ('three')");
      String id = client.value("SELECT LAST_INSERT_ID()");
      run(other, "INSERT INTO mcr_rows (name) VALUES ('four')", "SELECT 1");
      run(client, read);
      run(third, "DO 0"); // whatever is first in the pool has other numbers
      for (int round = 0; round < 2; round++) {
        run(client, "DELETE FROM mcr_plain WHERE id = 5", "SELECT name FROM mcr_rows LIMIT 2");
        assertThat(why(client, read)).isEqualTo("yes");
        run(other, "SELECT name FROM mcr_plain");
        assertThat(client.value("SELECT FOUND_ROWS()")).isEqualTo("4");
        run(client, "DELETE FROM mcr_plain WHERE id = 5", read);
        assertThat(client.value("SELECT ROW_COUNT()")).isEqualTo("-1");
        assertThat(client.value("SELECT LAST_INSERT_ID()")).isEqualTo(id);
        assertThat(why(client, read)).isEqualTo("yes");
        assertThat(client.query(query("SHOW WARNINGS"))).isEmpty();
        assertThat(client.value("SELECT @@warning_count")).isEqualTo("0");
        run(client, read);
        assertThat(client.value("SELECT ROW_COUNT()")).isEqualTo("-1");
      }
    }
  }

  @Test
  void filesThatAreLoadedAreNoticed() throws IOException, SQLException {
    past("SET GLOBAL local_infile = 1");
    String read = "SELECT count(*) FROM mcr_plain";
    try (RawMysqlClient client = admin();
        Connection other = node.connect("allowLoadLocalInfile", "true");
        Statement loading = other.createStatement()) {
      assertThat(client.value(read)).isEqualTo("1");
      loading
          .unwrap(JdbcStatement.class)
          .setLocalInfileInputStream(
              new ByteArrayInputStream("7\tx\n".getBytes(StandardCharsets.UTF_8)));
      loading.execute("LOAD DATA LOCAL INFILE 'lines' INTO TABLE mcr_plain");
      assertThat(client.value(read)).isEqualTo("2");
    }
  }

  /** The first one hangs at the server, the second one waits for it. */
  @Test
  void equalStatementsWaitForOne() throws IOException, SQLException {
    byte[] read = query("SELECT id FROM mcr_rows WHERE name = 'one'");
    try (RawMysqlClient first = admin();
        RawMysqlClient second = admin();
        RawMysqlClient third = admin()) {
      String number = second.value("SELECT CONNECTION_ID()");
      long before = waited("waited");
      past("LOCK TABLES mcr_rows WRITE");
      first.send(read);
      Await.until("it hangs", () -> active() == 1);
      second.send(read);
      Await.until("the second one waits", () -> waited("waiting") == 1);
      past("UNLOCK TABLES");
      assertThat(first.rows()).containsExactly(List.of("1"));
      assertThat(second.rows()).containsExactly(List.of("1"));
      assertThat(cached(second)).isEqualTo("yes: by the answer to an equal statement");
      assertThat(waited("waited")).isEqualTo(before + 1);
      run(third, "DELETE FROM mcr_rows WHERE id = 2");
      past("LOCK TABLES mcr_rows WRITE");
      first.send(read);
      Await.until("it hangs", () -> active() == 1);
      second.send(read);
      Await.until("the second one waits", () -> waited("waiting") == 1);
      run(third, "KILL QUERY " + number);
      assertThat(RawMysqlClient.error(second.receive())).startsWith("1317 ");
      assertThat(second.query(query("SELECT 1"))).containsExactly(List.of("1"));
      past("UNLOCK TABLES");
      assertThat(first.rows()).containsExactly(List.of("1"));
    } finally {
      past("UNLOCK TABLES");
    }
  }

  private long active() {
    return node.servers().stream().filter(row -> row.get("state").equals("active")).count();
  }

  private long waited(String column) {
    return Long.parseLong(node.admin("SHOW CACHE").get(0).get(column));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "DO LAST_INSERT_ID(1)",
        "SET sql_mode = ''",
        "USE app",
        "COMMIT",
        "BEGIN",
        "SELECT 1",
        "SHOW TABLES LIKE 'mcr_rows'",
        "DELETE FROM mcr_plain WHERE id = 77",
        "UPDATE mcr_plain SET name = 'x'",
        "ANALYZE TABLE mcr_plain",
        "EXPLAIN SELECT 1"
      })
  void whatComesBetweenAHitAndAQuestionCounts(String between) throws IOException {
    countsBetween(between);
  }

  @Test
  void aConstantBetweenAHitAndAQuestionCounts() throws IOException {
    countsBetween("DO 1");
  }

  private void countsBetween(String between) throws IOException {
    String read = "SELECT name FROM mcr_rows";
    List<String> found = new ArrayList<>();
    try (RawMysqlClient client = admin();
        RawMysqlClient other = admin();
        RawMysqlClient direct = direct()) {
      for (RawMysqlClient each : List.of(client, direct)) {
        run(each, "SELECT id FROM mcr_rows WHERE id = 1");
        run(other, "SELECT id FROM mcr_rows WHERE id < 0");
        run(each, read, read, between);
        found.add(each.value("SELECT FOUND_ROWS()"));
        run(each, read, between);
        found.add(each.value("SELECT ROW_COUNT()"));
        run(each, "COMMIT");
      }
    }
    assertThat(found.subList(0, 2)).isEqualTo(found.subList(2, 4));
  }

  @Test
  void aRuleMayHaveKeptWhatChanges() throws IOException {
    try (RawMysqlClient client = admin()) {
      String changes = "SELECT uuid() AS though_it_changes FROM mcr_rows WHERE id = 1";
      assertThat(client.value(changes)).isEqualTo(client.value(changes));
    }
  }

  @Test
  void changedDefinitionsAreNoticed() throws IOException {
    try (RawMysqlClient client = admin();
        RawMysqlClient other = admin()) {
      String through = "SELECT * FROM mcr_view WHERE id = 1";
      assertThat(client.value(through)).isEqualTo("1");
      run(other, "CREATE OR REPLACE VIEW mcr_view AS SELECT id + 10 AS id, name FROM mcr_rows");
      assertThat(client.query(query(through))).isEmpty();
      run(other, "CREATE OR REPLACE VIEW mcr_view AS SELECT * FROM mcr_rows");
      assertThat(client.value(through)).isEqualTo("1");
      String all = "SELECT * FROM mcr_plain WHERE id = 1";
      assertThat(client.query(query(all)).get(0)).hasSize(2);
      run(other, "ALTER TABLE mcr_plain ADD COLUMN more int");
      assertThat(client.query(query(all)).get(0)).hasSize(3);
      run(other, "ALTER TABLE mcr_plain DROP COLUMN more");
      assertThat(client.query(query(all)).get(0)).hasSize(2);
    }
  }
}
