package dev.heimdall.test.drivers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Jdbc;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.MysqlTarget;
import java.io.ByteArrayInputStream;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.Parameter;

/** What users of JDBC do with MySQL Connector/J and MariaDB Connector/J. */
@ExtendWith(MysqlEndpoints.Extension.class)
abstract class MysqlJdbcContract {
  /** A driver in one of its modes. */
  enum Driver {
    CONNECTOR_J,
    CONNECTOR_J_PREPARING_AT_SERVERS,
    MARIADB_CONNECTOR_J,
    MARIADB_CONNECTOR_J_PREPARING_AT_SERVERS;

    boolean isMariaDbs() {
      return this == MARIADB_CONNECTOR_J || this == MARIADB_CONNECTOR_J_PREPARING_AT_SERVERS;
    }

    Connection connect(MysqlTarget target, String... properties) throws SQLException {
      String[] all = Arrays.copyOf(properties, properties.length + 2);
      all[properties.length] = "useServerPrepStmts";
      all[properties.length + 1] =
          Boolean.toString(
              this == CONNECTOR_J_PREPARING_AT_SERVERS
                  || this == MARIADB_CONNECTOR_J_PREPARING_AT_SERVERS);
      return isMariaDbs() ? target.mariaJdbc(all) : target.jdbc(all);
    }
  }

  @Parameter(0)
  private MysqlRelease release;

  @Parameter(1)
  private Driver driver;

  private MysqlTarget target;

  @BeforeEach
  void find(MysqlEndpoints endpoints) {
    target = endpoints.of(release);
  }

  private Connection connect(String... properties) throws SQLException {
    return driver.connect(target, properties);
  }

  @Test
  void itSaysWhoTheServerIs() throws SQLException {
    try (Connection connection = connect()) {
      assertThat(connection.getMetaData().getDatabaseProductVersion())
          .isEqualTo(release.shared().primary().queryValue("", "SELECT version()"));
      assertThat(connection.getCatalog()).isEqualTo("app");
      assertThat(connection.isValid(5)).isTrue();
    }
  }

  @Test
  void aWrongPasswordIsRefused() {
    fails("28000", 1045, () -> driver.connect(target.as("app", "wrong")).close());
  }

  @Test
  void itTalksInTls() throws SQLException {
    MysqlTarget encrypted = target.tls(true);
    try (Connection connection = driver.connect(encrypted)) {
      assertThat(Jdbc.one(connection, "SELECT 1")).isEqualTo("1");
    }
    fails("28000", 1045, () -> driver.connect(encrypted.as("app", "wrong")).close());
  }

  @Test
  void valuesOfAllTypesComeBack() throws SQLException {
    List<Object> values =
        List.of(
            -7,
            new BigInteger("18446744073709551615"),
            new BigDecimal("123456789.125"),
            1.5e300,
            "grün 🙂",
            LocalDate.of(2024, 2, 29),
            LocalDateTime.of(2024, 2, 29, 1, 2, 3, 456_789_000),
            true);
    try (Connection connection = connect()) {
      Jdbc.table(
          connection,
          "jd_types",
          "i int, b bigint unsigned, d decimal(12,3), g double, s varchar(50), da date,"
              + " dt datetime(6), o bool, x blob");
      try (PreparedStatement insert =
              connection.prepareStatement("INSERT INTO jd_types VALUES (?,?,?,?,?,?,?,?,?)");
          PreparedStatement select =
              connection.prepareStatement("SELECT * FROM jd_types WHERE i = ?");
          PreparedStatement nulls =
              connection.prepareStatement("SELECT * FROM jd_types WHERE i IS NULL")) {
        for (int i = 0; i < values.size(); i++) {
          // As text what one of the drivers cannot send to the other's server.
          if (values.get(i) instanceof BigInteger || values.get(i) instanceof LocalDate) {
            insert.setString(i + 1, values.get(i).toString());
          } else {
            insert.setObject(i + 1, values.get(i));
          }
        }
        insert.setBytes(9, new byte[] {0, -1, 10});
        assertThat(insert.executeUpdate()).isEqualTo(1);
        for (int i = 1; i <= 9; i++) {
          insert.setNull(i, Types.VARCHAR);
        }
        assertThat(insert.executeUpdate()).isEqualTo(1);
        select.setInt(1, -7);
        try (ResultSet row = select.executeQuery()) {
          assertThat(row.next()).isTrue();
          for (int i = 0; i < values.size(); i++) {
            assertThat(row.getObject(i + 1, values.get(i).getClass())).isEqualTo(values.get(i));
          }
          assertThat(row.getBytes(9)).containsExactly(0, -1, 10);
        }
        try (ResultSet row = nulls.executeQuery()) {
          assertThat(row.next()).isTrue();
          for (int i = 1; i <= 9; i++) {
            assertThat(row.getObject(i)).isNull();
          }
        }
      }
    }
  }

