package dev.heimdall.test.operate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heimdall.engine.wire.mysql.Command;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.MariadbAndMysql;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.MysqlTarget;
import dev.heimdall.test.fixture.RawMysqlClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@link TakeOverIT} with clients of MySQL's protocol. */
@Timeout(180)
@Tag("long")
class MysqlTakeOverIT {
  private static final String[] PREPARES = {"useServerPrepStmts", "true", "cachePrepStmts", "true"};

  @TempDir private Path directory;
  private TakeOvers processes;

  @BeforeEach
  void makeState() throws IOException {
    processes = new TakeOvers(directory);
  }

  @AfterEach
  void end() throws InterruptedException {
    processes.close();
  }

  private ProxyProcess first(MysqlRelease release) throws IOException {
    ProxyProcess node = ProxyProcess.configured(directory, Map.of("drainTimeout", "60s"));
    node.before(release.shared().primary());
    node.changeVdb("transactionReplay", Map.of("enabled", true));
    return processes.first(node);
  }

  private static void took(ProxyProcess before, ProxyProcess after) throws InterruptedException {
    TakeOvers.ended(before);
    assertThat(before.output()).contains("left=0");
    TakeOvers.took(after);
  }

  // ---- what clients under load do

  private static void numbered(Connection client, int round) throws SQLException {
    try (PreparedStatement select = client.prepareStatement("SELECT ? + 1")) {
      select.setInt(1, round);
      assertNumber(select.executeQuery(), round + 1);
    }
  }

  private static void assertNumber(ResultSet answer, long expected) throws SQLException {
    try (ResultSet rows = answer) {
      rows.next();
      if (rows.getLong(1) != expected) {
        throw new SQLException("got " + rows.getLong(1) + " for " + expected);
      }
    }
  }

  /** An execution that says nothing of types, as the server has been told these. */
  private static byte[] again(int number, String parameter) {
    byte[] first = RawMysqlClient.execute(number, parameter);
    int types = 4 + 1 + 4 + 1 + 4 + 1; // header, command, number, flags, times, NULLs
    byte[] body = new byte[first.length - 4 - 2];
    System.arraycopy(first, 4, body, 0, types - 4);
    System.arraycopy(first, types + 3, body, types - 4 + 1, first.length - types - 3);
    return RawMysqlClient.packet(0, body);
  }

  /** The bytes of the one row with one column that comes. */
  private static String row(RawMysqlClient client) throws IOException {
    client.receive(); // one column
    client.receive();
    String row = new String(client.receive(), StandardCharsets.UTF_8);
    client.receive(); // no more rows
    return row;
  }

  private static void inTransaction(Connection client, int round) throws SQLException {
    client.setAutoCommit(false);
    numbered(client, round);
    numbered(client, round + 1);
    client.commit();
  }

  /**
   * What statements ask about those before them, which were carried out a round ago: by then the
   * session has left their connection. And what the session has set.
   */
  private static final class Generating implements SteadyLoad.Work {
    private long id;

    @Override
    public void run(Connection client, int round) throws SQLException {
      try (Statement statement = client.createStatement()) {
        if (round == 0) {
          statement.execute("SET SESSION sort_buffer_size = 300032");
        } else if (round % 2 == 1) {
          assertNumber(statement.executeQuery("SELECT LAST_INSERT_ID()"), id);
          assertNumber(
              statement.executeQuery("SELECT n FROM (SELECT 1 n UNION SELECT 2 UNION SELECT 3) t"),
              1);
          return;
        } else {
          assertNumber(statement.executeQuery("SELECT FOUND_ROWS()"), 3);
        }
        assertNumber(statement.executeQuery("SELECT @@sort_buffer_size"), 300032);
        statement.executeUpdate(
            "INSERT INTO taken_over (n) VALUES (1)", Statement.RETURN_GENERATED_KEYS);
        try (ResultSet keys = statement.getGeneratedKeys()) {
          keys.next();
          id = keys.getLong(1);
        }
      }
    }
  }

