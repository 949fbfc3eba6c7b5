package dev.heimdall.test.drivers;

import static dev.heimdall.test.fixture.Jdbc.atOnce;
import static dev.heimdall.test.fixture.Jdbc.column;
import static dev.heimdall.test.fixture.Jdbc.execute;
import static dev.heimdall.test.fixture.Jdbc.fails;
import static dev.heimdall.test.fixture.Jdbc.one;
import static dev.heimdall.test.fixture.Jdbc.table;
import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.sql.Array;
import java.sql.BatchUpdateException;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.sql.Types;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.PGConnection;
import org.postgresql.PGStatement;
import org.postgresql.util.ServerErrorMessage;

/** pgjdbc: log-in, queries, prepared statements, batches, transactions. */
@ExtendWith(DriverEndpointExtension.class)
@Timeout(value = 180, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PgjdbcStatementsIT {
  private final DriverEndpoint endpoint;

  PgjdbcStatementsIT(DriverEndpoint endpoint) {
    this.endpoint = endpoint;
  }

  @Test
  void connectsWithScram() throws Exception {
    try (Connection c = endpoint.connect("requireAuth", "scram-sha-256")) {
      assertThat(one(c, "SELECT current_user")).isEqualTo(endpoint.user());
      assertThat(c.isValid(5)).isTrue();
    }
  }

  @Test
  void wrongPasswordIsRefused() {
    ServerErrorMessage error =
        fails("28P01", () -> endpoint.connect("password", "not the password").close());
    assertThat(error.getMessage())
        .isEqualTo("password authentication failed for user \"%s\"", endpoint.user());
  }

  @Test
  void unknownDatabaseIsRefused() {
    ServerErrorMessage error =
        fails("3D000", () -> endpoint.connect("database", "hd_no_such_database").close());
    assertThat(error.getMessage()).isEqualTo("database \"hd_no_such_database\" does not exist");
  }

  @Test
  void serverParametersAreThoseOfTheDatabase() throws Exception {
    try (Connection c = endpoint.connect("ApplicationName", "hd parameters");
        Connection d = endpoint.connectDirectly("ApplicationName", "hd parameters")) {
      assertThat(c.unwrap(PGConnection.class).getParameterStatuses())
          .isEqualTo(d.unwrap(PGConnection.class).getParameterStatuses());
      assertThat(c.getMetaData().getDatabaseProductVersion())
          .isEqualTo(d.getMetaData().getDatabaseProductVersion());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"simple", "extended", "extendedForPrepared", "extendedCacheEverything"})
  void everyQueryModeWorks(String mode) throws Exception {
    try (Connection c = endpoint.connect("preferQueryMode", mode, "prepareThreshold", "2")) {
      for (int n = 0; n < 20; n++) {
        assertThat(one(c, "SELECT ?::int + ?::int", n, 2)).isEqualTo(Integer.toString(n + 2));
        assertThat(one(c, "SELECT ?::text", "é☃'\\")).isEqualTo("é☃'\\");
      }
      fails("22012", () -> one(c, "SELECT 1 / ?::int", 0));
      assertThat(one(c, "SELECT 1")).isEqualTo("1");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void valuesComeBackAsTheyWere(boolean binary) throws Exception {
    byte[] everyByte = new byte[256];
    for (int n = 0; n < 256; n++) {
      everyByte[n] = (byte) n;
    }
    OffsetDateTime moment = OffsetDateTime.of(2024, 2, 29, 23, 59, 59, 999999000, ZoneOffset.UTC);
    UUID uuid = new UUID(1, 2);
    try (Connection c =
            endpoint.connect(
                "prepareThreshold", binary ? "-1" : "5", "binaryTransfer", "" + binary);
        PreparedStatement s =
            c.prepareStatement(
                "SELECT ?::int8, ?::numeric, ?::text, ?::bytea, ?::timestamptz, ?::uuid,"
                    + " ?::int4[], ?::text[], ?::float8, ?::bool, ?::text, ?::bytea, ?::jsonb")) {
      s.setLong(1, Long.MIN_VALUE);
      s.setBigDecimal(2, new BigDecimal("-12345678901234567890.123456789000"));
      s.setString(3, "Grüße, мир, 世界, 🐘, ''\\");
      s.setBytes(4, everyByte);
      s.setObject(5, moment);
      s.setObject(6, uuid);
      s.setArray(7, c.createArrayOf("int4", new Integer[] {1, null, -3}));
      s.setArray(8, c.createArrayOf("text", new String[] {"a,b", "q\"", "\\", "NULL", null, ""}));
      s.setDouble(9, 0.1);
      s.setBoolean(10, true);
      s.setNull(11, Types.VARCHAR);
      s.setNull(12, Types.BINARY);
      s.setString(13, "{\"a\": \"é\"}");
      for (int round = 0; round < 8; round++) {
        try (ResultSet row = s.executeQuery()) {
          assertThat(row.next()).isTrue();
          assertThat(row.getLong(1)).isEqualTo(Long.MIN_VALUE);
          assertThat(row.getBigDecimal(2))
              .isEqualTo(new BigDecimal("-12345678901234567890.123456789000"));
          assertThat(row.getString(3)).isEqualTo("Grüße, мир, 世界, 🐘, ''\\");
          assertThat(row.getBytes(4)).isEqualTo(everyByte);
          assertThat(row.getObject(5, OffsetDateTime.class).toInstant())
              .isEqualTo(moment.toInstant());
          assertThat(row.getObject(6)).isEqualTo(uuid);
          assertThat((Integer[]) array(row, 7)).containsExactly(1, null, -3);
          assertThat((String[]) array(row, 8))
              .containsExactly("a,b", "q\"", "\\", "NULL", null, "");
          assertThat(row.getDouble(9)).isEqualTo(0.1);
          assertThat(row.getBoolean(10)).isTrue();
          assertThat(row.getString(11)).isNull();
          assertThat(row.getBytes(12)).isNull();
          assertThat(row.getString(13)).isEqualTo("{\"a\": \"é\"}");
        }
      }
    }
  }

  private static Object array(ResultSet row, int index) throws SQLException {
    Array array = row.getArray(index);
    return array.getArray();
  }

  @Test
  void emptyAndMultipleStatementsInOneText() throws Exception {
    try (Connection c = endpoint.connect();
        Statement s = c.createStatement()) {
      assertThat(s.execute("")).isFalse();
      assertThat(s.execute("-- nothing")).isFalse();
      assertThat(s.execute("SELECT 1; CREATE TEMP TABLE m (a int); INSERT INTO m VALUES (1), (2)"))
          .isTrue();
      assertThat(s.getMoreResults()).isFalse();
      assertThat(s.getUpdateCount()).isEqualTo(0);
      assertThat(s.getMoreResults()).isFalse();
      assertThat(s.getUpdateCount()).isEqualTo(2);
      fails("22012", () -> s.execute("INSERT INTO m VALUES (3); SELECT 1/0"));
      assertThat(one(c, "SELECT count(*) FROM m")).isEqualTo("2");
    }
  }

  @Test
  void errorsCarryTheirFields() throws Exception {
    try (Connection c = endpoint.connect()) {
      table(c, "hd_jdbc_unique", "a int CONSTRAINT hd_jdbc_key PRIMARY KEY");
      execute(c, "INSERT INTO hd_jdbc_unique VALUES (1)");
      ServerErrorMessage e =
          fails("23505", () -> execute(c, "INSERT INTO hd_jdbc_unique VALUES (1)"));
      assertThat(e.getConstraint()).isEqualTo("hd_jdbc_key");
      assertThat(e.getDetail()).isEqualTo("Key (a)=(1) already exists.");
      assertThat(fails("42703", () -> one(c, "SELECT no_such_column")).getPosition()).isEqualTo(8);
    }
  }

  @Test
  void serverPreparedStatementIsUsedHundredsOfTimes() throws Exception {
    try (Connection c = endpoint.connect("prepareThreshold", "1");
        PreparedStatement s = c.prepareStatement("SELECT ?::int * 2")) {
      for (int n = 0; n < 500; n++) {
        s.setInt(1, n);
        try (ResultSet row = s.executeQuery()) {
          row.next();
          assertThat(row.getInt(1)).isEqualTo(n * 2);
        }
      }
      assertThat(s.unwrap(PGStatement.class).isUseServerPrepare()).isTrue();
    }
  }

  @Test
  void connectionsUseTheSameNamesForDifferentStatements() throws Exception {
    // pgjdbc calls the statements of each connection S_1, S_2, ...
    atOnce(
        12,
        client -> {
          try (Connection c = endpoint.connect("prepareThreshold", "1")) {
            for (int n = 0; n < 60; n++) {
              for (int k = 0; k < 3; k++) {
                int constant = client * 1000 + k;
                assertThat(one(c, "SELECT ?::int + " + constant, n))
                    .isEqualTo(Integer.toString(constant + n));
              }
            }
          }
        });
  }

  @Test
  void moreStatementsThanAnyCacheHolds() throws Exception {
    try (Connection a =
            endpoint.connect("prepareThreshold", "1", "preparedStatementCacheQueries", "1000");
        Connection b =
            endpoint.connect("prepareThreshold", "1", "preparedStatementCacheQueries", "5")) {
      for (int round = 0; round < 2; round++) {
        for (int n = 0; n < 500; n++) {
          assertThat(one(a, "SELECT " + n)).isEqualTo(Integer.toString(n));
          assertThat(one(b, "SELECT -1000 - " + n)).isEqualTo(Integer.toString(-1000 - n));
        }
      }
    }
  }

  @Test
  void planInvalidationIsHealedOutsideATransactionAndShownInside() throws Exception {
    try (Connection c = endpoint.connect("prepareThreshold", "1");
        Connection other = endpoint.connect()) {
      table(other, "hd_jdbc_plan", "a int");
      execute(other, "INSERT INTO hd_jdbc_plan VALUES (1)");
      for (int n = 0; n < 3; n++) {
        assertThat(one(c, "SELECT * FROM hd_jdbc_plan")).isEqualTo("1");
      }
      execute(other, "ALTER TABLE hd_jdbc_plan ALTER a TYPE text USING 'text ' || a");
      assertThat(one(c, "SELECT * FROM hd_jdbc_plan")).isEqualTo("text 1");
      assertThat(one(c, "SELECT * FROM hd_jdbc_plan")).isEqualTo("text 1");
      execute(other, "ALTER TABLE hd_jdbc_plan ADD b int");
      c.setAutoCommit(false);
      fails("0A000", () -> one(c, "SELECT * FROM hd_jdbc_plan"));
      c.rollback();
      assertThat(one(c, "SELECT * FROM hd_jdbc_plan")).isEqualTo("text 1");
      c.commit();
    }
  }

  @Test
  void autosaveHealsAStatementInsideATransaction() throws Exception {
    try (Connection c = endpoint.connect("prepareThreshold", "1", "autosave", "conservative");
        Connection other = endpoint.connect()) {
      table(other, "hd_jdbc_autosave", "a int");
      execute(other, "INSERT INTO hd_jdbc_autosave VALUES (1)");
      assertThat(one(c, "SELECT * FROM hd_jdbc_autosave")).isEqualTo("1");
      assertThat(one(c, "SELECT * FROM hd_jdbc_autosave")).isEqualTo("1");
      execute(other, "ALTER TABLE hd_jdbc_autosave ADD b int");
      c.setAutoCommit(false);
      assertThat(one(c, "SELECT * FROM hd_jdbc_autosave")).isEqualTo("1");
      c.commit();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"DEALLOCATE ALL", "DISCARD ALL"})
  void preparedStatementsAreGoneAndMadeAnew(String statement) throws Exception {
    try (Connection c = endpoint.connect("prepareThreshold", "1");
        Connection other = endpoint.connect("prepareThreshold", "1")) {
      for (int n = 0; n < 3; n++) {
        assertThat(one(c, "SELECT ?::int", n)).isEqualTo(Integer.toString(n));
        assertThat(one(other, "SELECT ?::int * 2", n)).isEqualTo(Integer.toString(n * 2));
      }
      execute(c, statement);
      // The driver sees the command tag, forgets its statements and prepares again.
      assertThat(one(c, "SELECT ?::int", 7)).isEqualTo("7");
      assertThat(one(other, "SELECT ?::int * 2", 7)).isEqualTo("14");
    }
  }

  @Test
  void sqlPrepareBelongsToTheSession() throws Exception {
    atOnce(
        5,
        client -> {
          try (Connection c = endpoint.connect()) {
            execute(c, "PREPARE hd_stmt (int) AS SELECT $1 * " + (client + 1));
            for (int n = 0; n < 25; n++) {
              assertThat(one(c, "EXECUTE hd_stmt (" + n + ")"))
                  .isEqualTo(Integer.toString(n * (client + 1)));
            }
            execute(c, "DEALLOCATE hd_stmt");
            fails("26000", () -> one(c, "EXECUTE hd_stmt (1)"));
          }
        });
  }

  @Test
  void transactionsCommitAndRollBack() throws Exception {
    try (Connection c = endpoint.connect();
        Connection other = endpoint.connect()) {
      table(c, "hd_jdbc_tx", "a int PRIMARY KEY");
      c.setAutoCommit(false);
      execute(c, "INSERT INTO hd_jdbc_tx VALUES (1)");
      assertThat(one(other, "SELECT count(*) FROM hd_jdbc_tx")).isEqualTo("0");
      c.commit();
      assertThat(one(other, "SELECT count(*) FROM hd_jdbc_tx")).isEqualTo("1");
      execute(c, "DELETE FROM hd_jdbc_tx");
      c.rollback();
      Savepoint savepoint = c.setSavepoint("s");
      fails("23505", () -> execute(c, "INSERT INTO hd_jdbc_tx VALUES (1)"));
      fails("25P02", () -> execute(c, "SELECT 1"));
      c.rollback(savepoint);
      execute(c, "INSERT INTO hd_jdbc_tx VALUES (2)");
      c.commit();
      assertThat(column(other, "SELECT a FROM hd_jdbc_tx ORDER BY a")).containsExactly("1", "2");
    }
  }

  @Test
  void failedTransactionRefusesUntilRolledBack() throws Exception {
    try (Connection c = endpoint.connect()) {
      c.setAutoCommit(false);
      fails("22012", () -> one(c, "SELECT 1/0"));
      fails("25P02", () -> one(c, "SELECT 1"));
      fails("25P02", () -> one(c, "SELECT ?::int", 1));
      c.rollback();
      assertThat(one(c, "SELECT ?::int", 1)).isEqualTo("1");
    }
  }

  @Test
  void isolationAndReadOnlyBelongToTheConnection() throws Exception {
    try (Connection c = endpoint.connect("readOnlyMode", "always");
        Connection other = endpoint.connect()) {
      table(other, "hd_jdbc_iso", "a int");
      c.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
      c.setReadOnly(true);
      for (int n = 0; n < 3; n++) {
        assertThat(one(c, "SHOW transaction_isolation")).isEqualTo("serializable");
        fails("25006", () -> execute(c, "INSERT INTO hd_jdbc_iso VALUES (1)"));
        assertThat(one(other, "SHOW transaction_isolation")).isEqualTo("read committed");
        execute(other, "INSERT INTO hd_jdbc_iso VALUES (1)");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void batchesRunInOneFlight(boolean rewritten) throws Exception {
    try (Connection c = endpoint.connect("reWriteBatchedInserts", "" + rewritten)) {
      table(c, "hd_jdbc_batch", "a int, b text");
      try (PreparedStatement s = c.prepareStatement("INSERT INTO hd_jdbc_batch VALUES (?, ?)")) {
        for (int round = 0; round < 10; round++) {
          for (int n = 0; n < 500; n++) {
            s.setInt(1, n);
            s.setString(2, "é".repeat(n % 50));
            s.addBatch();
          }
          assertThat(s.executeBatch()).hasSize(500);
        }
      }
      assertThat(one(c, "SELECT count(*) || ' ' || sum(a) FROM hd_jdbc_batch"))
          .isEqualTo("5000 1247500");
    }
  }

  @Test
  void errorInTheMiddleOfABatchKeepsWhatCameBefore() throws Exception {
    try (Connection c = endpoint.connect("prepareThreshold", "1")) {
      table(c, "hd_jdbc_batch_err", "a int PRIMARY KEY");
      for (int round = 0; round < 3; round++) {
        execute(c, "TRUNCATE hd_jdbc_batch_err");
        c.setAutoCommit(false);
        try (PreparedStatement s = c.prepareStatement("INSERT INTO hd_jdbc_batch_err VALUES (?)")) {
          for (int n = 0; n < 300; n++) {
            s.setInt(1, n == 200 ? 7 : n);
            s.addBatch();
          }
          Assertions.assertThatThrownBy(s::executeBatch)
              .isInstanceOf(BatchUpdateException.class)
              .extracting(e -> ((SQLException) e).getSQLState())
              .isEqualTo("23505");
        }
        fails("25P02", () -> one(c, "SELECT 1"));
        c.rollback();
        c.setAutoCommit(true);
        assertThat(one(c, "SELECT count(*) FROM hd_jdbc_batch_err")).isEqualTo("0");
      }
    }
  }

  @Test
  void generatedKeysAndProcedures() throws Exception {
    try (Connection c = endpoint.connect("escapeSyntaxCallMode", "callIfNoReturn")) {
      table(c, "hd_jdbc_keys", "id serial, a text");
      try (PreparedStatement s =
          c.prepareStatement(
              "INSERT INTO hd_jdbc_keys (a) VALUES (?)", Statement.RETURN_GENERATED_KEYS)) {
        List<Integer> keys = new ArrayList<>();
        for (int n = 0; n < 20; n++) {
          s.setString(1, "x");
          s.addBatch();
        }
        s.executeBatch();
        try (ResultSet rows = s.getGeneratedKeys()) {
          while (rows.next()) {
            keys.add(rows.getInt(1));
          }
        }
        assertThat(keys).hasSize(20).startsWith(1, 2, 3);
      }
      execute(
          c,
          "CREATE OR REPLACE PROCEDURE hd_jdbc_commits(n int) LANGUAGE plpgsql AS"
              + " $$ BEGIN INSERT INTO hd_jdbc_keys (a) VALUES ('p'); COMMIT;"
              + " INSERT INTO hd_jdbc_keys (a) VALUES ('q'); ROLLBACK; END $$");
      try (CallableStatement call = c.prepareCall("{call hd_jdbc_commits(?)}")) {
        call.setInt(1, 1);
        call.execute();
      }
      assertThat(one(c, "SELECT count(*) FROM hd_jdbc_keys")).isEqualTo("21");
    }
  }
}
