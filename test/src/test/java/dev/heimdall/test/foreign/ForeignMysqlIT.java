package dev.heimdall.test.foreign;

import static dev.heimdall.test.fixture.Jdbc.change;
import static dev.heimdall.test.fixture.Jdbc.rows;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.SharedPostgres;
import java.io.ByteArrayInputStream;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Statements of MySQL's clients that rules forward to PostgreSQL. */
@Tag("ci")
class ForeignMysqlIT {
  private static final String WHERE = "SELECT left(version(), 4) FROM on_pg";
  private static final String KINDS =
      "SELECT a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p FROM on_pg_kinds ORDER BY b";

  private static MysqlNode node;

  @BeforeAll
  static void start() throws SQLException {
    try (Connection direct = SharedPostgres.target().jdbc();
        Statement statement = direct.createStatement()) {
      statement.execute(
          "DROP TABLE IF EXISTS on_pg, on_pg_kinds, on_pg_items;"
              + " CREATE TABLE on_pg AS SELECT 1 AS one;"
              + " CREATE TABLE on_pg_items (id int PRIMARY KEY, name text NOT NULL, data bytea);"
              + " CREATE TABLE on_pg_kinds (a bool, b int2, c int4, d int8, e float4, f float8,"
              + " g numeric(12,3), h numeric, i date, j time, k timestamp, l timestamptz, m bytea,"
              + " n varchar(20), o text, p uuid);"
              + " INSERT INTO on_pg_kinds VALUES (true, -5, -2000000000, 9000000000000000000, 1.5,"
              + " 2.25, -123456.789, 0.00001, '2026-11-20', '12:34:56.789',"
              + " '2026-11-20 12:34:56.123456', '2026-11-20 12:34:56+02', '\\x00ff10', 'grün',"
              + " 'it''s \\ €', '00000000-0000-0000-0000-00000000002a');"
              + " INSERT INTO on_pg_kinds DEFAULT VALUES");
    }
    node =
        MysqlNode.start(
            MysqlRelease.MARIADB,
            c ->
                c.source("crm", "url", SharedPostgres.primary().jdbcUrl(SharedPostgres.DATABASE))
                    .source("crm", "user", SharedPostgres.USER)
                    .source("crm", "password", SharedPostgres.PASSWORD)
                    .source("crm", "tls.mode", "disable")
                    .vdb("pool.size", 2)
                    .vdb("ruleSources", List.of("crm"))
                    .vdb("rules", List.of("main"))
                    .rules(
                        "main",
                        "{\"match\": \"on_pg\", \"action\": \"forward\","
                            + " \"parameters\": {\"source\": \"crm\"}}",
                        "{\"match\": \"kept_away\", \"action\": \"drop\"}"));
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  private static Connection client(boolean prepared) throws SQLException {
    return node.target().jdbc("useServerPrepStmts", String.valueOf(prepared));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void theStatementGoesToPostgresqlAndTheNextOneDoesNot(boolean prepared) throws SQLException {
    try (Connection client = client(prepared)) {
      for (int i = 0; i < 3; i++) {
        assertThat(rows(client, WHERE)).containsExactly("Post");
        assertThat(rows(client, "SELECT left(version(), 4)")).containsExactly("11.4");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void everyTypeHasItsCounterpart(boolean prepared) throws SQLException {
    try (Connection client = client(prepared);
        PreparedStatement statement = client.prepareStatement(KINDS);
        ResultSet row = statement.executeQuery()) {
      ResultSetMetaData columns = row.getMetaData();
      List<Integer> types = new ArrayList<>();
      for (int i = 1; i <= columns.getColumnCount(); i++) {
        types.add(columns.getColumnType(i));
      }
      assertThat(types)
          .containsExactly(
              Types.BIT,
              Types.SMALLINT,
              Types.INTEGER,
              Types.BIGINT,
              Types.REAL,
              Types.DOUBLE,
              Types.DECIMAL,
              Types.DECIMAL,
              Types.DATE,
              Types.TIME,
              Types.TIMESTAMP,
              Types.TIMESTAMP,
              Types.LONGVARBINARY,
              Types.VARCHAR,
              Types.LONGVARCHAR,
              Types.LONGVARCHAR);
      assertThat(columns.getPrecision(7)).isEqualTo(12);
      assertThat(columns.getScale(7)).isEqualTo(3);
      assertThat(columns.getColumnDisplaySize(14)).isEqualTo(20);
      assertThat(row.next()).isTrue();
      assertThat(row.getBoolean(1)).isTrue();
      assertThat(row.getInt(2)).isEqualTo(-5);
      assertThat(row.getInt(3)).isEqualTo(-2000000000);
      assertThat(row.getLong(4)).isEqualTo(9000000000000000000L);
      assertThat(row.getFloat(5)).isEqualTo(1.5f);
      assertThat(row.getDouble(6)).isEqualTo(2.25);
      assertThat(row.getBigDecimal(7)).isEqualTo(new BigDecimal("-123456.789"));
      assertThat(row.getBigDecimal(8)).isEqualTo(new BigDecimal("0.00001"));
      assertThat(row.getObject(9, LocalDate.class)).isEqualTo(LocalDate.of(2026, 11, 20));
      assertThat(row.getObject(10, LocalTime.class)).isEqualTo(LocalTime.parse("12:34:56.789"));
      assertThat(row.getObject(11, LocalDateTime.class))
          .isEqualTo(LocalDateTime.parse("2026-11-20T12:34:56.123456"));
      assertThat(row.getObject(12, LocalDateTime.class))
          .isEqualTo(LocalDateTime.parse("2026-11-20T10:34:56"));
      assertThat(row.getBytes(13)).containsExactly(0, 0xff, 0x10);
      assertThat(row.getString(14)).isEqualTo("grün");
      assertThat(row.getString(15)).isEqualTo("it's \\ €");
      assertThat(row.getString(16)).isEqualTo("00000000-0000-0000-0000-00000000002a");
      assertThat(row.next()).isTrue();
      for (int i = 1; i <= columns.getColumnCount(); i++) {
        assertThat(row.getObject(i)).isNull();
      }
      assertThat(row.next()).isFalse();
    }
  }

  /** Literals of the driver's own making have MySQL's escapes. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void valuesArriveAsTheyAreWhateverIsInThem(boolean prepared) throws SQLException {
    String odd = "it's \\' \\\\ \" -- /* ; \n €";
    byte[] bytes = {0, '\'', '\\', (byte) 0xff, 1};
    try (Connection client = client(prepared)) {
      change(client, "DELETE FROM on_pg_items");
      assertThat(change(client, "INSERT INTO on_pg_items VALUES (?, ?, ?)", 1, odd, bytes))
          .isEqualTo(1);
      assertThat(change(client, "INSERT INTO on_pg_items VALUES (?, ?, ?)", 2, "b", null))
          .isEqualTo(1);
      assertThat(rows(client, "SELECT name FROM on_pg_items WHERE name = ?", odd))
          .containsExactly(odd);
      assertThat(rows(client, "SELECT `name` FROM on_pg_items WHERE id = ? AND data IS NULL", 2L))
          .containsExactly("b");
      try (PreparedStatement read =
              client.prepareStatement("SELECT data FROM on_pg_items WHERE id = '1' ''");
          ResultSet row = read.executeQuery()) {
        assertThat(row.next()).isTrue();
        assertThat(row.getBytes(1)).isEqualTo(bytes);
      }
      assertThat(
              change(
                  client, "UPDATE on_pg_items SET name = ? WHERE id = ? AND ? > 1.5", "c", 2, 2.0))
          .isEqualTo(1);
      assertThat(change(client, "DELETE FROM on_pg_items # all")).isEqualTo(2);
    }
  }

  @Test
  void aLongValueIsGatheredForIt() throws SQLException {
    byte[] bytes = new byte[300_000];
    bytes[299_999] = 7;
    try (Connection client =
            node.target().jdbc("useServerPrepStmts", "true", "blobSendChunkSize", "65536");
        PreparedStatement statement =
            client.prepareStatement(
                "SELECT length(v), get_byte(v, 299999) FROM (SELECT ?::bytea AS v FROM on_pg) q")) {
      for (int i = 0; i < 2; i++) {
        statement.setBinaryStream(1, new ByteArrayInputStream(bytes), bytes.length);
        try (ResultSet row = statement.executeQuery()) {
          row.next();
          assertThat(row.getInt(1)).isEqualTo(300_000);
          assertThat(row.getInt(2)).isEqualTo(7);
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "SELECT 1 FRO on_pg | 1064 | 42000",
        "SELECT * FROM on_pg_nowhere | 1146 | 42S02",
        "SELECT nothing FROM on_pg | 1054 | 42S22",
        "INSERT INTO on_pg_items VALUES (9, NULL) | 1048 | 23000",
        "SELECT 1/(one - 1) FROM on_pg | 1365 | 22001",
        "SELECT one; SELECT one FROM on_pg | 1235 | 42000",
      })
  void errorsHaveMysqlsNumbers(String sql, int number, String state) throws SQLException {
    for (boolean prepared : new boolean[] {false, true}) {
      try (Connection client =
          node.target().jdbc("useServerPrepStmts", "" + prepared, "allowMultiQueries", "true")) {
        assertThatThrownBy(
                () -> {
                  try (PreparedStatement statement = client.prepareStatement(sql)) {
                    statement.execute();
                  }
                })
            .isInstanceOfSatisfying(
                SQLException.class,
                e -> {
                  assertThat(e.getErrorCode()).as(e.getMessage()).isEqualTo(number);
                  assertThat(e.getSQLState()).isEqualTo(state);
                  assertThat(e.getMessage()).contains("\"crm\"");
                });
        assertThat(rows(client, WHERE)).containsExactly("Post");
        assertThat(rows(client, "SELECT 1")).containsExactly("1");
      }
    }
  }

  @Test
  void whatMysqlCannotHoldIsAnError() throws SQLException {
    for (boolean prepared : new boolean[] {false, true}) {
      try (Connection client = client(prepared)) {
        for (String odd :
            List.of(
                "'infinity'::date", "'NaN'::float8", "'NaN'::numeric", "'0044-03-15 BC'::date")) {
          assertThatThrownBy(() -> rows(client, "SELECT " + odd + " FROM on_pg"))
              .as(odd)
              .isInstanceOf(SQLException.class)
              .hasMessageContaining("has a ");
        }
        assertThat(rows(client, WHERE)).containsExactly("Post");
      }
    }
  }

  @Test
  void transactionsStayAndSoDoSessionsThatAreTied() throws SQLException {
    try (Connection client = client(true)) {
      client.setAutoCommit(false);
      assertThatThrownBy(() -> rows(client, WHERE)).hasMessageContaining("on_pg' doesn't exist");
      client.rollback();
      assertThatThrownBy(() -> rows(client, WHERE)).hasMessageContaining("on_pg' doesn't exist");
      client.rollback();
      client.setAutoCommit(true);
      assertThat(rows(client, WHERE)).containsExactly("Post");
      rows(client, "SELECT @mine := 1");
      assertThatThrownBy(() -> rows(client, WHERE)).hasMessageContaining("on_pg' doesn't exist");
    }
  }

  @Test
  void aStatementThatWasPreparedThereRunsAtHomeInATransaction() throws SQLException {
    try (Connection client = client(true);
        PreparedStatement where =
            client.prepareStatement("SELECT ?, left(version(), 4) /* on_pg */")) {
      for (String expected : List.of("Post", "11.4", "Post")) {
        client.setAutoCommit(!expected.equals("11.4"));
        where.setString(1, "x");
        try (ResultSet row = where.executeQuery()) {
          row.next();
          assertThat(row.getString(1)).isEqualTo("x");
          assertThat(row.getString(2)).isEqualTo(expected);
        }
      }
      client.setAutoCommit(true);
    }
  }

  @Test
  void behindWarningsAStatementGoesAllTheSame() throws SQLException {
    try (Connection client = client(true)) {
      assertThat(rows(client, "SELECT 1 + '1x'")).containsExactly("2.0");
      assertThat(rows(client, WHERE)).containsExactly("Post");
      assertThat(rows(client, "SELECT 1 + '1x'")).containsExactly("2.0");
      assertThat(rows(client, "SHOW WARNINGS /* on_pg */")).hasSize(1);
    }
  }

  @Test
  void nothingIsLeftOnAConnectionForOthers() throws SQLException {
    try (Connection client = client(false);
        Connection other = client(true)) {
      for (int i = 0; i < 4; i++) {
        rows(client, "SELECT set_config('search_path', 'nowhere', false) FROM on_pg");
        rows(client, "SELECT pg_advisory_lock(4711) FROM on_pg");
        assertThat(rows(other, "SELECT pg_try_advisory_xact_lock(4711) FROM on_pg"))
            .containsExactly("1");
        assertThat(rows(other, WHERE)).containsExactly("Post");
      }
    }
  }

  @Test
  void aKillEndsWhatRuns() throws Exception {
    try (Connection client = client(false);
        Connection killer = client(false)) {
      long id = Long.parseLong(rows(client, "SELECT connection_id()").get(0));
      CompletableFuture<Throwable> end =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  rows(client, "SELECT pg_sleep(600) FROM on_pg");
                  return null;
                } catch (SQLException e) {
                  return e;
                }
              });
      Await.until("it runs", () -> running() == 1);
      change(killer, "KILL QUERY " + id);
      assertThat(((SQLException) end.get()).getErrorCode()).isEqualTo(1317);
      Await.until("it has ended", () -> running() == 0);
      assertThat(rows(client, WHERE)).containsExactly("Post");
    }
  }

