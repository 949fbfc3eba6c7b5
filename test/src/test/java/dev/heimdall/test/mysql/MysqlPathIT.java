package dev.heimdall.test.mysql;

import static dev.heimdall.test.fixture.Jdbc.execute;
import static dev.heimdall.test.fixture.RawMysqlClient.query;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heimdall.engine.wire.mysql.Command;
import dev.heimdall.engine.wire.mysql.OkPacket;
import dev.heimdall.engine.wire.mysql.StatusFlag;
import dev.heimdall.test.fixture.Jdbc;
import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.MysqlTarget;
import dev.heimdall.test.fixture.RawMysqlClient;
import dev.heimdall.test.operate.Door;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What the commands of MySQL's clients come to, over one server connection for all of them. */
class MysqlPathIT {
  private static MysqlNode node;

  @BeforeAll
  static void start() {
    node = MysqlNode.start(MysqlRelease.MARIADB, c -> c.vdb("pool.size", 1));
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  private static List<String> rows(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      return Jdbc.rows(result);
    }
  }

  @Test
  void clientsTakeTurnsOnOneConnectionAndKeepTheirSettings() throws SQLException {
    try (Connection one = node.target().jdbc();
        Connection other = node.target().jdbc()) {
      execute(one, "SET time_zone = '+05:30'");
      execute(other, "SET group_concat_max_len = 77", "USE information_schema");
      for (int i = 0; i < 3; i++) {
        assertThat(rows(one, "SELECT @@time_zone, @@group_concat_max_len = 77, DATABASE()"))
            .containsExactly("+05:30 0 app");
        assertThat(rows(other, "SELECT @@time_zone, @@group_concat_max_len, DATABASE()"))
            .containsExactly("SYSTEM 77 information_schema");
      }
      assertThat(one.isValid(1)).isTrue();
    }
  }

  @Test
  void aClientWithoutADatabaseGetsNobodyElses() throws Exception {
    Door metrics = new Door(node.httpPort());
    double failures = metrics.metric("heimdall_server_state_failures_total");
    try (Connection one = node.target().in("").jdbc();
        Connection other = node.target().in("").jdbc()) {
      for (int i = 0; i < 3; i++) {
        execute(one, "USE app");
        assertThat(rows(other, "SELECT DATABASE()")).containsExactly("null");
        assertThat(rows(one, "SELECT DATABASE()")).containsExactly("app");
      }
    }
    assertThat(metrics.metric("heimdall_server_state_failures_total")).isEqualTo(failures);
  }

  @Test
  void aDatabaseIsFoundWhateverTheCharacterSetOfTheClientBefore() throws SQLException {
    MysqlRelease.MARIADB
        .shared()
        .primary()
        .execute(
            "CREATE DATABASE IF NOT EXISTS `bücher`",
            "GRANT ALL ON `bücher`.* TO " + MysqlRelease.USER);
    try (Connection one = node.target().jdbc();
        Connection other = node.target().jdbc()) {
      execute(other, "SET NAMES koi8r");
      execute(one, "USE `bücher`");
      for (int i = 0; i < 2; i++) {
        assertThat(rows(other, "SELECT DATABASE()")).containsExactly("app");
        assertThat(rows(one, "SELECT @@character_set_client, DATABASE()"))
            .containsExactly("utf8mb4 bücher");
      }
      execute(other, "USE app");
      assertThat(rows(other, "SELECT @@character_set_client")).containsExactly("koi8r");
    }
  }

  @Test
  void aCharacterSetComesWithItsCollation() throws SQLException {
    for (String of : List.of("connection", "server", "database")) {
      String asked = "SELECT @@character_set_%s, @@collation_%s".formatted(of, of);
      try (Connection one = node.target().jdbc();
          Connection other = node.target().jdbc()) {
        execute(one, "SET @@collation_%s = koi8r_bin".formatted(of));
        rows(other, asked);
        execute(one, "SET @@character_set_%s = latin1".formatted(of));
        rows(other, asked);
        assertThat(rows(one, asked)).containsExactly("latin1 latin1_swedish_ci");
        execute(one, "SET @@collation_%s = latin1_bin".formatted(of));
        rows(other, asked);
        assertThat(rows(one, asked)).containsExactly("latin1 latin1_bin");
      }
    }
  }

