package dev.heimdall.test.cluster;

import static dev.heimdall.test.cluster.RoutedCluster.asOwner;
import static dev.heimdall.test.cluster.RoutedCluster.awaitCatalogue;
import static dev.heimdall.test.fixture.Frontend.query;
import static dev.heimdall.test.fixture.Jdbc.execute;
import static dev.heimdall.test.fixture.Jdbc.queryInfo;
import static dev.heimdall.test.fixture.Jdbc.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.operate.Door;
import java.io.StringReader;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;

/**
 * However something is written, a read that could go to a replica does not miss it. Replicas stand
 * still meanwhile: whatever they answer is what was there before.
 */
@Tag("ci")
class WriteMarksIT {
  private static final String WAITS =
      "heimdall_replica_waits_total{database=\"app\",user=\"app\",vdb=\"app\"}";

  private static RoutedCluster routed;
  private Connection client;
  private Connection reader;

  @BeforeAll
  static void start() {
    routed =
        new RoutedCluster(
            c ->
                c.source("cluster.reads", "all")
                    .user("app", "admin", true)
                    .vdb("rules", List.of("side"))
                    .rules(
                        "side",
                        "{\"match\": \"(?i)^insert into later\", \"action\": \"async-execute\","
                            + " \"parameters\": {\"spoofedResult\": 1}}",
                        trigger("before"),
                        trigger("after"),
                        trigger("parallel")),
            primary ->
                asOwner(
                    primary,
                    "CREATE TABLE untouched (i int)",
                    "CREATE TABLE a (i int)",
                    "CREATE TABLE b (i int)",
                    "CREATE TABLE later (i int)",
                    "CREATE TABLE audited (i int)",
                    "CREATE TABLE audit (i int)",
                    "CREATE FUNCTION audits() RETURNS trigger LANGUAGE plpgsql AS"
                        + " 'BEGIN INSERT INTO audit VALUES (NEW.i); RETURN NEW; END'",
                    "CREATE TRIGGER audits AFTER INSERT ON audited FOR EACH ROW"
                        + " EXECUTE FUNCTION audits()",
                    "CREATE FUNCTION fills() RETURNS void LANGUAGE plpgsql AS"
                        + " 'BEGIN INSERT INTO a VALUES (1); END'",
                    "CREATE PROCEDURE fills_b() LANGUAGE plpgsql AS"
                        + " 'BEGIN INSERT INTO b VALUES (1); END'",
                    "CREATE TABLE parent (i int PRIMARY KEY)",
                    "CREATE TABLE child (i int REFERENCES parent ON DELETE CASCADE)"));
  }

  private static String trigger(String timing) {
    return "{\"match\": \"fires %s\", \"action\": \"trigger\", \"parameters\": {\"timing\": \"%s\","
            .formatted(timing, timing)
        + " \"command\": \"INSERT INTO a VALUES (1)\"}}";
  }

  @AfterAll
  static void stop() {
    routed.close();
  }

  @BeforeEach
  void standStill() throws Exception {
    client = routed.connect();
    reader = routed.connect("preferQueryMode", "simple");
    asOwner(
        routed.primary(),
        // No TRUNCATE: it defines tables anew, and what is written is unknown until that was read.
        "DELETE FROM a",
        "DELETE FROM b",
        "DELETE FROM later",
        "DELETE FROM audited",
        "DELETE FROM audit",
        "DELETE FROM parent",
        "INSERT INTO parent VALUES (1)",
        "INSERT INTO child VALUES (1)");
    routed.cluster().awaitReplay(Duration.ofSeconds(20));
    awaitCatalogue(reader, "untouched");
    standStillAgain();
  }

  private void standStillAgain() {
    routed.awaitReplicas(() -> answeredBy("untouched").startsWith("replica"));
    routed.pauseReplay(true);
  }

  @AfterEach
  void goOn() throws Exception {
    routed.pauseReplay(false);
    client.close();
    reader.close();
  }

  private String answeredBy(String table) throws SQLException {
    value(reader, "SELECT count(*) FROM " + table);
    return queryInfo(reader).get("answered by");
  }

  private void has(String table, int rows) throws SQLException {
    assertThat(value(reader, "SELECT count(*) FROM " + table))
        .as(table)
        .isEqualTo(String.valueOf(rows));
    assertThat(queryInfo(reader).get("answered by")).as(table).startsWith("writer");
  }