  private static int running() {
    return Integer.parseInt(
        SharedPostgres.value(
            "SELECT count(*) FROM pg_stat_activity WHERE state = 'active'"
                + " AND query LIKE 'SELECT pg_sleep(600)%'"));
  }

  @Test
  void rulesApplyThereToo() throws SQLException {
    for (boolean prepared : new boolean[] {false, true}) {
      try (Connection client = client(prepared)) {
        assertThatThrownBy(() -> rows(client, "SELECT 'kept_away' FROM on_pg"))
            .hasMessageContaining("rejected by a rule");
        assertThat(rows(client, WHERE)).containsExactly("Post");
      }
    }
  }

  @Test
  void aLimitOfRowsIsKeptAndACursorGivesAllAtOnce() throws SQLException {
    try (Connection client =
            node.target().jdbc("useServerPrepStmts", "true", "useCursorFetch", "true");
        PreparedStatement statement =
            client.prepareStatement("SELECT generate_series(1, 20) FROM on_pg")) {
      statement.setFetchSize(5);
      try (ResultSet result = statement.executeQuery()) {
        int count = 0;
        while (result.next()) {
          count++;
        }
        assertThat(count).isEqualTo(20);
      }
      statement.setMaxRows(3);
      try (ResultSet result = statement.executeQuery()) {
        int count = 0;
        while (result.next()) {
          count++;
        }
        assertThat(count).isEqualTo(3);
      }
    }
  }

