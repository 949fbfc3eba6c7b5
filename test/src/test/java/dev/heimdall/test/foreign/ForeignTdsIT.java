package dev.heimdall.test.foreign;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.SqlServerGroupNode;
import dev.heimdall.test.tds.AvailabilityGroup;
import dev.heimdall.test.tds.TdsOptions;
import dev.heimdall.test.tds.TdsServer;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

/** Statements of SQL Server's clients that rules forward to PostgreSQL. */
@Tag("ci")
@DisabledIfSystemProperty(
    named = "tds.server",
    matches = ".+",
    disabledReason = "its server is one of a group")
class ForeignTdsIT {
  private final AvailabilityGroup group = AvailabilityGroup.start(1);
  private final TdsServer other = TdsServer.start();
  private SqlServerGroupNode node;
  private Connection client;

  @BeforeEach
  void start() throws SQLException {
    try (Connection direct = SharedPostgres.target().jdbc();
        Statement statement = direct.createStatement()) {
      statement.execute(
          "DROP TABLE IF EXISTS tds_kinds, tds_items;"
              + " CREATE TABLE tds_items (id int PRIMARY KEY, \"a name\" text);"
              + " CREATE TABLE tds_kinds (a bool, b int2, c int4, d int8, e float4, f float8,"
              + " g numeric(12,3), h numeric, i date, j time, k timestamp, l timestamptz, m bytea,"
              + " n varchar(20), o text, p uuid);"
              + " INSERT INTO tds_kinds VALUES (true, -5, -2000000000, 9000000000000000000, 1.5,"
              + " 2.25, -123456.789, 0.00001, '2026-11-20', '12:34:56.789',"
              + " '2026-11-20 12:34:56.123456', '2026-11-20 12:34:56+02', '\\x00ff10', 'grün',"
              + " 'it''s \\ €', '00000000-0000-0000-0000-00000000002a');"
              + " INSERT INTO tds_kinds DEFAULT VALUES");
    }
    node =
        SqlServerGroupNode.start(
            group,
            c ->
                c.source("far", "url", SharedPostgres.primary().jdbcUrl(SharedPostgres.DATABASE))
                    .source("far", "user", SharedPostgres.USER)
                    .source("far", "password", SharedPostgres.PASSWORD)
                    .source("far", "tls.mode", "disable")
                    .source(
                        "other",
                        "url",
                        "jdbc:sqlserver://127.0.0.1:" + other.port() + ";databaseName=app")
                    .source("other", "user", TdsOptions.USER)
                    .source("other", "password", TdsOptions.PASSWORD)
                    .source("other", "tls.mode", "disable")
                    .vdb("ruleSources", List.of("far", "other"))
                    .vdb("rules", List.of("main"))
                    .rules(
                        "main",
                        "{\"match\": \"tds_\", \"action\": \"forward\", \"parameters\":"
                            + " {\"source\": \"far\", \"setcatalog\": false}}",
                        "{\"match\": \"on_other\", \"action\": \"forward\", \"parameters\":"
                            + " {\"source\": \"other\"}}"));
    client = node.connect();
  }

  @AfterEach
  void end() throws SQLException {
    client.close();
    node.close();
    group.close();
    other.close();
  }

