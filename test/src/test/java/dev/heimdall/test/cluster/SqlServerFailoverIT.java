package dev.heimdall.test.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.SqlServerGroupNode;
import dev.heimdall.test.fixture.TestConfiguration;
import dev.heimdall.test.tds.AvailabilityGroup;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

/** View of clients on an availability group while its primary changes. */
@DisabledIfSystemProperty(
    named = "tds.server",
    matches = ".+",
    disabledReason = "it fails servers of a group")
class SqlServerFailoverIT {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final AvailabilityGroup group = AvailabilityGroup.start(2);
  private final SqlServerGroupNode node =
      SqlServerGroupNode.start(
          group,
          c ->
              c.rules("all", TestConfiguration.rule("(?i)^select", "log", ""))
                  .vdb("rules", List.of("all")));

  @BeforeEach
  void table() throws Exception {
    try (Connection client = node.connect()) {
      run(client, "CREATE TABLE t (i INT PRIMARY KEY)", "INSERT INTO t VALUES (1)");
      for (int i = 0; i < 3; i++) {
        count(client); // known from the second time on
      }
    }
  }

  @AfterEach
  void end() {
    node.close();
    group.close();
  }

  static void run(Connection client, String... statements) throws SQLException {
    try (Statement statement = client.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  static int count(Connection client) throws SQLException {
    try (Statement statement = client.createStatement();
        ResultSet row = statement.executeQuery("SELECT COUNT(*) FROM t")) {
      row.next();
      return row.getInt(1);
    }
  }

  static int error(Connection client, String sql) {
    try {
      run(client, sql);
      return 0;
    } catch (SQLException e) {
      return e.getErrorCode() == 0 ? -1 : e.getErrorCode();
    }
  }

  /** Waits until a client's statement is on its way to a server, or waits for one. */
  private void untilClientWaits() {
    Await.until(
        "a client's statement waits",
        PATIENCE,
        () -> node.clients().stream().anyMatch(row -> row.get("waits_for") != null),
        () -> node.clients().toString());
  }

  private interface Work {
    void run() throws Exception;
  }

  private static CompletableFuture<Void> later(Work work) {
    return CompletableFuture.runAsync(
        () -> {
          try {
            work.run();
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        });
  }

  @Test
  void writesGoToTheListenerWhereTheDriverSaysSo() throws Exception {
    String listener = "localhost:" + group.server(0).port();
    try (SqlServerGroupNode by =
            SqlServerGroupNode.start(
                group,
                c ->
                    c.source("driver", "listening")
                        .source("cluster.writeEndpoint", listener)
                        .driver(
                            "listening",
                            "writerUrl",
                            "jdbc:sqlserver://${listener};databaseName=${database}")
                        .driver(
                            "listening",
                            "readerUrl",
                            "jdbc:sqlserver://${reader};databaseName=${database}"));
        Connection client = by.connect()) {
      run(client, "INSERT INTO t VALUES (2)");
    }
  }

  @Test
  void statementsThatHaveNotBegunWaitForTheNextWriter() throws Exception {
    try (Connection client = node.connect()) {
      group.server(0).crash();
      Await.until(
          "no writer is known",
          PATIENCE,
          () ->
              node.admin("SHOW CLUSTER").stream()
                  .noneMatch(row -> "writer".equals(row.get("role"))),
          () -> node.admin("SHOW CLUSTER").toString());
      CompletableFuture<Void> write = later(() -> run(client, "INSERT INTO t VALUES (2)"));
      untilClientWaits();
      assertThat(write).isNotDone();
      group.promote(group.server(1));
      write.get(20, TimeUnit.SECONDS);
      assertThat(count(client)).isEqualTo(2);
    }
  }

  @Test
  void aClientAtRestNoticesNoSwitchover() throws Exception {
    try (Connection client = node.connect();
        var prepared = client.prepareStatement("SELECT COUNT(*) FROM t WHERE i > ?")) {
      prepared.setInt(1, 0);
      for (int i = 0; i < 4; i++) {
        try (ResultSet row = prepared.executeQuery()) {
          assertThat(row.next()).isTrue();
        }
      }
      run(client, "SET DATEFIRST 3");
      group.promote(group.server(1));
      run(client, "INSERT INTO t VALUES (2)");
      try (ResultSet row = prepared.executeQuery()) {
        row.next();
        assertThat(row.getInt(1)).isEqualTo(2);
      }
      try (Statement statement = client.createStatement();
          ResultSet row = statement.executeQuery("SELECT @@DATEFIRST")) {
        row.next();
        assertThat(row.getInt(1)).isEqualTo(3);
      }
    }
  }

  @Test
  void aWriteThatIsRejectedAsReadOnlyWaitsForTheNextWriter() throws Exception {
    try (Connection client = node.connect()) {
      group.readOnly(group.server(0), true);
      CompletableFuture<Void> write = later(() -> run(client, "INSERT INTO t VALUES (2)"));
      untilClientWaits();
      assertThat(write).isNotDone();
      group.promote(group.server(1));
      write.get(20, TimeUnit.SECONDS);
      assertThat(count(client)).isEqualTo(2);
    }
  }

  @Test
  void aTransactionGetsAnErrorThatDriversRetry() throws Exception {
    try (Connection client = node.connect();
        Connection fresh = node.connect()) {
      client.setAutoCommit(false);
      run(client, "INSERT INTO t VALUES (2)");
      group.promote(group.server(1));
      assertThat(error(client, "INSERT INTO t VALUES (3)")).isEqualTo(1205);
      assertThat(count(fresh)).isEqualTo(1);

      run(client, "INSERT INTO t VALUES (2)", "INSERT INTO t VALUES (3)");
      client.commit();
      assertThat(count(fresh)).as("run again by the same session").isEqualTo(3);
    }
  }

  @Test
  void whoKeepsAConnectionAtRestGetsAnErrorThatDriversRetry() throws Exception {
    try (Connection client = node.connect()) {
      run(client, "CREATE TABLE #t (i INT)");
      group.promote(group.server(1));
      assertThat(error(client, "INSERT INTO #t VALUES (1)")).isEqualTo(40197);
    }
  }

  @Test
  void aReadThatIsLostIsSentAgain() throws Exception {
    try (Connection client = node.connect()) {
      group.server(0).freeze();
      CompletableFuture<Void> read = later(() -> assertThat(count(client)).isEqualTo(1));
      untilClientWaits();
      group.promote(group.server(1));
      group.server(0).crash();
      read.get(20, TimeUnit.SECONDS);
    }
  }

  @Test
  void aWriteOfUnknownOutcomeGetsAnError() throws Exception {
    try (Connection client = node.connect()) {
      group.server(0).freeze();
      CompletableFuture<Integer> write =
          CompletableFuture.supplyAsync(() -> error(client, "INSERT INTO t VALUES (2)"));
      untilClientWaits();
      group.promote(group.server(1));
      group.server(0).crash();
      assertThat(write.get(20, TimeUnit.SECONDS)).isNotZero();
    }
  }
}