  @Test
  void whatSettingAVariableSetsBesidesIsCarriedToo() throws SQLException {
    String asked = "SELECT @@max_join_size, @@sql_big_selects";
    try (Connection one = node.target().jdbc();
        Connection other = node.target().jdbc()) {
      execute(one, "SET max_join_size = 1000", "SET sql_big_selects = 1");
      rows(other, asked);
      execute(one, "SET max_join_size = 2000");
      rows(other, asked);
      assertThat(rows(one, asked)).containsExactly("2000 0");
    }
  }

  /** MariaDB reports what they are meanwhile, and not that they are as before. */
  @Test
  void limitsOfWaitsAreAsBeforeBehindAStatementWithItsOwn() throws SQLException {
    String asked = "SELECT @@lock_wait_timeout, @@innodb_lock_wait_timeout";
    try (Connection one = node.target().jdbc();
        Connection other = node.target().jdbc()) {
      execute(
          one,
          "CREATE OR REPLACE TABLE path_waits (a int)",
          "SET lock_wait_timeout = 77, innodb_lock_wait_timeout = 7");
      for (String waits :
          List.of(
              "SELECT a FROM path_waits FOR UPDATE NOWAIT",
              "SELECT a FROM path_waits FOR UPDATE WAIT 2",
              "ALTER TABLE path_waits WAIT 3 ADD b int",
              "DROP TABLE path_waits NOWAIT")) {
        execute(one, waits);
        rows(other, asked);
        assertThat(rows(one, asked)).as(waits).containsExactly("77 7");
      }
    }
  }

  @Test
  void aPreparedStatementRunsWhateverOthersBindToTheSame() throws SQLException {
    try (Connection one = node.target().jdbc("useServerPrepStmts", "true");
        Connection other = node.target().jdbc("useServerPrepStmts", "true");
        PreparedStatement first = one.prepareStatement("SELECT ? + 1, ?");
        PreparedStatement second = other.prepareStatement("SELECT ? + 1, ?")) {
      for (int i = 0; i < 10; i++) {
        first.setInt(1, i);
        first.setString(2, "a" + i);
        second.setDouble(1, 100 + i);
        second.setInt(2, i);
        try (ResultSet a = first.executeQuery();
            ResultSet b = second.executeQuery()) {
          assertThat(Jdbc.rows(a)).containsExactly((i + 1) + " a" + i);
          assertThat(Jdbc.rows(b)).containsExactly((101.0 + i) + " " + i);
        }
      }
    }
  }

  @Test
  void rowsOfACursorAreFetchedFromTheConnectionThatHasThem() throws SQLException {
    try (Connection client =
            node.target().jdbc("useServerPrepStmts", "true", "useCursorFetch", "true");
        PreparedStatement statement =
            client.prepareStatement(
                "SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4")) {
      statement.setFetchSize(2);
      try (ResultSet result = statement.executeQuery()) {
        assertThat(Jdbc.rows(result)).containsExactly("1", "2", "3", "4");
      }
      assertThat(rows(client, "SELECT 'after'")).containsExactly("after");
    }
    try (Connection next = node.target().jdbc()) {
      assertThat(rows(next, "SELECT 'free'")).containsExactly("free");
    }
  }

  @Test
  void aLongValueGoesAheadOfItsExecution() throws SQLException {
    String value = "x".repeat(300_000);
    try (Connection client =
            node.target().jdbc("useServerPrepStmts", "true", "blobSendChunkSize", "65536");
        PreparedStatement statement = client.prepareStatement("SELECT length(?)")) {
      statement.setCharacterStream(1, new java.io.StringReader(value), value.length());
      try (ResultSet result = statement.executeQuery()) {
        assertThat(Jdbc.rows(result)).containsExactly("300000");
      }
    }
  }

  @Test
  void aTextOfMoreThanOnePacketIsCarriedOut() throws SQLException {
    String value = "y".repeat(17_000_000);
    try (Connection client = node.target().jdbc()) {
      execute(client, "SET @@session.max_join_size = 1000000");
      assertThat(rows(client, "SELECT length('" + value + "')")).containsExactly("17000000");
    }
  }

