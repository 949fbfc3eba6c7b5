package dev.heimdall.test.cluster;

import static dev.heimdall.test.cluster.SqlServerFailoverIT.count;
import static dev.heimdall.test.cluster.SqlServerFailoverIT.error;
import static dev.heimdall.test.cluster.SqlServerFailoverIT.run;
import static dev.heimdall.test.fixture.Jdbc.value;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.SqlServerGroupNode;
import dev.heimdall.test.tds.AvailabilityGroup;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Savepoint;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Transactions of an availability group that are run again at its next primary. */
@DisabledIfSystemProperty(
    named = "tds.server",
    matches = ".+",
    disabledReason = "it fails servers of a group")
class SqlServerReplayIT {
  private static final int LOST = 40197;
  private static final int DEADLOCK = 1205;

  private final AvailabilityGroup group = AvailabilityGroup.start(2);
  private final SqlServerGroupNode node =
      SqlServerGroupNode.start(group, c -> c.vdb("transactionReplay.enabled", true));

  @BeforeEach
  void table() throws Exception {
    try (Connection client = node.connect()) {
      run(client, "CREATE TABLE t (i INT PRIMARY KEY)", "INSERT INTO t VALUES (1)");
    }
  }

  @AfterEach
  void end() {
    node.close();
    group.close();
  }

  private static void insert(PreparedStatement statement, int from, int to) throws SQLException {
    for (int i = from; i <= to; i++) {
      statement.setInt(1, i);
      assertThat(statement.executeUpdate()).isOne();
    }
  }

  @Test
  void anOpenTransactionGoesOnAtTheNextPrimary() throws Exception {
    try (Connection client = node.connect()) {
      client.setAutoCommit(false);
      try (PreparedStatement closed = client.prepareStatement("INSERT INTO t VALUES (? + 0)")) {
        insert(closed, 2, 5);
      }
      try (PreparedStatement insert = client.prepareStatement("INSERT INTO t VALUES (?)")) {
        insert(insert, 6, 9);
        Savepoint before = client.setSavepoint("s");
        run(client, "DELETE FROM t WHERE i < 9; DELETE FROM t");
        client.rollback(before);
        assertThat(count(client)).isEqualTo(9);

        group.promote(group.server(1));

        insert(insert, 10, 12);
      }
      assertThat(count(client)).isEqualTo(12);
      client.commit();
      assertThat(count(client)).isEqualTo(12);
    }
    assertThat(replayed()).isOne();
  }

  private double replayed() {
    return node.metricOrZero(
        "heimdall_transactions_replayed_total{database=\"app\",user=\"app\",vdb=\"app\"}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT NEWID()",
        "EXEC sp_executesql N'INSERT INTO t VALUES (3)'",
        "CREATE TABLE #t (i INT)"
      })
  void aTransactionThatWouldBeAnotherOneIsNotCommitted(String sql) throws Exception {
    try (Connection client = node.connect()) {
      client.setAutoCommit(false);
      run(client, "INSERT INTO t VALUES (2)", sql);
      group.promote(group.server(1));
      boolean pinned = sql.contains("#");
      assertThat(error(client, "INSERT INTO t VALUES (4)")).isEqualTo(pinned ? LOST : DEADLOCK);
    }
    try (Connection fresh = node.connect()) {
      assertThat(count(fresh)).isOne();
    }
    assertThat(replayed()).isZero();
  }

  @Test
  void aLongAnswerThatItsClientHasInPartGoesOn() throws Exception {
    try (Connection client = node.connect("responseBuffering", "adaptive")) {
      client.setAutoCommit(false);
      run(
          client,
          "SET NOCOUNT ON; DECLARE @i INT = 2; WHILE @i <= 3000"
              + " BEGIN INSERT INTO t VALUES (@i); SET @i = @i + 1 END");
      client.commit();
      String sql = "SELECT a.i, REPLICATE(N'x', 200) FROM t a ORDER BY a.i";
      try (var statement = client.createStatement();
          var rows = statement.executeQuery(sql)) {
        for (int i = 1; i <= 1000; i++) {
          assertThat(rows.next()).isTrue();
        }
        group.promote(group.server(1));
        for (int i = 1001; i <= 3000; i++) {
          assertThat(rows.next()).isTrue();
          assertThat(rows.getInt(1)).isEqualTo(i);
        }
      }
      assertThat(value(client, "SELECT COUNT(*) FROM t")).isEqualTo("3000");
      client.commit();
    }
  }
}
