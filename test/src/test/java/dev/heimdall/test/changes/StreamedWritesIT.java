package dev.heimdall.test.changes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.launcher.postgres.PostgresCluster;
import dev.heimdall.launcher.postgres.PostgresServer;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.SharedPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The writer's log is read, and what was kept of written tables is not served any more. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class) // the last ones need another server
@Tag("ci")
class StreamedWritesIT {
  private static final String NAME = "SELECT name FROM item WHERE id = 1";

  private static final int READERS = 4;

  private static PostgresCluster cluster;
  private static HearingNode node;

  @BeforeAll
  static void start() throws IOException {
    cluster =
        PostgresCluster.builder()
            .ephemeralPorts()
            .replicas(1)
            .setting("wal_level", "logical")
            .setting("max_prepared_transactions", "5")
            .start();
    cluster
        .primary()
        .execute("CREATE ROLE app LOGIN PASSWORD 'app'", "CREATE DATABASE app OWNER app");
    past(
        "CREATE TABLE item (id int PRIMARY KEY, name text)",
        "CREATE TABLE part (id int PRIMARY KEY REFERENCES item ON DELETE CASCADE, n int)",
        "CREATE TABLE log (at int PRIMARY KEY, what text) PARTITION BY RANGE (at)",
        "CREATE TABLE log_1 PARTITION OF log FOR VALUES FROM (0) TO (100)",
        "CREATE TABLE log_2 PARTITION OF log FOR VALUES FROM (100) TO (200)",
        "CREATE TABLE other (id int PRIMARY KEY)",
        "CREATE SCHEMA far",
        "CREATE TABLE far.away (id int PRIMARY KEY, n int)",
        "CREATE FUNCTION rename() RETURNS void LANGUAGE sql AS"
            + " $$UPDATE item SET name = 'by a function' WHERE id = 1$$",
        "GRANT USAGE ON SCHEMA far TO app",
        "GRANT ALL ON ALL TABLES IN SCHEMA public, far TO app",
        "INSERT INTO item VALUES (1, 'one'), (2, 'two')",
        "INSERT INTO part VALUES (2, 1)",
        "INSERT INTO log VALUES (1, 'first'), (101, 'second')",
        "INSERT INTO far.away VALUES (1, 1)",
        "CREATE PUBLICATION heimdall FOR ALL TABLES");
    node = new HearingNode(cluster, c -> c.source("changes.stream", true));
    node.awaitPhase("following");
  }

  @AfterAll
  static void stop() throws IOException {
    node.close();
    cluster.close();
  }

  private static void past(String... sql) {
    HearingNode.past(writer(), sql);
  }

  private static PostgresServer writer() {
    return cluster.primary().isRunning() ? cluster.primary() : cluster.replicas().get(0);
  }

  private static long gaps() {
    return Long.parseLong(node.feed().get("gaps"));
  }