  @Test
  void aTransactionIsItsClientsAlone() throws SQLException {
    try (Connection client = node.target().jdbc()) {
      execute(client, "CREATE OR REPLACE TABLE path (id INT PRIMARY KEY)");
      client.setAutoCommit(false);
      execute(client, "INSERT INTO path VALUES (1)");
      client.rollback();
      execute(client, "INSERT INTO path VALUES (2)");
      client.commit();
      client.setAutoCommit(true);
      assertThat(rows(client, "SELECT id FROM path")).containsExactly("2");
      assertThatThrownBy(() -> execute(client, "INSERT INTO path VALUES (2)"))
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getErrorCode()).isEqualTo(1062));
    }
  }

  @Test
  void aConnectionIsResetAsItsClientWants() throws SQLException {
    try (Connection client = node.target().jdbc()) {
      execute(client, "SET time_zone = '+01:00'", "SET @a = 1");
      client.unwrap(com.mysql.cj.jdbc.JdbcConnection.class).resetServerState();
      assertThat(rows(client, "SELECT @@time_zone, ifnull(@a, 'gone')"))
          .containsExactly("SYSTEM gone");
    }
  }

  @Test
  void theAnswerToAResetHasTheFlagsOfANewSession() throws IOException {
    MysqlTarget direct = MysqlTarget.of(MysqlRelease.MARIADB.shared().primary());
    for (MysqlTarget target : List.of(direct, node.target())) {
      try (RawMysqlClient client = RawMysqlClient.logIn(target)) {
        client.query(query("SET autocommit = 0, sql_mode = 'NO_BACKSLASH_ESCAPES'"));
        client.send(RawMysqlClient.command(Command.RESET_CONNECTION));
        OkPacket ok = OkPacket.read(Unpooled.wrappedBuffer(client.receive()), false);
        assertThat(ok.status()).isEqualTo(StatusFlag.AUTOCOMMIT);
        assertThat(client.value("SELECT 'it\\'s read as a new one does'")).startsWith("it's");
      }
    }
  }

  @Test
  void rulesRefuseAnswerAndChangeStatementsInATransactionToo() throws SQLException {
    try (MysqlNode ruled =
            MysqlNode.start(
                MysqlRelease.MARIADB,
                c ->
                    c.vdb("rules", List.of("all"))
                        .rules(
                            "all",
                            "{\"match\": \"secret\", \"action\": \"drop\"}",
                            "{\"match\": \"quiet\", \"action\": \"result\","
                                + " \"parameters\": {\"value\": 7}}",
                            "{\"match\": \"'old'\", \"action\": \"transform\","
                                + " \"parameters\": {\"target\": \"'new'\"}}"));
        Connection client = ruled.target().jdbc()) {
      for (boolean autocommit : new boolean[] {true, false}) {
        client.setAutoCommit(autocommit);
        assertThat(rows(client, "SELECT 1")).containsExactly("1");
        assertThatThrownBy(() -> execute(client, "SELECT secret"))
            .isInstanceOf(SQLException.class)
            .hasMessageContaining("rejected by a rule");
        try (Statement statement = client.createStatement()) {
          assertThat(statement.executeUpdate("UPDATE quiet SET a = 1")).isEqualTo(7);
        }
        assertThat(rows(client, "SELECT 'old'")).containsExactly("new");
      }
    }
  }

  @Test
  void aStatementThatIsPreparedAnewReadsTheTablesOfItsFirstDatabase() throws SQLException {
    try (MysqlNode two = MysqlNode.start(MysqlRelease.MARIADB, c -> c.vdb("pool.size", 2));
        Connection client = two.target().jdbc("useServerPrepStmts", "true");
        Connection other = two.target().jdbc()) {
      execute(client, "CREATE OR REPLACE TABLE first_database (id INT)");
      try (PreparedStatement statement =
          client.prepareStatement("SELECT count(*) FROM first_database")) {
        execute(client, "USE information_schema");
        execute(other, "BEGIN", "SELECT 1"); // takes the connection that has it
        try (ResultSet result = statement.executeQuery()) {
          assertThat(Jdbc.rows(result)).containsExactly("0");
        }
        assertThat(rows(client, "SELECT DATABASE()")).containsExactly("information_schema");
        execute(other, "COMMIT");
      }
    }
  }
}
