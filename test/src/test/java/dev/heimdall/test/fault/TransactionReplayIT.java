package dev.heimdall.test.fault;

import static dev.heimdall.test.fixture.Frontend.all;
import static dev.heimdall.test.fixture.Frontend.bind;
import static dev.heimdall.test.fixture.Frontend.closeStatement;
import static dev.heimdall.test.fixture.Frontend.describeStatement;
import static dev.heimdall.test.fixture.Frontend.execute;
import static dev.heimdall.test.fixture.Frontend.flush;
import static dev.heimdall.test.fixture.Frontend.parse;
import static dev.heimdall.test.fixture.Frontend.query;
import static dev.heimdall.test.fixture.Frontend.statement;
import static dev.heimdall.test.fixture.Frontend.sync;
import static dev.heimdall.test.fixture.Jdbc.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Message;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.TestConfiguration;
import dev.heimdall.test.fixture.TestNode;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Transactions are run again when their server connection is lost, where that is switched on. */
@Tag("ci")
class TransactionReplayIT {
  private static final String WAIT_FOR_A_LOCK = "wait_event_type = 'Lock'";

  private TcpFaults faults;
  private TestNode node;

  private void start(Consumer<TestConfiguration> wishes) throws IOException {
    SharedPostgres.value("SELECT 1");
    faults = new TcpFaults("127.0.0.1", SharedPostgres.primary().port());
    node =
        TestNode.start(
            c -> {
              c.source("url", "jdbc:postgresql://127.0.0.1:" + faults.port() + "/app");
              c.source("catalog.enabled", false);
              c.source("connectTimeout", "2s");
              c.vdb("transactionReplay.enabled", true);
              c.user("app", "admin", true);
              wishes.accept(c);
            });
    try (RawClient client = RawClient.logIn(node.target())) {
      client.query("DROP TABLE IF EXISTS replayed");
      client.query("CREATE TABLE replayed (i int PRIMARY KEY, v int)");
      client.query("INSERT INTO replayed VALUES (1, 10), (2, 20)");
    }
  }

  @AfterEach
  void end() throws IOException {
    if (node != null) {
      Rest.poolsOf(node);
      node.close();
      faults.close();
    }
  }

  private double replayed() {
    return node.metric("heimdall_transactions_replayed_total");
  }

  private double unreplayed(String reason) {
    return node.metric("heimdall_transactions_unreplayed_total{reason=\"" + reason + "\"");
  }

  private static String rows() {
    return SharedPostgres.cluster()
        .primary()
        .queryValue("app", "SELECT string_agg(i || '=' || v, ' ' ORDER BY i) FROM replayed");
  }

  private static Message error(List<Message> answer) {
    return answer.stream().filter(message -> message.type() == 'E').findFirst().orElse(null);
  }

  private static char status(List<Message> answer) {
    return answer.get(answer.size() - 1).status();
  }

  private static boolean hasInserted(Message message) {
    return message.type() == 'C' && message.text().equals("INSERT 0 1");
  }