  /** 480 MB through a JVM that has room for less, to a client that reads a row at a time. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aLargeResultStreamsThroughBoundedMemory(boolean prepared) throws SQLException {
    try (Connection client = client(prepared);
        PreparedStatement statement =
            client.prepareStatement(
                "SELECT n, repeat('x', 60000) FROM generate_series(1, 8000) n, on_pg",
                ResultSet.TYPE_FORWARD_ONLY,
                ResultSet.CONCUR_READ_ONLY)) {
      statement.setFetchSize(Integer.MIN_VALUE);
      try (ResultSet result = statement.executeQuery()) {
        int rows = 0;
        while (result.next()) {
          rows++;
          if (rows % 1000 == 0) {
            assertThat(result.getInt(1)).isEqualTo(rows);
            assertThat(result.getString(2)).hasSize(60_000);
          }
        }
        assertThat(rows).isEqualTo(8_000);
      }
      assertThat(rows(client, WHERE)).containsExactly("Post");
    }
  }

  @Test
  void aRowOfMoreThanOnePacketIsGiven() throws SQLException {
    try (Connection client = node.target().jdbc("maxAllowedPacket", "67108864")) {
      assertThat(rows(client, "SELECT repeat('y', 17000000) FROM on_pg").get(0)).hasSize(17000000);
      assertThat(rows(client, WHERE)).containsExactly("Post");
    }
  }

  @Test
  void theDriverOfMariadbIsAnsweredToo() throws SQLException {
    for (String prepared : List.of("false", "true")) {
      try (Connection client = node.target().mariaJdbc("useServerPrepStmts", prepared)) {
        assertThat(rows(client, WHERE)).containsExactly("Post");
        assertThat(rows(client, "SELECT name FROM on_pg_items WHERE id = ?", 99)).isEmpty();
        try (PreparedStatement statement = client.prepareStatement(KINDS);
            ResultSet row = statement.executeQuery()) {
          row.next();
          assertThat(row.getBoolean(1)).isTrue();
          assertThat(row.getBigDecimal(7)).isEqualTo(new BigDecimal("-123456.789"));
          assertThat(row.getObject(11, LocalDateTime.class))
              .isEqualTo(LocalDateTime.parse("2026-11-20T12:34:56.123456"));
          assertThat(row.getBytes(13)).containsExactly(0, 0xff, 0x10);
        }
      }
    }
  }

  /** MariaDB Connector/J executes batches in bulk; row by row is as good as another engine can. */
  @Test
  void aBatchIsCarriedOutRowByRow() throws SQLException {
    String sql = "INSERT INTO on_pg_items VALUES (?, ?, ?)";
    try (Connection client = node.target().mariaJdbc("useBulkStmts", "true");
        PreparedStatement insert = client.prepareStatement(sql)) {
      change(client, "DELETE FROM on_pg_items");
      for (int i = 0; i < 300; i++) {
        insert.setInt(1, i);
        insert.setString(2, "name " + i);
        insert.setBytes(3, i % 3 == 0 ? null : new byte[] {(byte) i});
        insert.addBatch();
      }
      assertThat(insert.executeBatch()).hasSize(300);
      assertThat(rows(client, "SELECT count(*), count(data), max(name) FROM on_pg_items"))
          .containsExactly("300 200 name 99");
      for (int id : new int[] {300, 7, 301}) {
        insert.setInt(1, id);
        insert.setString(2, "late");
        insert.setBytes(3, null);
        insert.addBatch();
      }
      assertThatThrownBy(insert::executeBatch).hasMessageContaining("duplicate key");
      assertThat(rows(client, "SELECT id FROM on_pg_items WHERE name = 'late'"))
          .containsExactly("300");
    }
  }
}