  @Test
  void rowsComeAsSqlServerHasTheirTypes() throws Exception {
    try (Statement statement = client.createStatement();
        ResultSet row = statement.executeQuery("SELECT * FROM [tds_kinds] ORDER BY b")) {
      assertThat(row.next()).isTrue();
      assertThat(row.getBoolean("a")).isTrue();
      assertThat(row.getShort("b")).isEqualTo((short) -5);
      assertThat(row.getInt("c")).isEqualTo(-2_000_000_000);
      assertThat(row.getLong("d")).isEqualTo(9_000_000_000_000_000_000L);
      assertThat(row.getFloat("e")).isEqualTo(1.5f);
      assertThat(row.getDouble("f")).isEqualTo(2.25);
      assertThat(row.getBigDecimal("g")).isEqualTo(new BigDecimal("-123456.789"));
      assertThat(row.getString("h")).isEqualTo("0.00001");
      assertThat(row.getDate("i")).hasToString("2026-11-20");
      assertThat(row.getString("j")).startsWith("12:34:56.789");
      assertThat(row.getObject("k", LocalDateTime.class))
          .isEqualTo(LocalDateTime.parse("2026-11-20T12:34:56.123456"));
      assertThat(row.getObject("l", OffsetDateTime.class))
          .isEqualTo(OffsetDateTime.parse("2026-11-20T10:34:56Z"));
      assertThat(row.getBytes("m")).containsExactly(0, 0xff, 0x10);
      assertThat(row.getString("n")).isEqualTo("grün");
      assertThat(row.getString("o")).isEqualTo("it's \\ €");
      assertThat(row.getString("p")).isEqualTo("00000000-0000-0000-0000-00000000002a");
      assertThat(row.next()).isTrue();
      for (int i = 1; i <= 16; i++) {
        assertThat(row.getObject(i)).isNull();
      }
      assertThat(row.next()).isFalse();
    }
  }

  @Test
  void changesAreCountedAndErrorsHaveNumbers() throws Exception {
    try (Statement statement = client.createStatement();
        PreparedStatement plain = client.prepareStatement("SELECT COUNT(*) FROM tds_items")) {
      String insert = "INSERT INTO tds_items (id, [a name]) VALUES (%d, N'it''s ]')";
      for (int i = 1; i <= 3; i++) {
        assertThat(statement.executeUpdate(insert.formatted(i))).isOne();
      }
      assertThat(statement.executeUpdate("DELETE FROM tds_items WHERE id > 1")).isEqualTo(2);
      for (int i = 0; i < 3; i++) {
        try (ResultSet row = plain.executeQuery()) {
          assertThat(row.next()).isTrue();
          assertThat(row.getInt(1)).isOne();
        }
      }
      fails(() -> statement.execute(insert.formatted(1)), 2627);
      fails(() -> statement.execute("SELECT * FROM tds_missing"), 208);
    }
  }

  /** In each way in which the driver runs it: by sp_executesql, sp_prepexec, sp_execute. */
  @Test
  void parametersGoWhoseTypesAreTheSameThere() throws Exception {
    String insert = "INSERT INTO tds_kinds (b, c, d, n, o, p) VALUES (?, ?, ?, ?, ?, ?)";
    UUID id = UUID.fromString("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11");
    String text = "it's @P0 ? € \uD83D\uDE00";
    try (PreparedStatement write = client.prepareStatement(insert);
        PreparedStatement read =
            client.prepareStatement(
                "SELECT b, c, d, n, o, p, ? + 1 AS more FROM tds_kinds WHERE c = ? AND '@P0' = N'@P0'")) {
      for (int i = 1; i <= 4; i++) {
        write.setShort(1, (short) -7);
        write.setInt(2, i);
        write.setLong(3, 5_000_000_000L);
        write.setNString(4, "grün");
        write.setNString(5, text);
        write.setObject(6, id, microsoft.sql.Types.GUID);
        assertThat(write.executeUpdate()).isOne();
        read.setLong(1, 2_147_483_647);
        read.setInt(2, i);
        try (ResultSet row = read.executeQuery()) {
          assertThat(row.next()).isTrue();
          assertThat(row.getShort("b")).isEqualTo((short) -7);
          assertThat(row.getInt("c")).isEqualTo(i);
          assertThat(row.getLong("d")).isEqualTo(5_000_000_000L);
          assertThat(row.getString("n")).isEqualTo("grün");
          assertThat(row.getString("o")).isEqualTo(text);
          assertThat(row.getString("p")).isEqualTo(id.toString());
          assertThat(row.getLong("more")).isEqualTo(2_147_483_648L);
          assertThat(row.next()).isFalse();
        }
      }
      write.setNull(1, Types.SMALLINT);
      write.setInt(2, 5);
      write.setNull(3, Types.BIGINT);
      write.setNull(4, Types.NVARCHAR);
      write.setNString(5, "");
      write.setNull(6, microsoft.sql.Types.GUID);
      assertThat(write.executeUpdate()).isOne();
      read.setLong(1, 0);
      read.setInt(2, 5);
      try (ResultSet row = read.executeQuery()) {
        assertThat(row.next()).isTrue();
        for (int column : new int[] {1, 3, 4, 6}) {
          assertThat(row.getObject(column)).as("%s", column).isNull();
        }
        assertThat(row.getString("o")).isEmpty();
      }
    }
  }

