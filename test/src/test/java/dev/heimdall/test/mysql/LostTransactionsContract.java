package dev.heimdall.test.mysql;

import static dev.heimdall.test.fixture.Jdbc.execute;
import static dev.heimdall.test.fixture.Jdbc.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.heimdall.launcher.mysql.MysqlServer;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Transactions whose server connection is killed: 1213, as of a deadlock, behind which the same
 * connection is the client's with all that it has set.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class LostTransactionsContract {
  private static final int DEADLOCK = 1213;
  private static final int CONNECTION_LOST = 1053;
  private static final String INSERT = "INSERT INTO lost_transactions VALUES (1)";

  private final MysqlRelease release;
  private MysqlServer server;
  private MysqlNode node;

  LostTransactionsContract(MysqlRelease release) {
    this.release = release;
  }

  @BeforeAll
  void start() {
    server = release.shared().primary();
    node = MysqlNode.start(release, c -> c.vdb("pool.size", 2));
  }

  @AfterAll
  void end() {
    node.close();
  }

  @BeforeEach
  void table() {
    server.executeIn(
        "app", "DROP TABLE IF EXISTS lost_transactions", "CREATE TABLE lost_transactions (i int)");
  }

  private void kill() {
    for (Map<String, String> row : node.servers()) {
      server.execute("KILL " + row.get("remote_pid"));
    }
    Await.until("the node knows of the loss", () -> node.servers().isEmpty());
  }

  private static int error(Connection client, String sql) {
    SQLException error = catchThrowableOfType(SQLException.class, () -> execute(client, sql));
    return error == null ? 0 : error.getErrorCode();
  }

  private int rows() throws SQLException {
    return Integer.parseInt(server.queryValue("app", "SELECT count(*) FROM lost_transactions"));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void itIsRunAgainWithAllThatTheSessionHas(boolean begins) throws Exception {
    try (Connection client = node.connect("useServerPrepStmts", "true");
        PreparedStatement insert =
            client.prepareStatement("INSERT INTO lost_transactions VALUES (?)")) {
      execute(client, "SET SESSION sql_mode = 'ANSI_QUOTES'");
      insert.setInt(1, 1);
      if (begins) {
        execute(client, "START TRANSACTION");
      } else {
        client.setAutoCommit(false);
      }
      insert.executeUpdate();

      kill();

      SQLException lost = catchThrowableOfType(SQLException.class, insert::executeUpdate);
      assertThat(lost.getErrorCode()).isEqualTo(DEADLOCK);
      assertThat(lost.getSQLState()).isEqualTo("40001");
      assertThat(lost.getMessage()).contains("Deadlock found").contains("lost");
      assertThat(rows()).isZero();
      if (begins) {
        execute(client, "START TRANSACTION");
      }
      insert.executeUpdate();
      insert.executeUpdate();
      assertThat(rows()).as("uncommitted").isZero();
      execute(client, "COMMIT");
      assertThat(rows()).isEqualTo(2);
      assertThat(value(client, "SELECT @@sql_mode")).contains("ANSI_QUOTES");
      assertThat(value(client, "SELECT database()")).isEqualTo("app");
    }
  }

  @Test
  void aCommitGetsTheErrorAndARollbackNone() throws Exception {
    try (Connection client = node.connect()) {
      execute(client, "START TRANSACTION", INSERT);
      kill();
      assertThat(error(client, "COMMIT")).isEqualTo(DEADLOCK);
      execute(client, "COMMIT", "ROLLBACK");

      execute(client, "START TRANSACTION", INSERT);
      kill();
      execute(client, "ROLLBACK");
      execute(client, INSERT);
      assertThat(rows()).as("outside of a transaction").isOne();
    }
  }

  @Test
  void aStatementThatRunsGetsTheErrorUnlessItMayHaveCommitted() throws Exception {
    try (Connection client = node.connect()) {
      execute(client, "START TRANSACTION", INSERT);
      assertThat(killedWhile(client, "SELECT sleep(60)")).isEqualTo(DEADLOCK);
      assertThat(value(client, "SELECT 7")).isEqualTo("7");
    }
    server.executeIn(
        "app",
        "DROP PROCEDURE IF EXISTS commits",
        "CREATE PROCEDURE commits() BEGIN COMMIT; DO sleep(60); END");
    try (Connection client = node.connect()) {
      execute(client, "START TRANSACTION", INSERT);
      assertThat(killedWhile(client, "CALL commits()")).isEqualTo(CONNECTION_LOST);
      assertThat(rows()).as("it has").isOne();
    }
  }

  private int killedWhile(Connection client, String sql) throws Exception {
    CompletableFuture<Integer> told = CompletableFuture.supplyAsync(() -> error(client, sql));
    Await.until(
        "it runs",
        () ->
            !"0"
                .equals(
                    server.queryValue(
                        "",
                        "SELECT count(*) FROM information_schema.processlist WHERE info LIKE"
                            + " '%sleep(60)%' AND info NOT LIKE '%processlist%'")));
    kill();
    return told.get(20, TimeUnit.SECONDS);
  }

  @Test
  void whoDependsOnTheConnectionIsToldWhyTheSessionEnds() throws Exception {
    Map<String, String> pins =
        Map.of(
            "CREATE TEMPORARY TABLE mine (i int)", "temporary table",
            "SET @mine = 1", "user variable",
            "SELECT get_lock('lost_transactions', 1)", "lock");
    for (Map.Entry<String, String> pin : pins.entrySet()) {
      try (Connection client = node.connect()) {
        execute(client, "START TRANSACTION", INSERT, pin.getKey());
        kill();
        SQLException lost =
            catchThrowableOfType(SQLException.class, () -> value(client, "SELECT 1"));
        assertThat(lost.getSQLState()).as(pin.getKey()).isEqualTo("08S01");
        assertThat(client.isValid(5)).isFalse();
      }
    }
    assertThat(rows()).isZero();
  }

  /** Pools of connections do so with one that comes back amid a transaction. */
  @Test
  void aResetNeedsNoReport() throws Exception {
    try (Connection client = node.target().mariaJdbc("useResetConnection", "true")) {
      client.setAutoCommit(false);
      execute(client, INSERT);
      kill();
      ((org.mariadb.jdbc.Connection) client).reset();
      client.setAutoCommit(true);
      execute(client, INSERT);
      assertThat(rows()).isOne();
    }
  }

  @Test
  void retriesThatFrameworksMakeSucceedOnTheSameConnection() throws Exception {
    for (Connection each :
        List.of(node.connect(), node.target().mariaJdbc(), node.connect("useSSL", "false"))) {
      try (Connection client = each) {
        client.setAutoCommit(false);
        int attempts = 0;
        boolean done = false;
        while (!done) {
          attempts++;
          try {
            execute(client, INSERT);
            if (attempts == 1) {
              kill();
            }
            client.commit();
            done = true;
          } catch (SQLException e) {
            assertThat(e.getSQLState()).isEqualTo("40001");
            client.rollback();
          }
        }
        assertThat(attempts).isEqualTo(2);
      }
    }
    assertThat(rows()).isEqualTo(3);
  }
}
