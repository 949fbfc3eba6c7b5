package dev.heimdall.test.action;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.action.AsyncStatement;
import dev.heimdall.engine.action.Executed;
import dev.heimdall.engine.action.StatementOrigin;
import dev.heimdall.engine.action.Submission;
import dev.heimdall.engine.observe.NodeCounter;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.Parameter;
import dev.heimdall.test.fixture.SharedPostgres;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AsyncExecuteIT {
  @TempDir private Path directory;
  private Actions db;

  @BeforeEach
  void start() throws Exception {
    db =
        new Actions(
            directory,
            "action_async",
            3,
            "CREATE TABLE a (at serial, n int UNIQUE, s text)",
            "CREATE TABLE b (at serial, n int UNIQUE, s text)",
            "CREATE TABLE c (at serial, n int UNIQUE, s text)");
  }

  @AfterEach
  void stop() {
    db.close();
  }

  @Test
  void statementsOnOneTableKeepTheirOrderOverAllQueues() throws Exception {
    String[] tables = {"a", "b", "c"};
    int[] next = new int[3];
    List<Submission> all = new ArrayList<>();
    for (int i = 0; i < 900; i++) {
      int table = i * 7 % 3;
      String sql = "INSERT INTO " + tables[table] + " (n) VALUES (" + next[table]++ + ")";
      all.add(db.submit("queue" + i % 5, sql, tables[table]));
      if (i % 10 == 0) {
        String both = "UPDATE a SET s = 'b' WHERE n = (SELECT max(n) FROM b) + " + i;
        all.add(db.submit("queue" + i % 4, both, "a", "b"));
      }
    }
    for (Submission one : all) {
      assertThat(Actions.end(one).succeeded()).isTrue();
    }
    for (int table = 0; table < 3; table++) {
      assertThat(db.value("SELECT count(*) FROM " + tables[table])).isEqualTo("" + next[table]);
      assertThat(
              db.value(
                  "SELECT count(*) FROM (SELECT n, lag(n) OVER (ORDER BY at) AS before FROM "
                      + tables[table]
                      + ") x WHERE n < before"))
          .isEqualTo("0");
    }
    assertThat(db.count(NodeCounter.ASYNC_EXECUTED)).isEqualTo(all.size());
    assertThat(db.actions().async().queues()).isEmpty();
  }

  @Test
  void whatMayTouchAnythingComesAfterAllBeforeAndBeforeAllAfterIt() throws Exception {
    List<Submission> all = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      all.add(db.submit("q" + i % 3, "INSERT INTO a (n) VALUES (" + i + ")", "a"));
      String sql = "UPDATE b SET n = (SELECT count(*) FROM a)";
      if (i == 50) {
        db.execute("INSERT INTO b (n) VALUES (-1)");
        all.add(
            db.actions()
                .async()
                .submit(
                    new AsyncStatement(
                        db.origin(), sql, LexerMode.STANDARD, List.of(), db.facts(sql, true)),
                    Actions.queue("another")));
      }
    }
    for (Submission one : all) {
      assertThat(Actions.end(one).succeeded()).isTrue();
    }
    assertThat(db.value("SELECT n FROM b")).isEqualTo("51");
  }

  @Test
  void aFailingStatementTakesNoOtherWithIt() throws Exception {
    Submission first;
    List<Submission> rest = new ArrayList<>();
    try (Connection other = db.connect();
        Statement lock = other.createStatement()) {
      other.setAutoCommit(false);
      lock.execute("LOCK TABLE b IN EXCLUSIVE MODE");
      // Holds the queue, so that the following ones become one batch.
      first = db.submit("q", "INSERT INTO b (n) VALUES (1)", "b");
      for (int i = 0; i < 20; i++) {
        int n = i == 7 ? 3 : i;
        rest.add(db.submit("q", "INSERT INTO a (n, s) VALUES (" + n + ", 'secret')", "a"));
      }
      other.commit();
    }
    assertThat(Actions.end(first).rows()).isEqualTo(1);
    for (int i = 0; i < 20; i++) {
      Executed end = Actions.end(rest.get(i));
      assertThat(end.sqlstate()).isEqualTo(i == 7 ? "23505" : null);
      assertThat(end.message() == null || end.message().contains("duplicate key")).isTrue();
      assertThat(end.toString()).doesNotContain("secret");
    }
    assertThat(db.value("SELECT count(*) FROM a")).isEqualTo("19");
    assertThat(db.count(NodeCounter.ASYNC_FAILED)).isEqualTo(1);
    assertThat(db.failures()).hasSize(1).allMatch(f -> f.contains("action_async.a] 23505"));
    assertThat(db.failures().toString()).doesNotContain("secret");
  }

  @Test
  void aStatementOnATableWithSomethingPendingCanWaitForIt() throws Exception {
    CompletableFuture<Void> ofA;
    CompletableFuture<Void> ofB;
    try (Connection other = db.connect();
        Statement lock = other.createStatement()) {
      other.setAutoCommit(false);
      lock.execute("LOCK TABLE a IN EXCLUSIVE MODE");
      db.submit("q", "INSERT INTO a (n) VALUES (1)", "a");
      List<String> a = List.of(db.table("a"));
      List<String> b = List.of(db.table("b"));
      assertThat(db.actions().async().hasPending("main", a, false)).isTrue();
      assertThat(db.actions().async().hasPending("main", b, false)).isFalse();
      assertThat(db.actions().async().hasPending("main", b, true)).isTrue();
      assertThat(db.actions().async().hasPending("elsewhere", a, false)).isFalse();
      ofA = db.actions().async().pending("main", a, false);
      ofB = db.actions().async().pending("main", b, false);
      assertThat(ofA).isNotDone();
      assertThat(ofB).isDone();
      other.commit();
    }
    ofA.get(20, TimeUnit.SECONDS);
    assertThat(db.value("SELECT n FROM a")).isEqualTo("1");
    assertThat(db.actions().async().hasPending("main", List.of(db.table("a")), true)).isFalse();
  }

  @Test
  void nobodyWaitsForATableThatIsNotLocked() throws Exception {
    try (Connection other = db.connect();
        Statement lock = other.createStatement()) {
      other.setAutoCommit(false);
      lock.execute("LOCK TABLE a IN EXCLUSIVE MODE");
      db.actions()
          .async()
          .submit(
              db.statement("INSERT INTO a (n) VALUES (1)", "a"), Actions.how("q", 100, 0, false));
      assertThat(db.actions().async().hasPending("main", List.of(db.table("a")), true)).isFalse();
      assertThat(db.actions().async().pending("main", List.of(db.table("a")), true)).isDone();
      other.rollback();
    }
  }

  @Test
  void aBatchThatCollectsIsCarriedOutAtOnceForOneWhoWaits() throws Exception {
    Submission one =
        db.actions()
            .async()
            .submit(
                db.statement("INSERT INTO a (n) VALUES (1)", "a"),
                Actions.how("q", 100, 3_600_000, true));
    assertThat(db.actions().async().queues())
        .singleElement()
        .matches(queue -> queue.state().equals("collecting"));
    db.actions().async().pending("main", List.of(db.table("a")), false).get(20, TimeUnit.SECONDS);
    assertThat(Actions.end(one).rows()).isEqualTo(1);
  }

  @Test
  void aFullBatchDoesNotCollectAnyLonger() throws Exception {
    List<Submission> all = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      String sql = "INSERT INTO a (n) VALUES (" + i + ")";
      all.add(
          db.actions()
              .async()
              .submit(db.statement(sql, "a"), Actions.how("q", 3, 3_600_000, true)));
    }
    assertThat(Actions.end(all.get(2)).rows()).isEqualTo(1);
  }

  @Test
  void aStatementThatFindsItsQueueFullIsCarriedOutByItsSessionAfterThoseBefore() throws Exception {
    int most = 10_000;
    Submission refused;
    try (Connection other = db.connect();
        Statement lock = other.createStatement()) {
      other.setAutoCommit(false);
      lock.execute("LOCK TABLE a IN EXCLUSIVE MODE");
      for (int i = 0; i < most; i++) {
        String sql = "INSERT INTO a (n) VALUES (" + i + ")";
        assertThat(db.submit("q", sql, "a").accepted()).isTrue();
      }
      refused = db.submit("q", "INSERT INTO a (n) VALUES (-1)", "a");
      assertThat(refused.accepted()).isFalse();
      assertThat(refused.reason()).isEqualTo("the queue is full");
      assertThat(refused.after()).isNotDone();
      assertThat(db.submit("q2", "INSERT INTO b (n) VALUES (-1)", "b").accepted()).isTrue();
      other.commit();
    }
    refused.after().get(60, TimeUnit.SECONDS);
    assertThat(db.value("SELECT count(*) FROM a")).isEqualTo("" + most);
    assertThat(db.count(NodeCounter.ASYNC_RUN_NOW)).isEqualTo(1);
  }

  @Test
  @Timeout(60) // and no longer: closing may take an hour
  void whatIsInTheQueuesIsCarriedOutOnClosing() throws Exception {
    for (int i = 0; i < 50; i++) {
      db.actions()
          .async()
          .submit(
              db.statement("INSERT INTO a (n) VALUES (" + i + ")", "a"),
              Actions.how("q", 1000, 3_600_000, true));
    }
    db.actions().close(Duration.ofHours(1));
    assertThat(db.value("SELECT count(*) FROM a")).isEqualTo("50");
    assertThat(db.count(NodeCounter.ASYNC_LOST)).isZero();
    assertThat(db.submit("q", "INSERT INTO a (n) VALUES (99)", "a").accepted()).isFalse();
  }

  @Test
  void whatIsLeftAtTheEndIsCountedAndReported() throws Exception {
    Submission left;
    try (Connection other = db.connect();
        Statement lock = other.createStatement()) {
      other.setAutoCommit(false);
      lock.execute("LOCK TABLE a IN EXCLUSIVE MODE");
      db.actions()
          .async()
          .submit(db.statement("INSERT INTO a (n) VALUES (1)", "a"), Actions.how("q", 1, 0, true));
      left = db.submit("q", "INSERT INTO a (n) VALUES (2)", "a");
      db.actions().close(Duration.ofMillis(100));
      other.rollback();
    }
    assertThat(Actions.end(left).sqlstate()).isEqualTo("57P01");
    assertThat(db.count(NodeCounter.ASYNC_LOST)).isEqualTo(1);
    assertThat(db.failures()).anyMatch(f -> f.contains("1 statements were not carried out"));
  }

  @Test
  void parametersKeepTheirValuesAndTypes() throws Exception {
    db.execute(
        "CREATE TYPE mood AS ENUM ('good', 'bad')",
        "CREATE TABLE p (i int, s text, t timestamptz, m mood, l int[], x text)");
    int mood = Integer.parseInt(db.value("SELECT 'mood'::regtype::oid"));
    byte[] four = ByteBuffer.allocate(4).putInt(-5).array();
    Submission done =
        db.actions()
            .async()
            .submit(
                db.statement(
                    db.origin(Map.of("TimeZone", "Asia/Tokyo")),
                    "INSERT INTO p VALUES ($1 - $1 + $1, $2, $3, $4, $5, '$6' /* $7 */)",
                    List.of(
                        new Parameter(23, true, four),
                        Actions.text("it's \\ a $1 ? {x}"),
                        Actions.text("2026-01-01 00:00:00"),
                        new Parameter(mood, false, "bad".getBytes()),
                        new Parameter(1007, false, "{1,NULL}".getBytes())),
                    "p"),
                Actions.queue("q"));
    assertThat(Actions.end(done).message()).isNull();
    assertThat(db.value("SELECT concat_ws('|', i, s, t AT TIME ZONE 'UTC', m, l, x) FROM p"))
        .isEqualTo("-5|it's \\ a $1 ? {x}|2025-12-31 15:00:00|bad|{1,NULL}|$6");
  }

  @Test
  void theSessionsVariablesHoldForItsStatementsAndNoOthers() throws Exception {
    db.execute("CREATE SCHEMA mine", "CREATE TABLE mine.a (s text)");
    StatementOrigin mine = db.origin(Map.of("search_path", "mine, public", "app.tenant", "x"));
    String sql = "INSERT INTO a (s) VALUES (current_setting('app.tenant', true))";
    List<Submission> all = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      all.add(
          db.actions()
              .async()
              .submit(
                  db.statement(i % 2 == 0 ? mine : db.origin(), sql, List.of(), "a"),
                  Actions.queue("q")));
    }
    for (Submission one : all) {
      assertThat(Actions.end(one).message()).isNull();
    }
    assertThat(db.value("SELECT string_agg(s, ',') FROM mine.a")).isEqualTo("x,x");
    assertThat(db.value("SELECT count(*) FROM public.a WHERE s = 'x'")).isEqualTo("0");
    assertThat(db.value("SELECT count(*) FROM public.a")).isEqualTo("2");
  }

  @Test
  void whatCannotBeInATransactionGoesByItself() throws Exception {
    StatementOrigin mine = db.origin(Map.of("work_mem", "5MB"));
    Submission vacuum =
        db.actions()
            .async()
            .submit(db.statement(mine, "VACUUM a", List.of(), "a"), Actions.queue("q"));
    assertThat(Actions.end(vacuum).message()).isNull();
    Submission plain =
        db.submit("q", "INSERT INTO a (s) VALUES (current_setting('work_mem'))", "a");
    assertThat(Actions.end(plain).message()).isNull();
    assertThat(db.value("SELECT s FROM a")).isNotEqualTo("5MB");
  }

  @Test
  void aRoleOfOneSessionIsNoneOfAnothers() throws Exception {
    SharedPostgres.primary()
        .execute("DROP ROLE IF EXISTS action_role", "CREATE ROLE action_role ROLE app");
    db.execute("GRANT ALL ON a, a_at_seq TO action_role");
    StatementOrigin mine = db.origin(Map.of("role", "action_role", "server_version", "any"));
    String sql = "INSERT INTO a (s) VALUES (current_user)";
    List<Submission> all = new ArrayList<>();
    for (StatementOrigin origin : List.of(mine, db.origin(), mine, db.origin())) {
      for (String one : List.of(sql, "VACUUM a")) {
        all.add(
            db.actions()
                .async()
                .submit(db.statement(origin, one, List.of(), "a"), Actions.queue("q")));
      }
    }
    for (Submission one : all) {
      assertThat(Actions.end(one).message()).isNull();
    }
    assertThat(db.value("SELECT string_agg(s, ',' ORDER BY at) FROM a"))
        .isEqualTo("action_role,app,action_role,app");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT 1",
        "INSERT INTO a (n) VALUES (1) RETURNING n",
        "WITH x AS (DELETE FROM a) SELECT 1",
        "WITH x AS (DELETE FROM a), update AS (DELETE FROM b) SELECT 1",
        "INSERT INTO a (n) VALUES (currval('a_at_seq'))",
        "COPY a FROM STDIN",
        "BEGIN",
        "DO $$ BEGIN DELETE FROM a; END $$",
        "SET work_mem = '5MB'",
        "CREATE TEMP TABLE t (i int)",
        "INSERT INTO a (n) VALUES (1); DELETE FROM a",
        "INSERT INTO a (n) VALUES ('open"
      })
  void whatHasAResultOrNeedsItsSessionIsNotPutOff(String sql) {
    assertThat(db.submit("q", sql, "a").reason())
        .isEqualTo("it has a result, or needs its own session");
  }

  @Test
  void unknownBinaryValuesLongTextsAndOddVariablesAreNotDeferred() {
    assertThat(
            submit(
                db.origin(), "DELETE FROM a WHERE s = $1", new Parameter(1186, true, new byte[16])))
        .isEqualTo("a parameter is in an unknown binary format");
    assertThat(submit(db.origin(), "DELETE FROM a WHERE s = '" + "x".repeat(65536) + "'"))
        .isEqualTo("it is longer than asyncsize");
    assertThat(submit(db.origin(Map.of("datestyle", "German")), "DELETE FROM a"))
        .isEqualTo("the session's DateStyle is not ISO");
    assertThat(submit(db.origin(Map.of("client_encoding", "LATIN1")), "DELETE FROM a"))
        .isEqualTo("the session's client_encoding is not UTF8");
  }

  private String submit(StatementOrigin origin, String sql, Parameter... parameters) {
    return db.actions()
        .async()
        .submit(db.statement(origin, sql, List.of(parameters), "a"), Actions.queue("q"))
        .reason();
  }
}