  @Test
  void aStatementIsExecutedAgainAndAgain() throws SQLException {
    try (Connection connection = connect();
        PreparedStatement statement = connection.prepareStatement("SELECT ? + 1, ?")) {
      for (int i = 0; i < 30; i++) {
        statement.setInt(1, i);
        statement.setString(2, "text " + i);
        try (ResultSet row = statement.executeQuery()) {
          assertThat(row.next()).isTrue();
          assertThat(row.getInt(1)).isEqualTo(i + 1);
          assertThat(row.getString(2)).isEqualTo("text " + i);
        }
      }
    }
  }

  @Test
  void transactionsAreSeenWhenTheyAreCommitted() throws SQLException {
    try (Connection connection = connect();
        Connection other = connect()) {
      Jdbc.table(connection, "jd_tx", "n int");
      connection.setAutoCommit(false);
      Jdbc.execute(connection, "INSERT INTO jd_tx VALUES (1)");
      assertThat(Jdbc.one(other, "SELECT count(*) FROM jd_tx")).isEqualTo("0");
      connection.rollback();
      Jdbc.execute(connection, "INSERT INTO jd_tx VALUES (2)");
      connection.commit();
      assertThat(Jdbc.column(other, "SELECT n FROM jd_tx")).containsExactly("2");
      connection.setAutoCommit(true);
      connection.setReadOnly(true);
      connection.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
      assertThat(connection.getTransactionIsolation())
          .isEqualTo(Connection.TRANSACTION_SERIALIZABLE);
      assertThat(other.getTransactionIsolation()).isEqualTo(Connection.TRANSACTION_REPEATABLE_READ);
    }
  }

  @Test
  void savepointsRollBackToThem() throws SQLException {
    try (Connection connection = connect()) {
      Jdbc.table(connection, "jd_save", "n int");
      connection.setAutoCommit(false);
      Jdbc.execute(connection, "INSERT INTO jd_save VALUES (1)");
      var savepoint = connection.setSavepoint("here");
      Jdbc.execute(connection, "INSERT INTO jd_save VALUES (2)");
      connection.rollback(savepoint);
      connection.commit();
      assertThat(Jdbc.column(connection, "SELECT n FROM jd_save")).containsExactly("1");
    }
  }

  @Test
  void generatedKeysAreReturned() throws SQLException {
    try (Connection connection = connect()) {
      Jdbc.table(connection, "jd_key", "id int AUTO_INCREMENT PRIMARY KEY, n int");
      try (PreparedStatement insert =
          connection.prepareStatement(
              "INSERT INTO jd_key (n) VALUES (?)", Statement.RETURN_GENERATED_KEYS)) {
        for (int i = 1; i < 5; i++) {
          insert.setInt(1, i);
          insert.executeUpdate();
          try (ResultSet keys = insert.getGeneratedKeys()) {
            assertThat(keys.next()).isTrue();
            assertThat(keys.getInt(1)).isEqualTo(i);
          }
          assertThat(Jdbc.one(connection, "SELECT last_insert_id()"))
              .isEqualTo(Integer.toString(i));
        }
      }
    }
  }

  @Test
  void batchesCountEachStatement() throws SQLException {
    try (Connection connection = connect()) {
      Jdbc.table(connection, "jd_batch", "n int PRIMARY KEY");
      try (PreparedStatement insert =
          connection.prepareStatement("INSERT INTO jd_batch VALUES (?)")) {
        for (int i = 0; i < 100; i++) {
          insert.setInt(1, i);
          insert.addBatch();
        }
        assertThat(insert.executeBatch()).hasSize(100);
      }
      assertThat(Jdbc.one(connection, "SELECT count(*) FROM jd_batch")).isEqualTo("100");
    }
  }

  @Test
  void batchesAreRewritten() throws SQLException {
    String option = driver.isMariaDbs() ? "useBulkStmts" : "rewriteBatchedStatements";
    try (Connection connection = connect(option, "true")) {
      Jdbc.table(connection, "jd_rewritten", "n int PRIMARY KEY, s varchar(20)");
      try (PreparedStatement insert =
          connection.prepareStatement("INSERT INTO jd_rewritten VALUES (?, ?)")) {
        for (int i = 0; i < 500; i++) {
          insert.setInt(1, i);
          insert.setString(2, i % 3 == 0 ? null : "s" + i);
          insert.addBatch();
        }
        insert.executeBatch();
      }
      assertThat(Jdbc.one(connection, "SELECT count(s) FROM jd_rewritten")).isEqualTo("333");
    }
  }

