package dev.heimdall.test.tds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The stand-in as an availability group: what others rely on when they test with it. */
class AvailabilityGroupTest {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final String INTENT = ";applicationIntent=ReadOnly";

  private final AvailabilityGroup group = AvailabilityGroup.start(3);

  @AfterEach
  void end() {
    group.close();
  }

  private Connection to(int server, String properties) throws SQLException {
    return TdsTarget.of(group.server(server)).jdbc(properties);
  }

  private Connection app(int server) throws SQLException {
    return to(server, ";databaseName=app" + (server == 0 ? "" : INTENT));
  }

  private static void run(Connection on, String... statements) throws SQLException {
    try (Statement statement = on.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  private static List<String> rows(Connection on, String sql) throws SQLException {
    List<String> rows = new ArrayList<>();
    try (Statement statement = on.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      while (row.next()) {
        StringBuilder text = new StringBuilder();
        for (int i = 1; i <= row.getMetaData().getColumnCount(); i++) {
          text.append(i > 1 ? " " : "").append(row.getString(i));
        }
        rows.add(text.toString());
      }
    }
    return rows;
  }

  private static int error(Connection on, String sql) {
    try {
      run(on, sql);
      return 0;
    } catch (SQLException e) {
      return e.getErrorCode() == 0 ? -1 : e.getErrorCode();
    }
  }

  @Test
  void secondariesRedoWhatThePrimaryCommits() throws Exception {
    try (Connection writer = app(0)) {
      run(
          writer,
          "CREATE TABLE t (id INT IDENTITY PRIMARY KEY, v NVARCHAR(20), n INT)",
          "INSERT INTO t (v, n) VALUES ('a', 1), ('b', 2), ('c', NULL)",
          "UPDATE t SET n = n + 10 WHERE v = 'a'",
          "DELETE FROM t WHERE v = 'b'");
      writer.setAutoCommit(false);
      run(writer, "INSERT INTO t (v, n) VALUES ('kept', 4)", "SAVE TRANSACTION s");
      run(writer, "INSERT INTO t (v, n) VALUES ('undone', 5)", "ROLLBACK TRANSACTION s");
      writer.commit();
      run(writer, "INSERT INTO t (v, n) VALUES ('rolled back', 6)");
      writer.rollback();
    }
    group.awaitRedo(PATIENCE);
    for (int i = 1; i < 3; i++) {
      try (Connection reader = app(i)) {
        assertThat(rows(reader, "SELECT id, v, n FROM t ORDER BY id"))
            .containsExactly("1 a 11", "3 c null", "4 kept 4");
        assertThat(error(reader, "INSERT INTO t (v) VALUES ('x')")).isEqualTo(3906);
        assertThat(error(reader, "CREATE TABLE #own (i INT)")).isZero();
        assertThat(error(reader, "INSERT INTO #own VALUES (1)")).isZero();
      }
    }
  }

  @Test
  void aDelayedSecondaryShowsWhatWasAndSaysSo() throws Exception {
    try (Connection writer = app(0);
        Connection reader = app(1);
        Connection second = app(2)) {
      run(writer, "CREATE TABLE t (n INT)");
      group.awaitRedo(PATIENCE);
      group.delay(group.server(1), Duration.ofMinutes(1));
      run(writer, "INSERT INTO t VALUES (1)");
      String lsn =
          "SELECT last_commit_lsn FROM sys.dm_hadr_database_replica_states WHERE is_local = 1";
      List<String> written = rows(writer, lsn);
      long end = System.nanoTime() + PATIENCE.toNanos();
      while (!rows(second, lsn).equals(written) && System.nanoTime() < end) {
        Thread.sleep(5);
      }
      assertThat(rows(second, "SELECT n FROM t")).containsExactly("1");
      assertThat(rows(reader, "SELECT n FROM t")).isEmpty();
      assertThat(rows(reader, lsn)).isNotEqualTo(written);
      assertThat(
              rows(
                  reader,
                  "SELECT redo_queue_size FROM sys.dm_hadr_database_replica_states s"
                      + " WHERE s.is_local = 1"))
          .containsExactly("1");
    }
  }

  @Test
  void viewsSayWhoIsWhat() throws Exception {
    String states =
        "SELECT r.replica_server_name, s.role_desc, s.is_local FROM"
            + " sys.dm_hadr_availability_replica_states s INNER JOIN sys.availability_replicas r"
            + " ON r.replica_id = s.replica_id ORDER BY 1";
    String primary = "SELECT sys.fn_hadr_is_primary_replica('app')";
    String may = "SELECT CAST(DATABASEPROPERTYEX('app', 'Updateability') AS NVARCHAR(60))";
    try (Connection writer = to(0, "");
        Connection reader = to(1, "")) {
      assertThat(rows(writer, states))
          .containsExactly("SQL1 PRIMARY 1", "SQL2 SECONDARY 0", "SQL3 SECONDARY 0");
      assertThat(rows(reader, states)).containsExactly("SQL2 SECONDARY 1");
      assertThat(rows(writer, primary)).containsExactly("1");
      assertThat(rows(reader, primary)).containsExactly("0");
      assertThat(rows(writer, may)).containsExactly("READ_WRITE");
      assertThat(rows(reader, may)).containsExactly("READ_ONLY");
      group.deny(TdsOptions.USER);
      assertThat(error(reader, states)).isIn(297, 300);
      assertThat(rows(reader, "SELECT HAS_PERMS_BY_NAME(NULL, NULL, 'VIEW SERVER STATE')"))
          .containsExactly("0");
    }
    try (TdsServer alone = TdsServer.start();
        Connection client = TdsTarget.of(alone).jdbc("")) {
      assertThat(rows(client, states)).isEmpty();
    }
  }

  @Test
  void logInsAreRefusedAsTheRoleAndSettingsSay() throws Exception {
    assertThatThrownBy(() -> to(1, ";databaseName=app")).hasMessageContaining("read only");
    group.allow(group.server(1), 2);
    to(1, ";databaseName=app").close();
    group.allow(group.server(1), 0);
    assertThatThrownBy(() -> app(1)).hasMessageContaining("not accessible for queries");
    group.refuse(group.server(2), 922);
    assertThatThrownBy(() -> app(2)).hasMessageContaining("being recovered");
    try (Connection other = to(2, "")) {
      assertThat(error(other, "USE app")).isEqualTo(922);
    }
  }

  @Test
  void aFailoverKeepsWhatIsCommittedAndEndsTheRest() throws Exception {
    try (Connection writer = app(0);
        Connection other = app(0)) {
      run(writer, "CREATE TABLE t (id INT IDENTITY PRIMARY KEY, n INT)");
      run(writer, "INSERT INTO t (n) VALUES (1)");
      other.setAutoCommit(false);
      run(other, "INSERT INTO t (n) VALUES (2)");
      group.delay(group.server(1), Duration.ofMinutes(1));
      group.promote(group.server(1));
      assertThat(error(writer, "INSERT INTO t (n) VALUES (3)")).isNotZero();
    }
    try (Connection writer = to(1, ";databaseName=app")) {
      run(writer, "INSERT INTO t (n) VALUES (4)");
      assertThat(rows(writer, "SELECT n FROM t ORDER BY n")).containsExactly("1", "4");
    }
    group.awaitRedo(PATIENCE);
    try (Connection former = to(0, ";databaseName=app" + INTENT)) {
      assertThat(rows(former, "SELECT n FROM t ORDER BY n")).containsExactly("1", "4");
    }
    group.server(1).crash();
    assertThatThrownBy(() -> to(1, "")).isInstanceOf(SQLException.class);
    group.server(1).restart();
    to(1, ";databaseName=app").close();
  }

  @Test
  void aForcedFailoverLosesWhatWasNotRedone() throws Exception {
    try (Connection writer = app(0)) {
      run(writer, "CREATE TABLE t (n INT)");
      group.awaitRedo(PATIENCE);
      group.delay(group.server(1), Duration.ofMinutes(1));
      run(writer, "INSERT INTO t VALUES (1)");
    }
    group.server(0).crash();
    assertThat(group.force(group.server(1))).isEqualTo(1);
    try (Connection writer = to(1, ";databaseName=app")) {
      assertThat(rows(writer, "SELECT n FROM t")).isEmpty();
    }
  }

  @Test
  void aFrozenServerAnswersWhenItGoesOn() throws Exception {
    try (Connection writer = app(0)) {
      run(writer, "CREATE TABLE t (n INT)");
      group.server(0).freeze();
      Thread late = new Thread(() -> error(writer, "INSERT INTO t VALUES (1)"));
      late.start();
      late.join(300);
      assertThat(late.isAlive()).isTrue();
      group.promote(group.server(1));
      group.server(0).thaw();
      late.join(PATIENCE.toMillis());
      assertThat(late.isAlive()).isFalse();
    }
    try (Connection writer = to(1, ";databaseName=app")) {
      assertThat(rows(writer, "SELECT n FROM t")).isEmpty();
    }
  }
}