  @Order(1)
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "SELECT max(name) FROM item | INSERT INTO item VALUES (3, 'zzz')| zzz",
        "SELECT count(*) FROM item WHERE name = 'new' | UPDATE item SET name = 'new' WHERE id = 1"
            + " | 1",
        "SELECT name FROM item WHERE id = 1 | SELECT rename() | by a function",
        "SELECT n FROM far.away WHERE id = 1 | UPDATE far.away SET n = 5 | 5",
        "SELECT count(*) FROM part | DELETE FROM item WHERE id = 2 | 0",
        "SELECT what FROM log WHERE at = 1 | UPDATE log_1 SET what = 'leaf' | leaf",
        "SELECT what FROM log_2 WHERE at = 101 | UPDATE log SET what = 'root' | root",
        "SELECT count(*) FROM log_2 WHERE what = 'root' | UPDATE log SET at = 5 WHERE at = 101 | 0",
        "SELECT count(*) FROM log | TRUNCATE log | 0",
        "SELECT count(*) FROM item WHERE id = 9 | COPY item (id) FROM PROGRAM 'echo 9' | 1",
        "SELECT count(*) FROM item WHERE id = 8 | SET session_replication_role = replica; INSERT"
            + " INTO item VALUES (8) | 1",
        "SELECT count(*) FROM item WHERE id = 7 | BEGIN; INSERT INTO item VALUES (7); PREPARE"
            + " TRANSACTION 'seven'; COMMIT PREPARED 'seven' | 1",
        "SELECT count(*) FROM item WHERE id = 6 | BEGIN; SAVEPOINT s; INSERT INTO item VALUES (6);"
            + " RELEASE s; COMMIT | 1",
        "SELECT name FROM item WHERE id = 9 | ALTER TABLE item ALTER name SET DEFAULT 'x'; UPDATE"
            + " item SET name = 'after DDL' WHERE id = 9 | after DDL",
      })
  void whatIsWrittenPastTheNodeIsReadSoon(String read, String write, String expected) {
    assertThat(node.kept(read)).isNotEqualTo(expected);
    past(write);
    node.becomes(read, expected);
  }

  /** What the log says of rows: by their identity, or by all of their columns. */
  @Order(1)
  @Test
  void whatIsReadByKeyOutlivesWritesOfOtherRows() throws IOException {
    past(
        "CREATE TABLE kept (id int PRIMARY KEY, name text, n int)",
        "CREATE TABLE whole (id int PRIMARY KEY, name text, n int)",
        "ALTER TABLE whole REPLICA IDENTITY FULL",
        "GRANT ALL ON kept, whole TO app",
        "INSERT INTO kept SELECT i, 'n' || i, 0 FROM generate_series(1, 9) i",
        "INSERT INTO whole SELECT * FROM kept");
    String byId = "SELECT n FROM kept WHERE id = 1";
    String byName = "SELECT n FROM kept WHERE name = 'n1'";
    String whole = "SELECT n FROM whole WHERE name = 'n1'";
    String all = "SELECT sum(n) FROM kept";
    String allWhole = "SELECT sum(n) FROM whole";
    List.of(byId, byName, whole, all, allWhole).forEach(node::kept);
    past("UPDATE kept SET n = 5 WHERE id = 2", "UPDATE whole SET n = 5 WHERE n = 0 AND id = 2");
    node.becomes(all, "5");
    node.becomes(allWhole, "5");
    assertThat(isKept(byId)).isTrue();
    assertThat(isKept(byName)).as("the log does not say whose name it was").isFalse();
    assertThat(isKept(whole)).isTrue();
    // The node hears of its own writes, too.
    node.kept(byId);
    node.write("UPDATE kept SET n = 6 WHERE id = 3");
    past("UPDATE kept SET n = 7 WHERE id = 4");
    node.becomes(all, "18");
    assertThat(isKept(byId)).isTrue();
    for (String write :
        List.of(
            "UPDATE kept SET n = n + 1 WHERE name = 'n1'",
            "UPDATE kept SET id = 11 WHERE id = 1",
            "UPDATE kept SET id = 1 WHERE id = 11",
            "DELETE FROM kept WHERE n = 1",
            "INSERT INTO kept VALUES (1, 'n1', 8)",
            "UPDATE kept SET n = n + id",
            "TRUNCATE kept")) {
      String before = node.kept(byId);
      past(write);
      Await.until(write, () -> !Objects.equals(node.read(byId), before));
    }
    String before = node.kept(whole);
    past("UPDATE whole SET name = 'n2' WHERE id = 1");
    Await.until("its name is another", () -> !Objects.equals(node.read(whole), before));
  }

  private static boolean isKept(String read) {
    node.read(read);
    return node.cached().equals("yes");
  }

  /**
   * Answers that are on their way while a write comes must not be kept, whatever overtakes what.
   */
  @Order(2)
  @Test
  void nothingOldIsKeptHoweverManyReadWhileItIsWritten() throws Exception {
    String read = "SELECT n FROM far.away WHERE id = 1";
    AtomicBoolean over = new AtomicBoolean();
    ExecutorService readers = Executors.newFixedThreadPool(READERS);
    try (Connection past = writer().connect(SharedPostgres.DATABASE);
        PreparedStatement write = past.prepareStatement("UPDATE far.away SET n = ?")) {
      List<Future<Long>> reads = new ArrayList<>();
      for (int i = 0; i < READERS; i++) {
        reads.add(readers.submit(() -> readUntil(over, read)));
      }
      for (int n = 1000; n < 1080; n++) {
        write.setInt(1, n);
        write.execute();
        node.becomes(read, Integer.toString(n));
      }
      over.set(true);
      for (Future<Long> each : reads) {
        assertThat(each.get()).isPositive();
      }
    } finally {
      over.set(true);
      readers.shutdown();
    }
    assertThat(node.kept(read)).isEqualTo("1079");
  }

  private static long readUntil(AtomicBoolean over, String sql) throws IOException {
    long times = 0;
    try (RawClient client = RawClient.logIn(node.node().target().as("admin", "admin"))) {
      for (; !over.get(); times++) {
        client.value(sql);
      }
    }
    return times;
  }

  @Order(2)
  @Test
  void whatIsRolledBackLetsGoOfNothing() {
    String read = "SELECT count(*) FROM other";
    // Definitions that were changed a moment ago may let go of it, but not each time.
    Await.until(
        "it outlives a rollback",
        () -> {
          node.kept(read);
          String heard = node.feed().get("changes");
          past("BEGIN; INSERT INTO other VALUES (1); ROLLBACK", "UPDATE item SET name = 'heard'");
          Await.until("another table is heard", () -> !node.feed().get("changes").equals(heard));
          node.read(read);
          return "yes".equals(node.cached());
        });
  }

  /**
   * The log has the commit, and nobody sees it as long as a synchronous replica does not answer.
   */
  @Order(3)
  @Test
  void whatWasReadBeforeACommitCouldBeSeenDoesNotOutliveIt() {
    past("UPDATE item SET name = 'before' WHERE id = 1");
    node.becomes(NAME, "before");
    node.kept(NAME);
    writer().execute("ALTER SYSTEM SET synchronous_standby_names = '*'", "SELECT pg_reload_conf()");
    Await.until(
        "the replica is synchronous",
        () ->
            "sync"
                .equals(
                    writer()
                        .queryValue(
                            "postgres",
                            "SELECT sync_state FROM pg_stat_replication"
                                + " WHERE sync_state <> 'async'")));
    cluster.replicas().get(0).freeze();
    CompletableFuture<Void> written;
    try {
      String heard = node.feed().get("changes");
      written =
          CompletableFuture.runAsync(() -> past("UPDATE item SET name = 'after' WHERE id = 1"));
      Await.until(
          "it waits for the replica",
          () ->
              "1"
                  .equals(
                      writer()
                          .queryValue(
                              "postgres",
                              "SELECT count(*) FROM pg_stat_activity WHERE wait_event ="
                                  + " 'SyncRep'")));
      // One read that is not answered from the cache may have come too early: the next one is then.
      Await.until("it came", () -> neverCached(5));
      for (int i = 0; i < 20; i++) {
        assertThat(node.read(NAME)).isEqualTo("before");
        assertThat(node.cached()).isNotEqualTo("yes");
      }
      assertThat(node.feed().get("changes")).isEqualTo(heard);
    } finally {
      cluster.replicas().get(0).thaw();
      writer().execute("ALTER SYSTEM RESET synchronous_standby_names", "SELECT pg_reload_conf()");
    }
    written.join();
    node.becomes(NAME, "after");
    assertThat(node.kept(NAME)).isEqualTo("after");
  }

  private static boolean neverCached(int reads) {
    for (int i = 0; i < reads; i++) {
      node.read(NAME);
      if ("yes".equals(node.cached())) {
        return false;
      }
    }
    return true;
  }

  @Order(4)
  @Test
  void aUserWhoMayNotReadTheLogIsToldWhatHeNeeds() throws IOException {
    try (HearingNode denied =
        new HearingNode(
            cluster,
            c ->
                c.source("changes.stream", true)
                    .source("changes.user", SharedPostgres.USER)
                    .source("changes.password", SharedPostgres.PASSWORD))) {
      Await.until("he is told", () -> denied.feed().get("detail").contains("REPLICATION"));
      assertThat(denied.feed().get("detail")).contains("rds_replication");
    }
  }

  @Order(4)
  @Test
  void nothingIsServedBetweenALostStreamAndTheNext() {
    node.kept(NAME);
    long gaps = gaps();
    past(
        "SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE temporary",
        "UPDATE item SET name = 'while nobody read' WHERE id = 1");
    node.becomes(NAME, "while nobody read");
    node.awaitPhase("following");
    assertThat(gaps()).isGreaterThan(gaps);
    assertThat(node.kept(NAME)).isEqualTo("while nobody read");
  }

  /** It was dropped with the connection that it belonged to. */
  @Order(5)
  @Test
  void oneSlotIsThereAtATime() {
    node.awaitPhase("following");
    assertThat(
            writer()
                .queryValue(
                    "postgres",
                    "SELECT string_agg(temporary::text, ' ') FROM"
                        + " pg_replication_slots WHERE slot_name LIKE 'heimdall%'"))
        .isEqualTo("true");
  }

  @Order(6)
  @Test
  void aTransactionThatIsOpenForLongHasTheSlotDroppedAndNothingServed() throws SQLException {
    node.node().change(c -> c.source("changes.maxLag", "1MiB"));
    Await.until("it follows again", () -> node.feed().get("phase").equals("following"));
    node.kept(NAME);
    try (Connection open = writer().connect(SharedPostgres.DATABASE);
        Statement statement = open.createStatement()) {
      open.setAutoCommit(false);
      statement.execute("INSERT INTO other VALUES (99)");
      past(
          "CREATE TABLE filler (t text)",
          "INSERT INTO filler SELECT repeat(md5(i::text), 30) FROM generate_series(1, 4000) i",
          "CHECKPOINT");
      Await.until(
          "the slot is dropped", () -> node.feed().get("detail").contains("\"changes.maxLag\""));
      past("UPDATE item SET name = 'too much' WHERE id = 1");
      assertThat(node.read(NAME)).isEqualTo("too much");
      assertThat(neverCached(3)).isTrue();
      open.rollback();
    }
    node.awaitPhase("following");
    assertThat(node.kept(NAME)).isEqualTo("too much");
    past("DROP TABLE filler");
    node.node().change(c -> c.source("changes.maxLag", "1GiB"));
    Await.until("it follows again", () -> node.feed().get("phase").equals("following"));
  }

  /**
   * The server keeps no more of its log for a slot than it is told to, and ends whoever reads it.
   */
  @Order(6)
  @Test
  void aSlotThatTheServerInvalidatesIsAGap() throws SQLException {
    node.kept(NAME);
    long gaps = gaps();
    writer().execute("ALTER SYSTEM SET max_slot_wal_keep_size = '1MB'", "SELECT pg_reload_conf()");
    try (Connection open = writer().connect(SharedPostgres.DATABASE);
        Statement statement = open.createStatement()) {
      open.setAutoCommit(false);
      statement.execute("INSERT INTO other VALUES (98)");
      Await.until(
          "the slot is lost",
          () -> {
            past(
                "INSERT INTO other SELECT coalesce(max(id), 100) + 1 FROM other",
                "SELECT pg_switch_wal()");
            writer().execute("CHECKPOINT");
            return gaps() > gaps;
          });
      past("UPDATE item SET name = 'after the slot was lost' WHERE id = 1");
      assertThat(node.read(NAME)).isEqualTo("after the slot was lost");
      assertThat(neverCached(3)).isTrue();
      open.rollback();
    } finally {
      writer().execute("ALTER SYSTEM RESET max_slot_wal_keep_size", "SELECT pg_reload_conf()");
    }
    node.awaitPhase("following");
    assertThat(node.kept(NAME)).isEqualTo("after the slot was lost");
    past("UPDATE item SET name = 'and heard again' WHERE id = 1");
    node.becomes(NAME, "and heard again");
  }

  @Order(7)
  @Test
  void aServerThatWasStartedAnewIsHeardAgain() {
    node.kept(NAME);
    cluster.primary().restart();
    past("UPDATE item SET name = 'restarted' WHERE id = 1");
    node.becomes(NAME, "restarted");
    node.awaitPhase("following");
    assertThat(node.kept(NAME)).isEqualTo("restarted");
    past("UPDATE item SET name = 'and heard' WHERE id = 1");
    node.becomes(NAME, "and heard");
  }

  @Order(8)
  @Test
  void theNewWriterIsHeard() {
    node.kept(NAME);
    cluster.awaitReplay(Duration.ofSeconds(30));
    cluster.primary().kill();
    cluster.replicas().get(0).promote();
    Await.until("the replica is the writer", () -> "f".equals(recovery()));
    past("UPDATE item SET name = 'by the new writer' WHERE id = 1");
    node.becomes(NAME, "by the new writer");
    String port = ":" + cluster.replicas().get(0).port();
    Await.until(
        "the new writer is heard",
        () ->
            node.feed().get("phase").equals("following")
                && node.feed().get("server").endsWith(port));
    assertThat(node.kept(NAME)).isEqualTo("by the new writer");
    past("UPDATE item SET name = 'which is heard' WHERE id = 1");
    node.becomes(NAME, "which is heard");
  }

  private static String recovery() {
    return cluster.replicas().get(0).queryValue("postgres", "SELECT pg_is_in_recovery()");
  }

  @Order(9)
  @Test
  void withoutAPublicationNothingIsServedAndTheReasonIsTold() {
    past("DROP PUBLICATION heimdall");
    past("SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE temporary");
    Await.until(
        "it is told", () -> node.feed().get("detail").contains("no publication \"heimdall\""));
    assertThat(neverCached(3)).isTrue();
  }

  @Order(10)
  @Test
  void aServerWithoutLogicalLogIsToldWithWhatToDo() throws IOException {
    try (HearingNode deaf =
        new HearingNode(SharedPostgres.cluster(), c -> c.source("changes.stream", true))) {
      Await.until("it is told", () -> deaf.feed().get("detail").contains("wal_level = logical"));
      assertThat(deaf.feed().get("detail")).contains("rds.logical_replication");
      assertThat(deaf.feed().get("phase")).isEqualTo("away");
      assertThat(deaf.read("SELECT 1")).isEqualTo("1");
    }
  }
}
