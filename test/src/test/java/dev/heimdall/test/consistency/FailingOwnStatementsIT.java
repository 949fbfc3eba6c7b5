package dev.heimdall.test.consistency;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.FaultyRelay;
import dev.heimdall.test.fixture.Frontend;
import dev.heimdall.test.fixture.LoggedLines;
import dev.heimdall.test.fixture.Message;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.TestNode;
import dev.heimdall.test.operate.Door;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Each kind of statement of the node's own on a server connection, refused by the server: the
 * connection is closed, logged and counted, nobody gets it any more, and no client is told what is
 * another's. The pool has one connection.
 */
class FailingOwnStatementsIT {
  private static final String DATABASE = "failing_own";

  private static FaultyRelay relay;
  private static TestNode node;

  private LoggedLines log;
  private long before;
  private String pid;

  @BeforeAll
  static void start() throws IOException {
    SharedPostgres.createDatabase(DATABASE);
    SharedPostgres.primary().executeIn(DATABASE, "SET ROLE app", "CREATE SEQUENCE counted");
    relay = new FaultyRelay(SharedPostgres.primary().port());
    node =
        TestNode.start(
            c ->
                c.node("loops", 1)
                    .source("url", "jdbc:postgresql://127.0.0.1:" + relay.port())
                    .vdb("databases", Map.of("app", DATABASE))
                    // Listeners go on: what the node's own statements leave is looked for.
                    .vdb("clients.endOnMissedNotifications", false)
                    .vdb("pool.size", 1));
  }

  @AfterAll
  static void stop() throws IOException {
    node.close();
    relay.close();
  }

  @BeforeEach
  void look() throws IOException {
    log = LoggedLines.of("heimdall.server");
    before = failures();
    try (RawClient client = logIn()) {
      pid = client.value("SELECT pg_backend_pid()");
    }
  }

  @AfterEach
  void succeedAgain() {
    relay.fail(null);
    relay.failAmid(null);
    log.close();
  }

  private static RawClient logIn(String... parameters) throws IOException {
    return RawClient.logIn(node.target(), parameters);
  }

  private static long failures() {
    return (long) new Door(node.httpPort()).metric("heimdall_server_state_failures_total");
  }

  /** The connection is closed, logged and counted, and the next client has another one. */
  private void checkNobodyGetsTheConnection(String statement) throws IOException {
    Await.until("the statement was refused", () -> relay.failed() > 0);
    relay.fail(null);
    try (RawClient next = logIn()) {
      assertThat(next.value("SELECT pg_backend_pid()")).isNotEqualTo(pid);
      assertThat(next.value("SELECT count(*) FROM pg_listening_channels()")).isEqualTo("0");
    }
    checkCounted(statement);
  }

  private void checkCounted(String statement) throws IOException {
    assertThat(log.beginningWith("WARN server state failure"))
        .singleElement()
        .asString()
        .contains("vdb=app", statement + " failed with 42601");
    assertThat(failures()).isEqualTo(before + 1);
  }

  private static void takeValue() throws IOException {
    try (RawClient taking = logIn()) {
      taking.value("SELECT nextval('counted')");
    }
  }

  @Test
  void toForgetSequences() throws IOException {
    takeValue();
    try (RawClient asking = logIn()) {
      relay.fail("DISCARD SEQUENCES");
      assertThat(asking.query("SELECT lastval()")).noneMatch(message -> message.type() == 'D');
      checkNobodyGetsTheConnection("DISCARD SEQUENCES");
      assertThat(Message.errorIn(asking.query("SELECT lastval()"))).isEqualTo("55000");
    }
  }

  @Test
  void toFindOutWhoseSequencesTheyAre() throws IOException {
    takeValue();
    try (RawClient asking = logIn()) {
      asking.query("BEGIN");
      asking.value("SELECT 1");
      relay.fail("DO ");
      assertThat(asking.query("SELECT lastval()")).noneMatch(message -> message.type() == 'D');
      asking.query("ROLLBACK");
      checkNobodyGetsTheConnection("DO");
    }
  }

  private static void checkHears(RawClient listener) throws IOException {
    try (RawClient notifier = logIn()) {
      notifier.query("NOTIFY news, 'for all'");
    }
    Message message = listener.receive();
    assertThat(message.toString()).isEqualTo("NotificationResponse news=for all");
  }

  @Test
  void toLearnWhatAClientListensFor() throws IOException {
    try (RawClient listener = logIn()) {
      relay.fail("SELECT pg_catalog.pg_listening_channels()");
      assertThat(Message.errorIn(listener.query("LISTEN news"))).isNull();
      checkNobodyGetsTheConnection("pg_listening_channels()");
      checkHears(listener);
    }
  }