  /** Only what was written counts as written. */
  private void othersMayBeReadFromReplicas() throws SQLException {
    assertThat(answeredBy("untouched")).startsWith("replica");
  }

  @Test
  void copiedRows() throws Exception {
    client
        .unwrap(PGConnection.class)
        .getCopyAPI()
        .copyIn("COPY a FROM STDIN", new StringReader("1\n2\n"));
    has("a", 2);
    othersMayBeReadFromReplicas();
  }

  @Test
  void whatATriggerWrites() throws Exception {
    execute(client, "INSERT INTO audited VALUES (1)");
    has("audited", 1);
    has("audit", 1);
    othersMayBeReadFromReplicas();
  }

  @Test
  void whatAFunctionWrites() throws Exception {
    execute(client, "SELECT fills()");
    has("a", 1);
    othersMayBeReadFromReplicas();
  }

  @Test
  void whatACascadeDeletes() throws Exception {
    execute(client, "DELETE FROM parent");
    has("child", 0);
    has("parent", 0);
    othersMayBeReadFromReplicas();
  }

  @Test
  void whatABlockOrAProcedureWrites() throws Exception {
    execute(client, "DO 'BEGIN INSERT INTO a VALUES (1); END'");
    has("a", 1);
    execute(client, "CALL fills_b()");
    has("b", 1);
  }

  @Test
  void aWriteInsideARead() throws Exception {
    assertThat(value(client, "WITH w AS (INSERT INTO a VALUES (7) RETURNING i) SELECT i FROM w"))
        .isEqualTo("7");
    has("a", 1);
    othersMayBeReadFromReplicas();
  }

  @Test
  void aPreparedStatementOfSql() throws Exception {
    execute(client, "PREPARE fill AS INSERT INTO a VALUES ($1)");
    execute(client, "EXECUTE fill(1)");
    has("a", 1);
  }

  @Test
  void severalStatementsInOneMessage() throws Exception {
    try (RawClient raw = RawClient.logIn(routed.node().target())) {
      raw.query("INSERT INTO a VALUES (1); INSERT INTO b VALUES (1)");
      has("a", 1);
      has("b", 1);
      raw.query("INSERT INTO a VALUES (2); SELECT 1/0");
      has("a", 1);
      raw.query("BEGIN; INSERT INTO a VALUES (3); COMMIT; SELECT 1/0");
      has("a", 2);
    }
  }

  @Test
  void whatATransactionHasUndoneWasNeverWritten() throws Exception {
    client.setAutoCommit(false);
    execute(client, "INSERT INTO a VALUES (1)");
    assertThat(answeredBy("a")).as("nobody was told of it").startsWith("replica");
    client.rollback();
    assertThat(answeredBy("a")).startsWith("replica");

    execute(client, "INSERT INTO a VALUES (1)");
    execute(client, "SAVEPOINT s");
    execute(client, "INSERT INTO b VALUES (1)");
    execute(client, "ROLLBACK TO SAVEPOINT s");
    client.commit();
    has("a", 1);
    assertThat(value(reader, "SELECT count(*) FROM b")).isEqualTo("0");
    othersMayBeReadFromReplicas();

    execute(client, "INSERT INTO a VALUES (2)");
    assertThat(
            catchThrowableOfType(SQLException.class, () -> execute(client, "SELECT 1/0"))
                .getSQLState())
        .isEqualTo("22012");
    client.commit(); // which the server takes for a rollback
    assertThat(value(reader, "SELECT count(*) FROM a")).isEqualTo("1");
  }

  @Test
  void aTransactionThatAnotherSessionCommits() throws Exception {
    execute(client, "BEGIN");
    execute(client, "INSERT INTO a VALUES (1)");
    execute(client, "PREPARE TRANSACTION 'one'");
    assertThat(value(reader, "SELECT count(*) FROM a")).isEqualTo("0");
    routed.pauseReplay(false);
    routed.awaitReplicas(() -> answeredBy("a").startsWith("replica"));
    routed.pauseReplay(true);

    try (Connection another = routed.connect()) {
      execute(another, "COMMIT PREPARED 'one'");
    }
    has("a", 1);

    execute(client, "BEGIN");
    execute(client, "INSERT INTO a VALUES (2)");
    execute(client, "PREPARE TRANSACTION 'two'");
    execute(client, "ROLLBACK PREPARED 'two'");
    assertThat(value(reader, "SELECT count(*) FROM a")).isEqualTo("1");
  }