  @Test
  void errorsLeaveTheConnectionUsable() throws SQLException {
    try (Connection connection = connect()) {
      fails("42S02", 1146, () -> Jdbc.execute(connection, "SELECT * FROM jd_no_such_table"));
      fails("42000", 1064, () -> Jdbc.execute(connection, "SELEC 1"));
      fails("42S22", 1054, () -> Jdbc.column(connection, "SELECT nothing WHERE 1 = ?", 1));
      fails(
          "45000",
          1644,
          () -> Jdbc.execute(connection, "SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'own'"));
      assertThat(Jdbc.one(connection, "SELECT ?", 5)).isEqualTo("5");
    }
  }

  @Test
  void warningsAreThoseOfTheStatement() throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      Jdbc.execute(connection, "SET sql_mode = ''");
      Jdbc.table(connection, "jd_warn", "n tinyint");
      statement.executeUpdate("INSERT INTO jd_warn VALUES (1000)");
      assertThat(statement.getWarnings().getErrorCode()).isEqualTo(1264);
      statement.executeUpdate("INSERT INTO jd_warn VALUES (1)");
      assertThat((Object) statement.getWarnings()).isNull();
    }
  }

  @Test
  void largeValuesComeBack() throws SQLException {
    byte[] value = new byte[(1 << 24) + 17];
    new Random(1).nextBytes(value);
    try (Connection connection = connect();
        PreparedStatement select = connection.prepareStatement("SELECT CAST(? AS BINARY)")) {
      select.setBinaryStream(1, new ByteArrayInputStream(value), value.length);
      try (ResultSet row = select.executeQuery()) {
        assertThat(row.next()).isTrue();
        assertThat(Arrays.equals(row.getBytes(1), value)).isTrue();
      }
    }
  }

  @Test
  void severalStatementsInOne() throws SQLException {
    try (Connection connection = connect("allowMultiQueries", "true");
        Statement statement = connection.createStatement()) {
      assertThat(statement.execute("SELECT 1; SET @x = 7; SELECT @x")).isTrue();
      assertThat(statement.getMoreResults()).isFalse();
      assertThat(statement.getUpdateCount()).isZero();
      assertThat(statement.getMoreResults()).isTrue();
      try (ResultSet row = statement.getResultSet()) {
        row.next();
        assertThat(row.getInt(1)).isEqualTo(7);
      }
    }
  }

  @Test
  void proceduresGiveBackTheirParameters() throws SQLException {
    try (Connection connection = connect()) {
      Jdbc.execute(
          connection,
          "DROP PROCEDURE IF EXISTS jd_proc",
          "CREATE PROCEDURE jd_proc(IN a int, INOUT b int, OUT t varchar(20))"
              + " BEGIN SELECT a; SET b = a + b; SET t = 'done'; END");
      try (CallableStatement call = connection.prepareCall("{call jd_proc(?, ?, ?)}")) {
        call.setInt(1, 2);
        call.setInt(2, 3);
        call.registerOutParameter(2, Types.INTEGER);
        call.registerOutParameter(3, Types.VARCHAR);
        call.execute();
        assertThat(call.getInt(2)).isEqualTo(5);
        assertThat(call.getString(3)).isEqualTo("done");
      }
    }
  }

  @Test
  void rowsComeByACursor() throws SQLException {
    String numbers =
        "SELECT a.d + 10 * b.d + 100 * c.d FROM"
            + " (SELECT 0 AS d UNION SELECT 1 UNION SELECT 2 UNION SELECT 3 UNION SELECT 4"
            + " UNION SELECT 5 UNION SELECT 6 UNION SELECT 7 UNION SELECT 8 UNION SELECT 9) a,"
            + " (SELECT 0 AS d UNION SELECT 1 UNION SELECT 2 UNION SELECT 3 UNION SELECT 4"
            + " UNION SELECT 5 UNION SELECT 6 UNION SELECT 7 UNION SELECT 8 UNION SELECT 9) b,"
            + " (SELECT 0 AS d UNION SELECT 1 UNION SELECT 2 UNION SELECT 3 UNION SELECT 4) c";
    try (Connection connection =
            driver.isMariaDbs() ? connect() : connect("useCursorFetch", "true");
        PreparedStatement statement = connection.prepareStatement(numbers)) {
      statement.setFetchSize(50);
      long sum = 0;
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          sum += rows.getLong(1);
        }
      }
      assertThat(sum).isEqualTo(500L * 499 / 2);
      assertThat(Jdbc.one(connection, "SELECT 1")).isEqualTo("1");
    }
  }

  @Test
  void rowsComeOneByOne() throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      statement.setFetchSize(driver.isMariaDbs() ? 1 : Integer.MIN_VALUE);
      try (ResultSet rows = statement.executeQuery("SELECT 1 UNION ALL SELECT 2 UNION SELECT 3")) {
        assertThat(rows.next()).isTrue();
        assertThat(rows.getInt(1)).isEqualTo(1);
      }
      assertThat(Jdbc.one(connection, "SELECT 4")).isEqualTo("4");
    }
  }

  @Test
  void theDatabaseIsTheSessions() throws SQLException {
    try (Connection connection = connect();
        Connection other = connect()) {
      connection.setCatalog("information_schema");
      assertThat(Jdbc.one(connection, "SELECT database()")).isEqualTo("information_schema");
      assertThat(Jdbc.one(other, "SELECT database()")).isEqualTo("app");
    }
  }

  @Test
  void aRunningStatementIsCancelled() throws Exception {
    ExecutorService threads = Executors.newSingleThreadExecutor();
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      String sql = "SELECT 'jd_cancel', sleep(25)";
      Future<Object> answer =
          threads.submit(
              () -> {
                try (ResultSet row = statement.executeQuery(sql)) {
                  row.next();
                  return row.getInt(2);
                } catch (SQLException e) {
                  return e.getSQLState();
                }
              });
      Await.until("it runs", () -> running("jd_cancel") > 0);
      statement.cancel();
      assertThat(answer.get()).isIn(1, "70100");
      Await.until("it has ended at the server", () -> running("jd_cancel") == 0);
      assertThat(Jdbc.one(connection, "SELECT 1")).isEqualTo("1");
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void aStatementThatTakesTooLongIsCancelled() throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      statement.setQueryTimeout(1);
      try (ResultSet row = statement.executeQuery("SELECT sleep(25)")) {
        row.next();
        assertThat(row.getInt(1)).isEqualTo(1);
      } catch (SQLException e) {
        assertThat(e.getMessage()).containsAnyOf("timeout", "interrupted", "max_statement_time");
      }
      assertThat(Jdbc.one(connection, "SELECT 1")).isEqualTo("1");
    }
  }

  @Test
  void whoseConnectionIsKilledConnectsAnew() throws SQLException {
    try (Connection killer = connect();
        Connection killed = connect()) {
      try (Statement statement = killed.createStatement();
          ResultSet id = statement.executeQuery("SELECT connection_id()")) {
        id.next();
        Jdbc.execute(killer, "KILL " + id.getInt(1));
      }
      Await.until("it is gone", () -> !killed.isValid(5));
      assertThatThrownBy(() -> Jdbc.one(killed, "SELECT 1")).isInstanceOf(SQLException.class);
    }
    try (Connection another = connect()) {
      assertThat(Jdbc.one(another, "SELECT 1")).isEqualTo("1");
    }
  }

  @Test
  void theSessionsVariablesStayWithIt() throws Exception {
    Jdbc.atOnce(
        6,
        number -> {
          String length = Integer.toString(2000 + number);
          try (Connection connection = connect("sessionVariables", "sql_mode='ANSI_QUOTES'")) {
            Jdbc.execute(connection, "SET SESSION group_concat_max_len = " + length);
            for (int i = 0; i < 10; i++) {
              assertThat(Jdbc.one(connection, "SELECT @@group_concat_max_len")).isEqualTo(length);
              assertThat(Jdbc.one(connection, "SELECT 1 AS \"quoted\"")).isEqualTo("1");
              assertThat(Jdbc.one(connection, "SELECT @@sql_mode")).contains("ANSI_QUOTES");
            }
          }
        });
  }

  @Test
  void manyClientsAtOnce() throws Exception {
    try (Connection connection = connect()) {
      Jdbc.table(connection, "jd_many", "client int, n int");
    }
    Jdbc.atOnce(
        30,
        number -> {
          try (Connection connection = connect()) {
            Jdbc.execute(connection, "SET @mine = " + number);
            for (int i = 0; i < 5; i++) {
              Jdbc.execute(connection, "INSERT INTO jd_many VALUES (" + number + ", " + i + ")");
              assertThat(Jdbc.one(connection, "SELECT @mine")).isEqualTo(Integer.toString(number));
            }
          }
        });
    try (Connection connection = connect()) {
      assertThat(Jdbc.one(connection, "SELECT count(*) FROM jd_many")).isEqualTo("150");
    }
  }

  private int running(String part) {
    return Integer.parseInt(
        release
            .shared()
            .primary()
            .queryValue(
                "",
                "SELECT count(*) FROM information_schema.processlist WHERE id <> connection_id()"
                    + " AND info LIKE '%"
                    + part
                    + "%'"));
  }

  private static void fails(String sqlState, int number, ThrowingCallable action) {
    SQLException e = catchThrowableOfType(SQLException.class, action);
    assertThat((Object) e).as("an error").isNotNull();
    assertThat(e.getErrorCode()).as(e.toString()).isEqualTo(number);
    assertThat(e.getSQLState()).isEqualTo(sqlState);
  }
}