  @MariadbAndMysql
  void nobodyUnderLoadNoticesIt(MysqlRelease release) throws Exception {
    release
        .shared()
        .primary()
        .execute(
            "DROP TABLE IF EXISTS app.taken_over",
            "CREATE TABLE app.taken_over (id INT AUTO_INCREMENT PRIMARY KEY, n INT)");
    ProxyProcess node = first(release);
    MysqlTarget target = node.mysqlTarget();
    try (SteadyLoad load = new SteadyLoad();
        RawMysqlClient idle = RawMysqlClient.logIn(target);
        RawMysqlClient closes = RawMysqlClient.logIn(target)) {
      String number = idle.value("SELECT CONNECTION_ID()");
      idle.query(RawMysqlClient.query("SET SESSION sql_mode = 'ANSI_QUOTES'"));
      idle.query(RawMysqlClient.query("USE app"));
      int kept = idle.prepare("SELECT CONCAT('kept ', ?)");
      idle.send(RawMysqlClient.execute(kept, "at first")); // which tells the types
      assertThat(row(idle)).contains("kept at first");
      int other = idle.prepare("SELECT 2");
      // Its statement is kept for as long as its transaction may have to be run again.
      closes.query(RawMysqlClient.query("START TRANSACTION"));
      int closed = closes.prepare("SELECT ?");
      closes.send(RawMysqlClient.execute(closed, "4"));
      assertThat(row(closes)).contains("4");
      closes.send(RawMysqlClient.ofStatement(Command.STMT_CLOSE, closed));
      closes.query(RawMysqlClient.query("COMMIT"));
      load.client(() -> target.jdbc(PREPARES), MysqlTakeOverIT::numbered);
      load.client(() -> target.mariaJdbc(PREPARES), MysqlTakeOverIT::numbered);
      load.client(target::jdbc, MysqlTakeOverIT::inTransaction);
      load.client(target::mariaJdbc, new Generating());
      load.client(
          target::jdbc,
          (client, round) -> {
            try (Connection another = target.jdbc()) {
              numbered(another, round);
            }
          });
      load.goesOn();
      for (int i = 0; i < 2; i++) {
        ProxyProcess after = processes.next(node);
        took(node, after);
        node = after;
        load.goesOn();
      }
      assertThat(closes.value("SELECT 5")).isEqualTo("5");
      assertThat(idle.value("SELECT CONNECTION_ID()")).isEqualTo(number);
      assertThat(idle.value("SELECT @@sql_mode")).isEqualTo("ANSI_QUOTES");
      assertThat(idle.value("SELECT DATABASE()")).isEqualTo("app");
      idle.send(again(kept, "to the end"));
      assertThat(row(idle)).contains("kept to the end");
      assertThat(idle.prepare("SELECT 3")).isEqualTo(other + 1);
      idle.changeUser(45);
      assertThat(idle.value("SELECT CONNECTION_ID()")).isEqualTo(number);
      try (Connection operator = target.jdbc();
          Statement kill = operator.createStatement()) {
        kill.execute("KILL " + number);
      }
      assertThatThrownBy(() -> idle.value("SELECT 1")).isInstanceOf(IOException.class);
    }
  }

  /** KILL finds those that have not moved yet. */
  @MariadbAndMysql
  void aTransactionEndsWhereItBeganAndCanBeKilledThere(MysqlRelease release) throws Exception {
    ProxyProcess before = first(release);
    MysqlTarget target = before.mysqlTarget();
    try (RawMysqlClient client = RawMysqlClient.logIn(target)) {
      String number = client.value("SELECT CONNECTION_ID()");
      client.query(RawMysqlClient.query("START TRANSACTION"));
      client.value("SELECT 1");
      ProxyProcess after = processes.next(before);
      Await.until(
          "clients move",
          TakeOvers.PATIENCE,
          () -> before.output().contains("clients move"),
          before::output);
      CompletableFuture<List<List<String>>> sleeps =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return client.query(RawMysqlClient.query("SELECT SLEEP(60)"));
                } catch (IOException e) {
                  return List.of(List.of(e.getMessage()));
                }
              });
      try (Connection other = target.jdbc();
          Statement kill = other.createStatement()) {
        Await.until(
            "the statement is killed",
            () -> {
              kill.execute("KILL QUERY " + number);
              return sleeps.isDone();
            });
        assertThatThrownBy(() -> kill.execute("KILL 2147480000"))
            .isInstanceOf(SQLException.class)
            .hasMessageContaining("Unknown thread id");
      }
      assertThat(before.isAlive()).isTrue();
      client.query(RawMysqlClient.query("ROLLBACK"));
      took(before, after);
      assertThat(client.value("SELECT 2")).isEqualTo("2");
    }
  }
}
