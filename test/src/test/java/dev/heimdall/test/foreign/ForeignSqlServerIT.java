package dev.heimdall.test.foreign;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heimdall.test.fixture.Jdbc;
import dev.heimdall.test.fixture.TestNode;
import dev.heimdall.test.tds.TdsTarget;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDateTime;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Statements of PostgreSQL's clients that rules forward to SQL Server. */
@Tag("ci")
class ForeignSqlServerIT {
  private final TdsTarget server = TdsTarget.start("app");
  private TestNode node;
  private Connection client;

  @BeforeEach
  void start() throws SQLException {
    try (Connection direct = server.jdbc(";databaseName=app;encrypt=false");
        Statement statement = direct.createStatement()) {
      statement.execute(
          "create table people (id int primary key, name nvarchar(50), paid decimal(10,2), born"
              + " datetime2(6), old bit, big bigint, raw varbinary(10))");
      statement.execute(
          "insert people values (1, N'Zoë', 12.50, '2001-02-03 04:05:06', 1, 9000000000, 0x0102)");
      statement.execute("insert people (id) values (2)");
    }
    node =
        TestNode.start(
            c ->
                c.node("loops", 1)
                    .source(
                        "far",
                        "url",
                        "jdbc:sqlserver://%s;databaseName=app".formatted(server.address()))
                    .source("far", "user", server.user())
                    .source("far", "password", server.password())
                    .source("far", "tls.mode", "disable")
                    .vdb("ruleSources", List.of("far"))
                    .vdb("rules", List.of("main"))
                    .rules(
                        "main",
                        "{\"match\": \"on_far\", \"action\": \"forward\", \"parameters\":"
                            + " {\"source\": \"far\"}}"));
    client = node.target().jdbc();
  }

  @AfterEach
  void end() throws SQLException {
    client.close();
    node.close();
    server.close();
  }

  @Test
  void rowsComeAsPostgresHasTheirTypes() throws Exception {
    try (PreparedStatement asked =
        client.prepareStatement("select * from people where id = ? /* on_far */")) {
      for (int i = 0; i < 8; i++) { // from texts to binary values
        asked.setInt(1, 1);
        try (ResultSet row = asked.executeQuery()) {
          assertThat(row.next()).isTrue();
          assertThat(row.getInt("id")).isEqualTo(1);
          assertThat(row.getString("name")).isEqualTo("Zoë");
          assertThat(row.getBigDecimal("paid")).isEqualByComparingTo(new BigDecimal("12.50"));
          assertThat(row.getObject("born", LocalDateTime.class))
              .isEqualTo(LocalDateTime.of(2001, 2, 3, 4, 5, 6));
          assertThat(row.getBoolean("old")).isTrue();
          assertThat(row.getLong("big")).isEqualTo(9_000_000_000L);
          assertThat(row.getBytes("raw")).containsExactly(1, 2);
          assertThat(row.next()).isFalse();
        }
      }
      asked.setInt(1, 2);
      try (ResultSet row = asked.executeQuery()) {
        assertThat(row.next()).isTrue();
        for (int i = 2; i <= 7; i++) {
          assertThat(row.getObject(i)).isNull();
        }
      }
    }
  }

  @Test
  void changesAreCountedAndErrorsHaveSqlstates() throws Exception {
    try (Statement statement = client.createStatement()) {
      assertThat(statement.executeUpdate("update people set name = 'x' /* on_far */")).isEqualTo(2);
      assertThat(Jdbc.value(client, "select top 1 name from people /* on_far */")).isEqualTo("x");
      assertThatThrownBy(() -> statement.execute("select * from missing /* on_far */"))
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("42P01"));
      assertThatThrownBy(() -> statement.execute("insert people (id) values (1) /* on_far */"))
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("23505"));
      assertThat(Jdbc.value(client, "select current_database()")).isEqualTo("app");
    }
  }
}