  @ParameterizedTest
  @CsvSource({
    "simple, false",
    "simple, true",
    "extended, false",
    "extended, true",
    "prepared, true",
    "prepared, false"
  })
  void aTransactionGoesOnAsIfNothingHadHappened(String mode, boolean delayed) throws Exception {
    start(c -> c.vdb("delayedTransaction", delayed));
    String[] properties =
        mode.equals("prepared")
            ? new String[] {"prepareThreshold", "1"}
            : new String[] {"preferQueryMode", mode};
    try (Connection client = node.target().jdbc(properties);
        Statement statement = client.createStatement()) {
      client.setAutoCommit(false);
      for (int round = 1; round <= 2; round++) {
        try (PreparedStatement insert =
            client.prepareStatement("INSERT INTO replayed VALUES (?, ?)")) {
          insert.setInt(1, 2 + round);
          insert.setInt(2, 30);
          assertThat(insert.executeUpdate()).isEqualTo(1);
          faults.cutAllOf(node);
          assertThat(value(statement, "SELECT sum(v) FROM replayed"))
              .isEqualTo(Integer.toString(60 * round));
          statement.execute("SAVEPOINT a");
          SQLException failed =
              catchThrowableOfType(SQLException.class, () -> statement.execute("SELECT 1 / 0"));
          assertThat(failed.getSQLState()).isEqualTo("22012");
          faults.cutAllOf(node);
          statement.execute("ROLLBACK TO a");
          statement.execute("SET LOCAL work_mem = '7MB'");
          faults.cutAllOf(node);
          assertThat(value(statement, "SHOW work_mem")).isEqualTo("7MB");
          insert.setInt(1, 20 + round);
          assertThat(insert.executeUpdate()).isEqualTo(1);
          faults.cutAllOf(node);
        }
        client.commit();
      }
      assertThat(replayed()).isEqualTo(8);
      assertThat(rows()).isEqualTo("1=10 2=20 3=30 4=30 21=30 22=30");
      client.setAutoCommit(true);
      statement.execute("INSERT INTO replayed VALUES (99, 9)");
      assertThat(value(statement, "SELECT count(*) FROM replayed")).isEqualTo("7");
    }
  }