  @Test
  void whatARulePutsOff() throws Exception {
    execute(client, "INSERT INTO later VALUES (1)");
    assertThat(value(client, "SELECT count(*) FROM later")).as("by its client").isEqualTo("1");
    Await.until("everybody sees it", () -> "1".equals(value(reader, "SELECT count(*) FROM later")));
    has("later", 1);
  }

  @Test
  void whatTriggersOfRulesWrite() throws Exception {
    value(client, "SELECT 'x' /* fires before */");
    has("a", 1);
    value(client, "SELECT 'x' /* fires after */");
    has("a", 2);
    value(client, "SELECT 'x' /* fires parallel */");
    Await.until("it is there", () -> "3".equals(value(reader, "SELECT count(*) FROM a")));
  }

  // ---- reads that wait for a replica

  private void waitUpTo(String time) throws Exception {
    routed.pauseReplay(false);
    routed.node().change(c -> c.source("cluster.lag.catchUpWait", time));
    standStillAgain(); // over new connections
  }

  private static double waits() {
    return new Door(routed.node().httpPort()).metric(WAITS);
  }

  private CompletableFuture<String> reading(Connection connection) {
    double before = waits();
    CompletableFuture<String> read =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return value(connection, "SELECT count(*) FROM a");
              } catch (SQLException e) {
                return e.getSQLState();
              }
            });
    Await.until("it waits", () -> waits() > before);
    return read;
  }

  @Test
  void aReadWaitsForAReplicaAndIsAnsweredThere() throws Exception {
    waitUpTo("50s");
    int[] rows = {0};
    try {
      // Connections to replicas may be made anew just then, because the configuration has changed.
      Await.until(
          "a read that has waited is answered by a replica",
          () -> {
            routed.pauseReplay(true);
            execute(client, "INSERT INTO a VALUES (1)");
            CompletableFuture<String> read = reading(reader);
            assertThat(read).isNotDone();
            routed.pauseReplay(false);
            assertThat(read.get(30, TimeUnit.SECONDS)).isEqualTo(String.valueOf(++rows[0]));
            return queryInfo(reader).get("answered by").startsWith("replica");
          });
    } finally {
      waitUpTo("0");
    }
  }

  @Test
  void aReadThatHasWaitedLongEnoughGoesToTheWriter() throws Exception {
    waitUpTo("100ms");
    try {
      execute(client, "INSERT INTO a VALUES (1)");
      double before = waits();
      has("a", 1);
      assertThat(waits()).isGreaterThan(before);
    } finally {
      waitUpTo("0");
    }
  }

  @Test
  void aReadThatWaitsIsCancelledAndAClientThatWaitsMayGo() throws Exception {
    waitUpTo("50s");
    try (Connection third = routed.connect();
        Statement statement = third.createStatement()) {
      execute(client, "INSERT INTO a VALUES (1)");
      double before = waits();
      CompletableFuture<SQLException> cancelled =
          CompletableFuture.supplyAsync(
              () ->
                  catchThrowableOfType(
                      SQLException.class, () -> statement.executeQuery("SELECT i FROM a")));
      Await.until("it waits", () -> waits() > before);
      statement.cancel();
      assertThat(cancelled.get(30, TimeUnit.SECONDS).getSQLState()).isEqualTo("57014");
      assertThat(value(third, "SELECT 1 FOR UPDATE")).isEqualTo("1");

      try (RawClient leaving = RawClient.logIn(routed.node().target())) {
        double now = waits();
        leaving.send(query("SELECT count(*) FROM a"));
        Await.until("it waits", () -> waits() > now);
      }
      Await.until(
          "the node has let it go",
          () ->
              routed.node().admin("SHOW CLIENTS").stream().filter(WriteMarksIT::ofApp).count()
                  == 3);
    } finally {
      waitUpTo("0");
    }
  }

  private static boolean ofApp(Map<String, String> row) {
    return "app".equals(row.get("database"));
  }
}
