package dev.heimdall.test.mysql;

import static dev.heimdall.test.fixture.Jdbc.execute;
import static dev.heimdall.test.fixture.RawMysqlClient.query;
import static dev.heimdall.test.fixture.TestConfiguration.rule;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.heimdall.engine.wire.mysql.Command;
import dev.heimdall.launcher.mysql.MysqlCluster;
import dev.heimdall.launcher.mysql.MysqlServer;
import dev.heimdall.test.fault.TcpFaults;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Jdbc;
import dev.heimdall.test.fixture.MariaServer;
import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.MysqlTarget;
import dev.heimdall.test.fixture.RawMysqlClient;
import java.nio.charset.StandardCharsets;
import java.sql.BatchUpdateException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Batches of MariaDB Connector/J, which executes them in bulk, go the way of their prepared
 * statement: cache, rules, replicas, transactions, lost connections.
 */
@Timeout(90)
@Tag("long")
class MariadbBulkPathsIT {
  private static final String[] BULK = {"useBulkStmts", "true"};

  private static MysqlServer server;
  private static MysqlTarget direct;
  private static MysqlNode node;

  @BeforeAll
  static void start() throws SQLException {
    MysqlCluster cluster = MysqlRelease.MARIADB.shared();
    server = cluster.primary();
    direct = MysqlTarget.of(server);
    server.executeIn(
        "app",
        "CREATE OR REPLACE TABLE bulk_cached (id INT PRIMARY KEY, name VARCHAR(40)) ENGINE=InnoDB",
        "CREATE OR REPLACE TABLE bulk_ruled (id INT PRIMARY KEY, name VARCHAR(40))",
        "CREATE OR REPLACE TABLE bulk_noted (what VARCHAR(40))");
    MariaServer other = MariaServer.shared();
    node =
        MysqlNode.start(
            MysqlRelease.MARIADB,
            c ->
                c.cluster(cluster)
                    .catalog(cluster)
                    .source("other", "url", other.url("crm"))
                    .source("other", "user", MariaServer.USER)
                    .source("other", "password", MariaServer.PASSWORD)
                    .source("other", "tls.mode", "disable")
                    .vdb("ruleSources", List.of("other"))
                    .vdb("cache.enabled", true)
                    .vdb("rules", List.of("all"))
                    .rules(
                        "all",
                        rule("secret", "drop", ""),
                        rule("quiet", "result", "\"value\": 7"),
                        rule("'old'", "transform", "\"target\": \"'new'\""),
                        rule("slow", "tag", "\"queryTimeout\": 300"),
                        rule("at_once", "async-execute", "\"spoofedResult\": 5"),
                        rule(
                            "put_off",
                            "async-execute",
                            "\"holdUntil\": \"immediate\", \"maxPollInterval\": 3000"),
                        rule(
                            "elsewhere", "forward", "\"source\": \"other\", \"setcatalog\": false"),
                        rule(
                            "noted before",
                            "trigger",
                            "\"timing\": \"before\", \"command\":"
                                + " \"INSERT INTO bulk_noted VALUES ('before')\""),
                        "{\"match\": \"tables:app.bulk_cached\", \"action\": \"cache\"}"));
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  private static List<String> rows(Connection client, String sql) throws SQLException {
    try (Statement statement = client.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      List<String> rows = new ArrayList<>();
      while (result.next()) {
        rows.add(result.getString(1));
      }
      return rows;
    }
  }

  /** Adds rows from a number to another one, without it. */
  private static int[] insert(Connection client, String sql, int from, int to) throws SQLException {
    try (PreparedStatement insert = client.prepareStatement(sql)) {
      for (int i = from; i < to; i++) {
        insert.setInt(1, i);
        insert.setString(2, i % 3 == 0 ? null : "name " + i);
        insert.addBatch();
      }
      return insert.executeBatch();
    }
  }

  private static SQLException refused(Connection client, String sql) {
    return catchThrowableOfType(SQLException.class, () -> insert(client, sql, 100, 103));
  }

  private static long executed() {
    return Long.parseLong(
        server.queryValue(
            "app",
            "SELECT variable_value FROM information_schema.global_status WHERE variable_name ="
                + " 'Com_stmt_execute'"));
  }

  private static long hits() {
    return Long.parseLong(node.admin("SHOW CACHE").get(0).get("hits"));
  }

  @Test
  void tenThousandRowsAreOneCommand() throws SQLException {
    List<Object> results = new ArrayList<>();
    for (MysqlTarget target : List.of(direct, node.target())) {
      try (Connection client = target.mariaJdbc(BULK)) {
        execute(client, "CREATE OR REPLACE TABLE bulk_many (id INT PRIMARY KEY, name VARCHAR(40))");
        long before = executed();
        int[] counts = insert(client, "INSERT INTO bulk_many VALUES (?, ?)", 0, 10_000);
        assertThat(executed() - before).as("commands at the server").isLessThan(20);
        results.add(counts);
        results.add(
            rows(client, "SELECT concat(count(*), ' ', count(name), ' ', sum(id)) FROM bulk_many"));
        results.add(rows(client, "CHECKSUM TABLE bulk_many EXTENDED").size());
        try (PreparedStatement update =
            client.prepareStatement("UPDATE bulk_many SET name = ? WHERE id = ?")) {
          for (int i = 0; i < 10_000; i += 2) {
            update.setString(1, "other " + i);
            update.setInt(2, i);
            update.addBatch();
          }
          results.add(update.executeBatch());
        }
        results.add(
            rows(
                client,
                "SELECT concat(count(*), ' ', sum(crc32(concat(id, ifnull(name, '?')))))"
                    + " FROM bulk_many"));
      }
    }
    int half = results.size() / 2;
    assertThat(results.subList(half, 2 * half))
        .usingRecursiveComparison()
        .isEqualTo(results.subList(0, half));
  }

  @Test
  void theDuplicateOfABatchIsReportedAsDirectly() throws SQLException {
    List<Object> results = new ArrayList<>();
    for (MysqlTarget target : List.of(direct, node.target())) {
      try (Connection client = target.mariaJdbc(BULK)) {
        execute(
            client, "CREATE OR REPLACE TABLE bulk_twice (id INT PRIMARY KEY, name VARCHAR(40))");
        insert(client, "INSERT INTO bulk_twice VALUES (?, ?)", 50, 51);
        BatchUpdateException error =
            catchThrowableOfType(
                BatchUpdateException.class,
                () -> insert(client, "INSERT INTO bulk_twice VALUES (?, ?)", 0, 100));
        results.add(error.getErrorCode() + error.getMessage().replaceAll("conn=[0-9]+", ""));
        results.add(error.getUpdateCounts());
        results.add(rows(client, "SELECT count(*) FROM bulk_twice"));
      }
    }
    assertThat(results.subList(3, 6)).usingRecursiveComparison().isEqualTo(results.subList(0, 3));
  }

  /** Also those of a bulk that fails in the middle, of which rows are left. */
  @Test
  void aBulkMakesWhatWasKeptOfItsTableOld() throws SQLException {
    String read = "SELECT count(name) FROM bulk_cached";
    try (Connection client = node.target().mariaJdbc(BULK);
        Connection reader = node.target().mariaJdbc();
        Connection past = server.connect("app")) {
      execute(client, "DELETE FROM bulk_cached");
      for (int round = 1; round <= 5; round++) {
        String expected = rows(past, read).get(0);
        Await.until(
            "it is answered from the cache",
            () -> {
              assertThat(rows(reader, read)).containsExactly(expected);
              long hits = hits();
              assertThat(rows(reader, read)).containsExactly(expected);
              return hits() > hits;
            });
        insert(client, "INSERT INTO bulk_cached VALUES (?, ?)", round * 100, round * 100 + 30);
        assertThat(rows(reader, read)).isEqualTo(rows(past, read)).containsExactly(round * 20 + "");
      }
      assertThat(rows(reader, read)).containsExactly("100");
      rows(reader, read);
      try (PreparedStatement update =
          client.prepareStatement("UPDATE bulk_cached SET name = ?, id = ? WHERE id = ?")) {
        for (int[] move : new int[][] {{1, 100}, {100, 101}, {102, 103}}) {
          update.setString(1, null);
          update.setInt(2, move[0] == 100 ? 102 : move[0]); // the second one is there already
          update.setInt(3, move[1]);
          update.addBatch();
        }
        assertThat(catchThrowableOfType(SQLException.class, update::executeBatch).getErrorCode())
            .isEqualTo(1062);
      }
      assertThat(rows(reader, read)).isEqualTo(rows(past, read)).containsExactly("99");
    }
  }

  @Test
  void rulesDecideOnTheStatement() throws SQLException {
    try (Connection client = node.target().mariaJdbc(BULK)) {
      execute(client, "DELETE FROM bulk_ruled");
      execute(client, "DELETE FROM bulk_noted");
      SQLException refusal = refused(client, "INSERT INTO bulk_ruled VALUES (?, ?) /* secret */");
      assertThat(refusal.getErrorCode()).isEqualTo(1142);
      insert(client, "INSERT INTO bulk_ruled VALUES (?, ?) /* quiet */", 0, 3);
      assertThat(rows(client, "SELECT count(*) FROM bulk_ruled")).containsExactly("0");
      insert(client, "INSERT INTO bulk_ruled VALUES (?, concat('old', ?))", 1, 3);
      assertThat(rows(client, "SELECT name FROM bulk_ruled ORDER BY id"))
          .containsExactly("newname 1", "newname 2");
      insert(client, "INSERT INTO bulk_ruled VALUES (?, ?) /* noted before */", 10, 13);
      assertThat(rows(client, "SELECT what FROM bulk_noted")).containsExactly("before");
      insert(client, "INSERT INTO bulk_ruled VALUES (?, ?) /* at_once */", 20, 23);
      assertThat(rows(client, "SELECT count(*) FROM bulk_ruled WHERE id >= 20"))
          .as("a bulk is not deferred")
          .containsExactly("3");
    }
  }

  /** Executions that cannot be deferred, in bulk or for their values, overtake none that was. */
  @Test
  void aBulkWaitsForWhatWasDeferredOnItsTable() throws SQLException {
    try (Connection client = node.target().mariaJdbc(BULK)) {
      execute(client, "DELETE FROM bulk_ruled");
      for (int round = 0; round < 3; round++) {
        execute(client, "INSERT INTO bulk_ruled VALUES (%d, '') /* put_off */".formatted(round));
        try (PreparedStatement update =
            client.prepareStatement(
                "UPDATE bulk_ruled SET name = concat(name, ?) WHERE id = ? /* put_off */")) {
          for (String added : List.of("a", "b")) {
            update.setString(1, added);
            update.setInt(2, round);
            update.addBatch();
          }
          update.executeBatch();
        }
        assertThat(rows(client, "SELECT name FROM bulk_ruled WHERE id = " + round))
            .containsExactly("ab");
      }
    }
  }

  @Test
  void aBulkThatRunsTooLongOrIsCancelledEnds() throws Exception {
    try (Connection client = node.target().mariaJdbc(BULK);
        Connection holder = direct.jdbc()) {
      execute(client, "REPLACE INTO bulk_ruled VALUES (77, 'held')");
      holder.setAutoCommit(false);
      execute(holder, "SELECT * FROM bulk_ruled WHERE id = 77 FOR UPDATE");
      String sql = "INSERT INTO bulk_ruled VALUES (?, ?) ON DUPLICATE KEY UPDATE name = 'x'";
      SQLException late =
          catchThrowableOfType(
              SQLException.class, () -> insert(client, sql + " /* slow */", 76, 79));
      assertThat(late.getErrorCode()).isEqualTo(1317);
      try (PreparedStatement insert = client.prepareStatement(sql)) {
        for (int i = 76; i < 79; i++) {
          insert.setInt(1, i);
          insert.setString(2, "x");
          insert.addBatch();
        }
        CompletableFuture<Integer> ended =
            CompletableFuture.supplyAsync(
                () -> {
                  try {
                    insert.executeBatch();
                    return 0;
                  } catch (SQLException e) {
                    return e.getErrorCode();
                  }
                });
        Await.until(
            "it waits for the row",
            () -> {
              insert.cancel();
              return ended.isDone();
            });
        assertThat(ended.get()).isEqualTo(1317);
      }
      holder.rollback();
      assertThat(rows(client, "SELECT name FROM bulk_ruled WHERE id = 77")).containsExactly("held");
    }
  }

  @Test
  void aBulkIsOneStatementInFigures() throws SQLException {
    try (Connection client = node.target().mariaJdbc(BULK)) {
      execute(client, "CREATE OR REPLACE TABLE bulk_figures (id INT, name VARCHAR(40))");
      insert(client, "INSERT INTO bulk_figures VALUES (?, ?)", 0, 500);
      Map<String, String> pattern =
          node.admin("SHOW PATTERNS").stream()
              .filter(row -> row.get("statement").startsWith("insert into bulk_figures"))
              .findFirst()
              .orElseThrow();
      assertThat(pattern).containsEntry("calls", "1").containsEntry("errors", "0");
      assertThat(pattern.get("tables")).endsWith(".bulk_figures");
      assertThat(Long.parseLong(pattern.get("total_us"))).isPositive();
    }
  }

  @Test
  void aTransactionKeepsOrForgetsABulk() throws SQLException {
    try (Connection client = node.target().mariaJdbc(BULK);
        Connection other = node.target().mariaJdbc()) {
      execute(client, "CREATE OR REPLACE TABLE bulk_kept (id INT PRIMARY KEY, name VARCHAR(40))");
      client.setAutoCommit(false);
      insert(client, "INSERT INTO bulk_kept VALUES (?, ?)", 0, 50);
      assertThat(rows(client, "SELECT count(*) FROM bulk_kept")).containsExactly("50");
      assertThat(rows(other, "SELECT count(*) FROM bulk_kept")).containsExactly("0");
      client.rollback();
      assertThat(rows(client, "SELECT count(*) FROM bulk_kept")).containsExactly("0");
      insert(client, "INSERT INTO bulk_kept VALUES (?, ?)", 0, 50);
      client.commit();
      assertThat(rows(other, "SELECT count(*) FROM bulk_kept")).containsExactly("50");
    }
  }

  @Test
  void aBulkGoesToTheWriterAndIsReadBack() throws SQLException {
    MysqlCluster cluster = MysqlRelease.MARIADB.shared();
    try (MysqlNode split =
            MysqlNode.start(
                cluster,
                c ->
                    c.cluster(cluster)
                        .source("cluster.reads", "all")
                        .source("cluster.probe.positionInterval", "50ms"));
        Connection client = split.target().mariaJdbc(BULK);
        Connection reader = split.target().mariaJdbc()) {
      execute(client, "CREATE OR REPLACE TABLE bulk_split (id INT PRIMARY KEY, name VARCHAR(40))");
      Await.until(
          "reads go to replicas",
          () -> {
            rows(reader, "SELECT count(*) FROM bulk_split");
            return split.metric("heimdall_replica_reads_total") > 5;
          });
      for (int round = 0; round < 10; round++) {
        insert(client, "INSERT INTO bulk_split VALUES (?, ?)", round * 40, round * 40 + 40);
        String all = String.valueOf(round * 40 + 40);
        assertThat(rows(client, "SELECT count(*) FROM bulk_split")).containsExactly(all);
        assertThat(rows(reader, "SELECT count(*) FROM bulk_split")).containsExactly(all);
      }
    }
  }

  /** In a transaction that is run again; not by itself, as nobody knows what became of it. */
  @Test
  void aLostConnectionCostsABulkWhatItCostsAnExecution() throws Exception {
    MysqlCluster cluster = MysqlRelease.MARIADB.shared();
    try (TcpFaults faults = new TcpFaults("127.0.0.1", server.port());
        MysqlNode replaying =
            MysqlNode.start(
                MysqlRelease.MARIADB,
                c ->
                    c.source("url", "jdbc:mysql://127.0.0.1:" + faults.port() + "/app")
                        .catalog(cluster)
                        .cluster(cluster)
                        .user("app", "admin", true)
                        .vdb("transactionReplay.enabled", true));
        Connection client = replaying.target().mariaJdbc(BULK)) {
      execute(client, "CREATE OR REPLACE TABLE bulk_lost (id INT PRIMARY KEY, name VARCHAR(40))");
      Await.until(
          "the catalogue was read",
          () -> {
            rows(client, "SELECT count(*) FROM bulk_lost");
            Map<String, String> info = Jdbc.queryInfo(client);
            return "tables".equals(info.get("rests on"))
                && "confirmed".equals(info.get("catalog now"));
          });
      client.setAutoCommit(false);
      for (int round = 0; round < 3; round++) {
        insert(client, "INSERT INTO bulk_lost VALUES (?, ?)", round * 100, round * 100 + 40);
        if (round == 1) {
          // Not the others: the transaction may go on over one of them.
          replaying.servers().stream()
              .filter(row -> row.get("link") != null)
              .map(row -> row.get("remote_pid"))
              .forEach(pid -> server.execute("KILL " + pid));
        }
      }
      client.commit();
      assertThat(rows(client, "SELECT count(*) FROM bulk_lost")).containsExactly("120");
      assertThat(replaying.metric("heimdall_transactions_replayed_total")).isEqualTo(1);

      client.setAutoCommit(true);
      rows(client, "SELECT 1");
      faults.cutOnce("answer_is_lost".getBytes(StandardCharsets.US_ASCII), 0);
      String sql = "INSERT INTO bulk_lost VALUES (?, ?) RETURNING concat('answer_is_lost', id)";
      try (RawMysqlClient raw = RawMysqlClient.logInForBulk(replaying.target())) {
        int number = raw.prepare(sql);
        BulkExecution bulk = BulkExecution.typed(number, 2).row(1000, "a").row(1001, "b");
        raw.send(bulk.packets());
        assertThat(RawMysqlClient.error(raw.receive()))
            .as("its outcome is not known")
            .startsWith("1053 08S01");
        assertThat(faults.cutDone()).isTrue();
      }
      assertThat(rows(client, "SELECT count(*) FROM bulk_lost WHERE id >= 1000"))
          .as("run once")
          .containsExactly("2");
    }
  }

  @Test
  void aServerThatHasTooManyStatementsMakesRoomForABulk() throws Exception {
    String before = server.queryValue("app", "SELECT @@global.max_prepared_stmt_count");
    try (MysqlNode fresh = MysqlNode.start(MysqlRelease.MARIADB, c -> c.vdb("pool.size", 1));
        RawMysqlClient client = RawMysqlClient.logInForBulk(fresh.target())) {
      client.query(query("CREATE OR REPLACE TABLE bulk_room (id INT, name VARCHAR(40))"));
      int insert = client.prepare("INSERT INTO bulk_room VALUES (?, ?)");
      server.execute("SET GLOBAL max_prepared_stmt_count = 40");
      byte[] bulk = BulkExecution.typed(insert, 2).row(1, "a").row(2, "b").packets();
      for (int i = 0; i < 60; i++) {
        int number = client.prepare("SELECT " + i + ", ?");
        client.query(RawMysqlClient.execute(number, "x"));
        client.send(RawMysqlClient.ofStatement(Command.STMT_CLOSE, number));
        if (i % 10 == 9) {
          client.send(bulk);
          assertThat(client.receive()[0]).isZero();
        }
      }
      assertThat(client.value("SELECT count(*) FROM bulk_room")).isEqualTo("12");
    } finally {
      server.execute("SET GLOBAL max_prepared_stmt_count = " + before);
    }
  }

  @Test
  void aBulkGoesToAnotherSourceOfItsEngine() throws SQLException {
    MariaServer other = MariaServer.shared();
    String table = "CREATE OR REPLACE TABLE app.bulk_there (id INT, name VARCHAR(40))";
    server.execute(table); // where it is prepared first
    other.execute(table);
    try (Connection client = node.target().mariaJdbc(BULK)) {
      insert(client, "INSERT INTO app.bulk_there VALUES (?, ?) /* elsewhere */", 0, 30);
      assertThat(other.value("SELECT count(*) FROM app.bulk_there")).isEqualTo("30");
      assertThat(rows(client, "SELECT count(*) FROM app.bulk_there")).containsExactly("0");
    }
  }
}