  /** As pgjdbc does, with a Sync, with those that the garbage collector has found. */
  @ParameterizedTest
  @CsvSource({
    "query behind a Sync, false",
    "query behind a Sync, true",
    "query, false",
    "query, true",
    "batch behind a Sync, true",
    "batch, false",
    "batch of its own, true",
    "named, true",
    "first within, false",
    "first within, true"
  })
  void aTransactionMayBeginWithTheClosingOfStatements(String begin, boolean delayed)
      throws Exception {
    start(c -> c.vdb("delayedTransaction", delayed));
    byte[] insert = all(statement("INSERT INTO replayed VALUES (3, 30)"), sync());
    try (RawClient client = RawClient.logIn(node.target())) {
      client.send(
          parse("old", "SELECT 1"), parse("older", "SELECT 2"), parse("b", "BEGIN"), sync());
      client.untilReady();
      byte[] closed = all(closeStatement("old"), closeStatement("older"));
      client.send(
          switch (begin) {
            case "query behind a Sync" -> all(closed, sync(), query("BEGIN"), insert);
            case "query" -> all(closed, query("BEGIN"), insert);
            case "batch behind a Sync" -> all(closed, sync(), statement("BEGIN"), insert);
            case "batch" -> all(closed, statement("BEGIN"), insert);
            case "batch of its own" -> all(closed, statement("BEGIN"), sync(), insert);
            case "first within" -> all(query("BEGIN"), closed, sync(), insert);
            default -> all(closed, bind("", "b"), execute("", 0), insert);
          });
      List<Message> told = new ArrayList<>();
      while (error(told) == null && told.stream().noneMatch(TransactionReplayIT::hasInserted)) {
        told.addAll(client.untilReady());
      }
      assertThat(error(told)).isNull();
      assertThat(told.stream().filter(message -> message.type() == '3')).hasSize(2);
      faults.cutAllOf(node);
      assertThat(client.value("SELECT count(*) FROM replayed")).isEqualTo("3");
      assertThat(status(client.query("COMMIT"))).isEqualTo('I');
      assertThat(replayed()).isEqualTo(1);
      assertThat(rows()).isEqualTo("1=10 2=20 3=30");
      client.send(describeStatement("old"), sync());
      assertThat(error(client.untilReady()).sqlState()).isEqualTo("26000");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aTransactionThatIsAnsweredDifferentlyIsRolledBackAndSaysSo(boolean inFlight)
      throws Exception {
    start(c -> {});
    try (RawClient client = RawClient.logIn(node.target())) {
      client.query("BEGIN");
      client.query("UPDATE replayed SET v = v + 1 WHERE i = 1");
      client.value("SELECT pg_backend_pid()");
      List<Message> told;
      if (inFlight) {
        client.send(query("SELECT pg_sleep(60)"));
        awaitSleeping();
        faults.cutAll(false);
        told = client.untilReady();
      } else {
        faults.cutAllOf(node);
        Await.until("it was given up", () -> unreplayed("different") == 1);
        told = client.query("SELECT 1");
      }
      assertThat(error(told).sqlState()).isEqualTo("40001");
      assertThat(error(told).fields().get('D')).contains("answered differently");
      assertThat(status(told)).isEqualTo('E');
      assertThat(error(client.query("SELECT 1")).sqlState()).isEqualTo("25P02");
      assertThat(status(client.query("ROLLBACK"))).isEqualTo('I');
      assertThat(rows()).isEqualTo("1=10 2=20");
      assertThat(client.value("SELECT 7")).isEqualTo("7");
      assertThat(replayed()).isZero();
      endSleepers();
    }
  }

  /** Another client has changed what the transaction has read. */
  @Test
  void whatWasReadIsComparedRowByRow() throws Exception {
    start(c -> {});
    try (RawClient client = RawClient.logIn(node.target())) {
      client.query("BEGIN");
      assertThat(client.value("SELECT v FROM replayed WHERE i = 2")).isEqualTo("20");
      faults.cutAllOf(node);
      SharedPostgres.primary().execute("SELECT 1");
      Await.until("it was run again", () -> replayed() == 1);
      changeElsewhere();
      faults.cutAllOf(node);
      List<Message> told = client.query("UPDATE replayed SET v = 21 WHERE i = 2");
      assertThat(error(told).sqlState()).isEqualTo("40001");
      client.query("ROLLBACK");
      assertThat(rows()).isEqualTo("1=10 2=99");
    }
  }

  private static void changeElsewhere() throws SQLException {
    try (Connection other = SharedPostgres.target().jdbc();
        Statement statement = other.createStatement()) {
      statement.execute("UPDATE replayed SET v = 99 WHERE i = 2");
    }
  }

  private static void awaitSleeping() {
    Await.until(
        "the statement runs",
        () ->
            Integer.parseInt(
                    SharedPostgres.value(
                        "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'"))
                > 0);
  }

  private static void endSleepers() {
    SharedPostgres.value(
        "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity"
            + " WHERE wait_event = 'PgSleep'");
  }

  @ParameterizedTest
  @ValueSource(strings = {"simple", "extended", "first"})
  void aStatementThatIsUnderWayIsRunAgain(String mode) throws Exception {
    start(c -> {});
    String update = "UPDATE replayed SET v = v + 1 WHERE i = 1 AND pg_sleep(0.4) IS NOT NULL";
    try (RawClient client = RawClient.logIn(node.target())) {
      if (mode.equals("first")) {
        client.send(parse("", "BEGIN"), bind("", ""), execute("", 0), statement(update), sync());
      } else {
        client.query("BEGIN");
        client.query("UPDATE replayed SET v = v + 100 WHERE i = 2");
        client.send(mode.equals("simple") ? query(update) : statement(update));
        client.send(mode.equals("simple") ? new byte[0] : sync());
      }
      awaitSleeping();
      faults.cutAll(false);
      List<Message> told = client.untilReady();
      assertThat(error(told)).isNull();
      assertThat(status(told)).isEqualTo('T');
      assertThat(status(client.query("COMMIT"))).isEqualTo('I');
      assertThat(rows()).isEqualTo(mode.equals("first") ? "1=11 2=20" : "1=11 2=120");
      assertThat(replayed()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {5, 50_000, 100_001, 2_000_000})
  void anAnswerOfWhichTheClientHasPartIsContinued(long bytes) throws Exception {
    start(c -> {});
    String sql = "SELECT i, repeat(md5(i::text), 100) FROM generate_series(1, 1000) i";
    try (RawClient client = RawClient.logIn(node.target())) {
      List<Message> whole = client.query(sql);
      client.query("BEGIN");
      client.query("UPDATE replayed SET v = v + 1 WHERE i = 1");
      faults.cutAfterBytesFromTarget(bytes);
      List<Message> told = client.query(sql);
      assertThat(told.subList(0, told.size() - 1))
          .hasToString(whole.subList(0, whole.size() - 1).toString());
      assertThat(status(told)).isEqualTo('T');
      assertThat(replayed()).isEqualTo(1);
      client.query("COMMIT");
      assertThat(rows()).isEqualTo("1=11 2=20");
    }
  }

  @Test
  void anAnswerOfWhichTheClientHasPartOfARowCannotEndInAnError() throws Exception {
    start(c -> {});
    try (RawClient client = RawClient.logIn(node.target())) {
      client.query("BEGIN");
      client.send(
          query(
              "SELECT pg_backend_pid() || repeat(md5(i::text), 100000)"
                  + " FROM generate_series(1, 10) i"));
      faults.cutAfterBytesFromTarget(1_000_000);
      client.untilClosed();
      assertThat(unreplayed("different")).isEqualTo(1);
    }
  }

  @Test
  void aCommitOfWhichNobodyKnowsTheOutcomeIsNeverRunAgain() throws Exception {
    start(c -> {});
    try (RawClient simple = RawClient.logIn(node.target());
        RawClient extended = RawClient.logIn(node.target())) {
      int row = 3;
      for (RawClient client : List.of(simple, extended)) {
        client.query("BEGIN");
        client.query("INSERT INTO replayed VALUES (" + row + ", 0)");
        client.query("UPDATE replayed SET v = v + 1 WHERE i = 1");
        faults.cutAfterBytesFromTarget(0); // the server has committed; nobody hears of it
        List<Message> told;
        if (client == simple) {
          told = client.query("COMMIT");
        } else {
          client.send(statement("COMMIT"), sync());
          told = client.untilReady();
        }
        assertThat(error(told).sqlState()).isEqualTo("08006");
        client.query("ROLLBACK");
        row++;
      }
      assertThat(rows()).isEqualTo("1=12 2=20 3=0 4=0");
      assertThat(replayed()).isZero();
      assertThat(unreplayed("commit")).isEqualTo(2);
    }
  }

  @Test
  void whatIsPipelinedBehindIsSentOnceItsTurnHasCome() throws Exception {
    start(c -> {});
    try (RawClient client = RawClient.logIn(node.target())) {
      client.send(
          query("BEGIN"),
          query("UPDATE replayed SET v = v + 1 WHERE i = 1"),
          query("SELECT pg_sleep(0.4)"),
          query("UPDATE replayed SET v = v + 1 WHERE i = 2"));
      client.untilReady();
      client.untilReady();
      awaitSleeping();
      faults.cutAll(false);
      for (int i = 0; i < 2; i++) {
        assertThat(error(client.untilReady())).isNull();
      }
      assertThat(error(client.query("COMMIT"))).isNull();
      assertThat(rows()).isEqualTo("1=11 2=21");
      assertThat(replayed()).isEqualTo(1);
    }
  }

  @Test
  void aPortalIsReadOnWhereTheClientWas() throws Exception {
    start(c -> {});
    try (RawClient client = RawClient.logIn(node.target())) {
      client.query("BEGIN");
      client.send(
          parse("s", "SELECT i FROM generate_series(1, 6) i"),
          bind("p", "s"),
          execute("p", 2),
          sync());
      assertThat(columns(client.untilReady())).containsExactly("1", "2");
      faults.cutAllOf(node);
      client.send(execute("p", 2), flush());
      assertThat(columns(client.until('s'))).containsExactly("3", "4");
      faults.cutAllOf(node);
      client.send(execute("p", 2), closeStatement("s"), sync());
      assertThat(columns(client.untilReady())).containsExactly("5", "6");
      faults.cutAllOf(node);
      client.send(parse("s", "SELECT 'another'"), bind("", "s"), execute("", 0), sync());
      assertThat(columns(client.untilReady())).containsExactly("another");
      client.query("DECLARE c CURSOR FOR SELECT i FROM generate_series(1, 4) i");
      assertThat(columns(client.query("FETCH 2 FROM c"))).containsExactly("1", "2");
      faults.cutAllOf(node);
      assertThat(columns(client.query("FETCH 2 FROM c"))).containsExactly("3", "4");
      client.query("COMMIT");
      assertThat(replayed()).isEqualTo(4);
      client.send(bind("", "s"), execute("", 0), sync());
      assertThat(columns(client.untilReady())).containsExactly("another");
    }
  }

  private static List<String> columns(List<Message> answer) {
    return answer.stream()
        .filter(message -> message.type() == 'D')
        .map(message -> message.columns().get(0))
        .toList();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "SELECT 1; SELECT 2; SELECT 3 | statements",
        "SELECT length('%s') | size",
        "LISTEN a | listen",
        "SAVEPOINT a; RELEASE a | commit",
        "COPY replayed FROM STDIN | copy",
      })
  void whatCannotBeRunAgainIsLostAsBefore(String statements, String reason) throws Exception {
    start(
        c -> {
          c.vdb("transactionReplay.maxStatements", 3);
          c.vdb("transactionReplay.maxSize", "2KiB");
        });
    try (RawClient client = RawClient.logIn(node.target())) {
      client.query("BEGIN");
      client.query("INSERT INTO replayed VALUES (3, 0)");
      if (reason.equals("statements")) {
        for (String one : statements.split(";", -1)) {
          client.query(one);
        }
      } else if (reason.equals("copy")) {
        client.send(query(statements));
        client.until('G');
        client.send(dev.heimdall.test.fixture.Frontend.copyDone());
        client.untilReady();
      } else {
        client.query(statements.replace("%s", "x".repeat(3000)));
      }
      assertThat(client.query("SHOW QUERYINFO").toString()).contains("transaction replay");
      faults.cutAllOf(node);
      List<Message> told = client.query("SELECT 1");
      assertThat(error(told).sqlState()).isIn("08006", "57P01");
      assertThat(status(told)).isEqualTo('E');
      client.query("ROLLBACK");
      assertThat(unreplayed(reason)).isEqualTo(1);
      assertThat(replayed()).isZero();
      assertThat(rows()).isEqualTo("1=10 2=20");
    }
  }

  @Test
  void aSessionThatDependsOnItsConnectionEndsAsBefore() throws Exception {
    start(c -> {});
    try (RawClient client = RawClient.logIn(node.target())) {
      client.query("BEGIN");
      client.query("CREATE TEMP TABLE mine (i int)");
      faults.cutAll(false);
      assertThat(error(client.untilClosed()).fields().get('V')).isEqualTo("FATAL");
      assertThat(unreplayed("pinned")).isEqualTo(1);
    }
  }

  @Test
  void switchedOffNothingIsRunAgain() throws Exception {
    start(c -> c.vdb("transactionReplay.enabled", false));
    try (RawClient client = RawClient.logIn(node.target())) {
      client.query("BEGIN");
      client.query("INSERT INTO replayed VALUES (3, 0)");
      faults.cutAllOf(node);
      List<Message> told = client.query("SELECT 1");
      assertThat(error(told).sqlState()).isEqualTo("08006");
      client.query("ROLLBACK");
      assertThat(rows()).isEqualTo("1=10 2=20");
      assertThat(node.metric("heimdall_transactions_unreplayed_total")).isZero();
    }
  }

  @Test
  void withoutAServerTheClientIsToldAndMayGoOnLater() throws Exception {
    start(c -> {});
    try (RawClient client = RawClient.logIn(node.target())) {
      client.query("BEGIN");
      client.query("INSERT INTO replayed VALUES (3, 0)");
      faults.blackHole(true);
      faults.cutAll(false);
      List<Message> told = client.query("SELECT 1");
      assertThat(error(told).sqlState()).isEqualTo("40001");
      assertThat(unreplayed("no_connection")).isEqualTo(1);
      faults.blackHole(false);
      faults.cutAll(false);
      Await.until(
          "the client goes on",
          () -> error(client.query("ROLLBACK")) == null && error(client.query("SELECT 1")) == null);
      assertThat(rows()).isEqualTo("1=10 2=20");
    }
  }

  @Test
  void aReplayThatWaitsTooLongIsGivenUp() throws Exception {
    start(c -> c.vdb("transactionReplay.maxTime", "1500ms"));
    try (Connection other = SharedPostgres.target().jdbc();
        Statement locks = other.createStatement();
        RawClient client = RawClient.logIn(node.target())) {
      other.setAutoCommit(false);
      client.query("BEGIN");
      client.query("UPDATE replayed SET v = 11 WHERE i = 1");
      CompletableFuture<Integer> locked = meanwhile(locks, "UPDATE replayed SET v = v WHERE i = 1");
      awaitSessions("the other one waits for the row", 1, WAIT_FOR_A_LOCK);
      faults.cutAll(false);
      assertThat(locked.get(10, TimeUnit.SECONDS)).isEqualTo(1);
      List<Message> told = client.query("SELECT 1");
      assertThat(error(told).sqlState()).isEqualTo("40001");
      assertThat(unreplayed("slow")).isEqualTo(1);
      other.rollback();
      client.query("ROLLBACK");
      assertThat(rows()).isEqualTo("1=10 2=20");
    }
  }

  @Test
  void aClientMayCancelOrLeaveMeanwhile() throws Exception {
    start(c -> {});
    try (Connection other = SharedPostgres.target().jdbc();
        Statement locks = other.createStatement();
        RawClient client = RawClient.logIn(node.target());
        RawClient leaves = RawClient.logIn(node.target())) {
      for (RawClient each : List.of(client, leaves)) {
        each.query("BEGIN");
        each.query("SELECT count(*) FROM replayed");
        each.query("LOCK replayed IN ROW SHARE MODE");
        each.send(query("SELECT pg_sleep(60)"));
      }
      awaitSessions("both run", 2, "wait_event = 'PgSleep'");
      other.setAutoCommit(false);
      endSleepersBehind(locks);
      client.cancel();
      List<Message> told = client.untilReady();
      assertThat(error(told).sqlState()).isEqualTo("57014");
      assertThat(status(told)).isEqualTo('E');
      leaves.vanish();
      other.rollback();
      assertThat(status(client.query("ROLLBACK"))).isEqualTo('I');
      assertThat(client.value("SELECT 1")).isEqualTo("1");
      assertThat(unreplayed("cancelled")).isEqualTo(1);
    }
  }

  /** What runs again will wait for this lock. */
  private void endSleepersBehind(Statement locks) throws Exception {
    CompletableFuture<Integer> locked = meanwhile(locks, "LOCK replayed IN ACCESS EXCLUSIVE MODE");
    awaitSessions("the lock is asked for", 1, WAIT_FOR_A_LOCK);
    faults.cutAll(false);
    endSleepers();
    locked.get(10, TimeUnit.SECONDS);
    awaitSessions("both are being run again", 2, WAIT_FOR_A_LOCK);
  }

  private static CompletableFuture<Integer> meanwhile(Statement statement, String sql) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return statement.executeUpdate(sql);
          } catch (SQLException e) {
            throw new IllegalStateException(e);
          }
        });
  }

  private static void awaitSessions(String what, int count, String condition) {
    String sql = "SELECT count(*) FROM pg_stat_activity WHERE " + condition;
    Await.until(what, () -> SharedPostgres.value(sql).equals(String.valueOf(count)));
  }
}