  private interface Setting {
    void on(PreparedStatement statement) throws SQLException;
  }

  @Test
  void parametersAreRefusedThatAreOthersThere() throws Exception {
    List<Setting> others =
        List.of(
            given -> given.setObject(1, LocalDateTime.of(1, 1, 1, 0, 0, 0, 100)),
            given -> given.setObject(1, 1, microsoft.sql.Types.SQL_VARIANT),
            given -> given.setNString(1, "half a character \uD83D"));
    for (Setting other : others) {
      try (PreparedStatement given =
          client.prepareStatement("SELECT CAST(? AS text) AS tds_value")) {
        other.on(given);
        assertThatThrownBy(given::executeQuery)
            .as("%s", others.indexOf(other))
            .hasMessageContaining("that may be another value there (@P0)")
            .hasMessageContaining("nothing can be forwarded to the data source \"far\"");
      }
    }
    try (PreparedStatement given =
            client.prepareStatement("SELECT ? AS tds_value, @other AS tds_other");
        Statement statement = client.createStatement()) {
      given.setInt(1, 1);
      assertThatThrownBy(given::executeQuery).isInstanceOf(SQLException.class);
      try (ResultSet row = statement.executeQuery("SELECT 7")) {
        assertThat(row.next()).isTrue();
        assertThat(row.getInt(1)).isEqualTo(7);
      }
    }
  }

  @Test
  void anotherSqlServerGetsTheSessionsSettingsAndParameters() throws Exception {
    try (Statement statement = client.createStatement();
        PreparedStatement given =
            client.prepareStatement("SELECT i, @@DATEFIRST FROM on_other WHERE i > ?")) {
      statement.execute("CREATE TABLE on_other (i INT)");
      statement.execute("SET DATEFIRST 3");
      statement.execute("INSERT INTO on_other VALUES (7)");
      for (int i = 0; i < 4; i++) {
        given.setInt(1, i);
        try (ResultSet row = given.executeQuery()) {
          assertThat(row.next()).isTrue();
          assertThat(row.getInt(1)).isEqualTo(7);
          assertThat(row.getInt(2)).isEqualTo(3);
        }
        fails(() -> statement.execute("SELECT 1 FROM no_other"), 208);
      }
      assertThat(other.log()).anyMatch(one -> String.valueOf(one.text()).contains("on_other"));
      assertThat(group.server(0).log())
          .noneMatch(one -> String.valueOf(one.text()).contains("FROM on_other"));
    }
  }

  @Test
  void transactionsStayWhereTheyHaveBegun() throws Exception {
    client.setAutoCommit(false);
    try (Statement statement = client.createStatement()) {
      fails(() -> statement.execute("SELECT * FROM tds_items"), 208);
    }
    client.rollback();
  }

  @Test
  void manyRowsComeInPiecesAndClientsThatHaveEnoughCancel() throws Exception {
    try (Statement statement = client.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT i, repeat('x', 100) AS tds_text FROM generate_series(1, 30000) AS i")) {
      int seen = 0;
      while (rows.next()) {
        assertThat(rows.getInt(1)).isEqualTo(++seen);
      }
      assertThat(seen).isEqualTo(30_000);
    }
    try (Statement statement = client.createStatement()) {
      statement.setQueryTimeout(1);
      assertThatThrownBy(() -> statement.execute("SELECT pg_sleep(60) AS tds_sleep"))
          .isInstanceOf(SQLException.class);
      try (ResultSet row = statement.executeQuery("SELECT 7")) {
        assertThat(row.next()).isTrue();
      }
    }
  }

  private interface Work {
    void run() throws SQLException;
  }

  private static void fails(Work work, int number) {
    assertThatThrownBy(work::run)
        .isInstanceOfSatisfying(
            SQLException.class, e -> assertThat(e.getErrorCode()).isEqualTo(number));
  }
}