  @Test
  void toFreeTheConnectionFromListening() throws IOException {
    try (RawClient listener = logIn()) {
      relay.fail("UNLISTEN *");
      assertThat(Message.errorIn(listener.query("LISTEN news"))).isNull();
      checkNobodyGetsTheConnection("UNLISTEN");
      checkHears(listener);
    }
  }

  @Test
  void toListenNoMoreForAll() throws IOException {
    try (RawClient listener = logIn();
        RawClient other = logIn()) {
      listener.query("LISTEN news");
      other.query("LISTEN other");
      relay.fail("UNLISTEN \"other\"");
      other.query("UNLISTEN other");
      Await.until("the statement was refused", () -> relay.failed() > 0);
      Await.until("it is counted", () -> counted() == 1);
      relay.fail(null);
      awaitListener();
      checkHears(listener);
    }
  }

  @Test
  void toListenAnew() throws IOException {
    try (RawClient listener = logIn()) {
      listener.query("LISTEN news");
      relay.fail("LISTEN \"news\"");
      assertThat(
              SharedPostgres.value(
                  "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                      + " WHERE query = 'LISTEN \"news\"' AND datname = '"
                      + DATABASE
                      + "'"))
          .isEqualTo("1");
      Await.until("it is refused and tried again", () -> relay.failed() > 1);
      relay.fail(null);
      awaitListener();
      checkHears(listener);
    }
  }

  private long counted() {
    return failures() - before;
  }

  private static void awaitListener() {
    Await.until(
        "somebody listens",
        () ->
            SharedPostgres.value(
                    "SELECT count(*) FROM pg_stat_activity WHERE state = 'idle'"
                        + " AND query = 'LISTEN \"news\"' AND datname = '"
                        + DATABASE
                        + "'")
                .equals("1"));
  }

  @Test
  void toEndATransactionThatAClientHasLeft() throws IOException {
    try (RawClient leaving = logIn()) {
      leaving.query("BEGIN");
      leaving.value("SELECT 1");
      relay.fail("ROLLBACK");
      leaving.vanish();
    }
    checkNobodyGetsTheConnection("ROLLBACK");
  }

  @Test
  void toDiscardAll() throws IOException {
    try (RawClient leaving = logIn()) {
      leaving.query("CREATE TEMP TABLE left_behind (a int)");
      relay.fail("DISCARD ALL");
      leaving.send(Frontend.terminate());
    }
    checkNobodyGetsTheConnection("DISCARD");
  }

  @Test
  void toSetANewSeed() throws IOException {
    try (RawClient leaving = logIn()) {
      relay.fail("SELECT pg_catalog.setseed");
      leaving.query("SELECT set_config('se' || 'ed', '0.25', true)");
    }
    checkNobodyGetsTheConnection("SELECT");
  }

  /** It is part of the client's text: the client is told, and the server has undone it all. */
  @Test
  void toSetAgainWhatAClientHasReset() throws IOException {
    try (RawClient client = logIn("options", "-c work_mem=2MB")) {
      client.query("BEGIN");
      client.value("SELECT 1");
      relay.failAmid("SET \"work_mem\" TO '2MB'");
      assertThat(Message.errorIn(client.query("RESET work_mem"))).isEqualTo("22012");
      relay.failAmid(null);
      assertThat(Message.errorIn(client.query("SELECT 1"))).isEqualTo("25P02");
      client.query("ROLLBACK");
      assertThat(client.value("SHOW work_mem")).isEqualTo("2MB");
    }
    try (RawClient next = logIn()) {
      assertThat(next.value("SHOW work_mem")).isNotEqualTo("2MB");
    }
    assertThat(failures()).isEqualTo(before);
  }

  @Test
  void whatAClientsOwnMistakeHasFailedCostsNothing() throws IOException {
    takeValue();
    try (RawClient client = logIn("options", "-c work_mem=2MB")) {
      client.query("BEGIN");
      client.query("SELECT no_such_column");
      client.send(Frontend.query("RESET work_mem"), Frontend.query("SELECT lastval()"));
      assertThat(Message.errorIn(client.untilReady())).isEqualTo("25P02");
      assertThat(Message.errorIn(client.untilReady())).isEqualTo("25P02");
      client.query("ROLLBACK");
      assertThat(client.value("SHOW work_mem")).isEqualTo("2MB");
      assertThat(client.value("SELECT pg_backend_pid()")).isEqualTo(pid);
    }
    assertThat(failures()).isEqualTo(before);
  }
}
