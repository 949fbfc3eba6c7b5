package dev.heimdall.test.pipelining;

import static dev.heimdall.test.fixture.Frontend.all;
import static dev.heimdall.test.fixture.Frontend.bind;
import static dev.heimdall.test.fixture.Frontend.describePortal;
import static dev.heimdall.test.fixture.Frontend.execute;
import static dev.heimdall.test.fixture.Frontend.flush;
import static dev.heimdall.test.fixture.Frontend.parse;
import static dev.heimdall.test.fixture.Frontend.query;
import static dev.heimdall.test.fixture.Frontend.statement;
import static dev.heimdall.test.fixture.Frontend.sync;
import static dev.heimdall.test.pipelining.SharingNode.outcome;
import static dev.heimdall.test.pipelining.SharingNode.slow;
import static dev.heimdall.test.pipelining.SharingNode.types;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fault.Rest;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Message;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.SharedPostgres;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Over one server connection that all share, each client gets its own replies and no others. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class SharedRepliesIT {
  private static final int CLIENTS = 12;

  private static SharingNode node;

  @BeforeAll
  static void start() {
    // Before the node starts: what is prepared on a connection goes when definitions change.
    SharedPostgres.primary()
        .executeIn(
            SharedPostgres.DATABASE,
            "CREATE TABLE IF NOT EXISTS pipe_mine AS SELECT 1 AS n",
            "ALTER TABLE pipe_mine OWNER TO app",
            "CREATE SEQUENCE IF NOT EXISTS pipe_sequence",
            "ALTER SEQUENCE pipe_sequence OWNER TO app");
    node = SharingNode.start(1);
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  @AfterEach
  void everythingIsAtRest() {
    Rest.poolsOf(node.node());
  }

  private static List<RawClient> clients(int count) throws IOException {
    List<RawClient> clients = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      clients.add(node.logIn());
    }
    return clients;
  }

  private static void close(List<RawClient> clients) throws IOException {
    for (RawClient client : clients) {
      client.close();
    }
  }

  @Test
  void statementsOfAllProtocolsBehindASlowOneAreAnsweredToTheirOwners() throws IOException {
    List<RawClient> clients = clients(CLIENTS);
    try (RawClient first = node.logIn()) {
      for (int i = 0; i < CLIENTS; i++) {
        clients.get(i).send(parse("named", "SELECT $1::text || ' named' /* shared */"), sync());
        clients.get(i).untilReady();
      }
      long queued = node.queued();
      Gate gate = node.occupy(first);
      for (int i = 0; i < CLIENTS; i++) {
        byte[] sent =
            switch (i % 3) {
              case 0 -> query("SELECT 'client " + i + "' /* shared */");
              case 1 -> all(statement("SELECT $1::text /* shared */", "client " + i), sync());
              default ->
                  all(bind("", "named", "client " + i), describePortal(""), execute("", 0), sync());
            };
        clients.get(i).send(sent);
      }
      node.awaitDepth(1 + CLIENTS);
      gate.open();

      assertThat(node.queued() - queued).isEqualTo(CLIENTS);
      assertThat(outcome(first.untilReady())).isEqualTo("first");
      for (int i = CLIENTS - 1; i >= 0; i--) {
        List<Message> answer = clients.get(i).untilReady();
        assertThat(outcome(answer)).isEqualTo("client " + i + (i % 3 == 2 ? " named" : ""));
        assertThat(types(answer)).isEqualTo(List.of("TDCZ", "12TDCZ", "2TDCZ").get(i % 3));
        assertThat(clients.get(i).hasInput()).isFalse();
      }
    } finally {
      close(clients);
    }
  }

  @Test
  void anErrorIsItsOwnersAlone() throws IOException {
    List<RawClient> clients = clients(6);
    try (RawClient first = node.logIn();
        Gate gate = node.occupy(first)) {
      for (int i = 0; i < 6; i++) {
        String divisor = i % 2 == 0 ? "0" : "1";
        clients
            .get(i)
            .send(
                i < 3
                    ? query("SELECT 6 / " + divisor + " /* shared */")
                    : all(statement("SELECT 6 / $1::int /* shared */", divisor), sync()));
      }
      node.awaitDepth(7);
      gate.open();

      assertThat(types(first.untilReady())).isEqualTo("TDCZ");
      for (int i = 0; i < 6; i++) {
        List<Message> answer = clients.get(i).untilReady();
        assertThat(outcome(answer)).isEqualTo(i % 2 == 0 ? "22012" : "6");
        assertThat(answer.get(answer.size() - 1).status()).isEqualTo('I');
      }
    } finally {
      close(clients);
    }
  }

  @Test
  void theSameParseThatFailsForSeveralIsCompleteForNone() throws IOException {
    byte[] failing = all(statement("SELECT missing FROM pipe_rows /* shared */"), sync());
    List<RawClient> clients = clients(4);
    try (RawClient first = node.logIn()) {
      for (int i = 0; i < 3; i++) { // a text that comes again is parsed for all by one
        first.send(failing);
        first.untilReady();
      }
      Gate gate = node.occupy(first);
      for (RawClient client : clients) {
        client.send(failing);
      }
      node.awaitDepth(5);
      gate.open();

      assertThat(types(first.untilReady())).isEqualTo("TDCZ");
      for (RawClient client : clients) {
        List<Message> answer = client.untilReady();
        assertThat(types(answer)).isEqualTo("EZ");
        assertThat(outcome(answer)).isEqualTo("42703");
      }
    } finally {
      close(clients);
    }
  }

  @Test
  void noticesGoToTheClientWhoseStatementRaisedThem() throws IOException {
    List<RawClient> clients = clients(6);
    try (RawClient first = node.logIn();
        Gate gate = node.occupy(first)) {
      for (int i = 0; i < 6; i++) {
        String sql = i % 2 == 0 ? "SELECT pipe_notice('%d')" : "SELECT '%d'";
        clients.get(i).send(query((sql + " /* shared */").formatted(i)));
      }
      node.awaitDepth(7);
      gate.open();

      assertThat(types(first.untilReady())).doesNotContain("N");
      for (int i = 0; i < 6; i++) {
        List<Message> answer = clients.get(i).untilReady();
        assertThat(outcome(answer)).isEqualTo(Integer.toString(i));
        assertThat(answer.stream().filter(m -> m.type() == 'N').map(m -> m.fields().get('M')))
            .isEqualTo(i % 2 == 0 ? List.of("for " + i) : List.of());
      }
    } finally {
      close(clients);
    }
  }

  @Test
  void settingsThatDifferKeepClientsApart() throws IOException {
    try (RawClient plain = node.logIn();
        RawClient named = node.logIn("application_name", "of its own");
        RawClient impatient = node.logIn();
        RawClient far = node.logIn()) {
      impatient.query("SET statement_timeout = '150ms'");
      far.query("SET TimeZone = 'Asia/Tokyo'");
      Gate gate = node.occupy(plain);
      named.send(query("SELECT current_setting('application_name') /* shared */"));
      impatient.send(query(slow(1_000, "never")));
      far.send(query("SELECT '2026-01-01 00:00+00'::timestamptz::text /* shared */"));
      Await.until(
          "the others wait",
          () ->
              node.node().clients().stream()
                      .filter(row -> "waiting".equals(row.get("state")))
                      .count()
                  == 3);
      gate.open();

      assertThat(outcome(plain.untilReady())).isEqualTo("first");
      assertThat(outcome(named.untilReady())).isEqualTo("of its own");
      assertThat(outcome(impatient.untilReady())).isEqualTo("57014");
      assertThat(outcome(far.untilReady())).isEqualTo("2026-01-01 09:00:00+09");
      assertThat(plain.value(slow(300, "no limit"))).isEqualTo("no limit");
      assertThat(plain.value("SELECT current_setting('application_name') /* shared */")).isEmpty();
    }
  }

  @Test
  void clientsWithTheSameSettingsOfTheirOwnShare() throws IOException {
    try (RawClient first = node.logIn("application_name", "both");
        RawClient second = node.logIn()) {
      second.query("SET application_name = 'both'");
      Gate gate = node.occupy(first);
      long queued = node.queued();
      second.send(query("SELECT 'second' /* shared */"));
      node.awaitDepth(2);
      gate.open();

      assertThat(outcome(second.untilReady())).isEqualTo("second");
      assertThat(outcome(first.untilReady())).isEqualTo("first");
      assertThat(node.queued()).isEqualTo(queued + 1);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "not_a_read|UPDATE pipe_mine SET n = n + 1",
        "not_a_read|SELECT * FROM pipe_mine FOR UPDATE",
        "not_a_read|SELECT * FROM pipe_mine FOR KEY SHARE",
        "session|SELECT random()",
        "session|SELECT now()",
        "session|SELECT pg_backend_pid()",
        "session|SELECT count(*) FROM pg_stat_activity",
        "not_a_read|SELECT set_config('application_name', 'other', false)",
        "not_a_read|SELECT pg_advisory_xact_lock(7)",
        "not_a_read|SELECT nextval('pipe_sequence')",
        "not_a_read|COPY pipe_mine TO STDOUT",
        "not_a_read|SELECT 1; SELECT 2",
        "not_a_read|SHOW TimeZone"
      })
  void whatMightBeNoticedHasItsOwnConnection(String reason, String sql) throws IOException {
    try (RawClient client = node.logIn()) {
      long pipelined = node.pipelined();
      long before = node.unshared(reason);
      client.query(sql + " /* shared */");
      assertThat(node.pipelined()).isEqualTo(pipelined);
      assertThat(node.unshared(reason)).as(node.unshared().toString()).isEqualTo(before + 1);
    }
  }

  @Test
  void transactionsPinnedSessionsAndPartialBatchesHaveTheirOwnConnection() throws IOException {
    String read = "SELECT 1 /* shared */";
    try (RawClient client = node.logIn()) {
      long pipelined = node.pipelined();
      client.query("BEGIN");
      client.query("SELECT count(*) FROM pipe_rows");
      client.query(read);
      client.query("COMMIT");
      client.send(parse("", read), bind("", ""), execute("", 1), sync());
      assertThat(types(client.untilReady())).isEqualTo("12DsZ");
      client.send(parse("", read), bind("", ""), execute("", 0), flush());
      assertThat(types(client.until('C'))).isEqualTo("12DC");
      client.send(sync());
      client.untilReady();
      client.send(statement(read), statement(read), sync());
      assertThat(types(client.untilReady())).isEqualTo("12TDC12TDCZ");
      assertThat(node.unshared("shape")).isGreaterThanOrEqualTo(3);
      client.query("CREATE TEMP TABLE mine (a int)");
      long pinned = node.unshared("pinned");
      client.query(read);
      assertThat(node.unshared("pinned")).isGreaterThanOrEqualTo(pinned);
      assertThat(node.pipelined()).isEqualTo(pipelined);
    }
  }

  @Test
  void aClientThatSendsAheadGetsEveryAnswerInItsOrder() throws IOException {
    try (RawClient first = node.logIn();
        RawClient client = node.logIn()) {
      // The node may have the first answer before it has read what was sent behind the question.
      for (int round = 0; round < 5 || node.unshared("client_pipelines") == 0; round++) {
        assertThat(round).as("rounds in which it was not seen to send ahead").isLessThan(500);
        Gate gate = node.occupy(first);
        byte[][] ahead = new byte[10][];
        for (int i = 0; i < 10; i++) {
          ahead[i] =
              i % 2 == 0
                  ? query("SELECT 'answer " + i + "' /* shared */")
                  : all(statement("SELECT $1::text /* shared */", "answer " + i), sync());
        }
        client.send(ahead[0]);
        client.send(all(ahead[1], ahead[2], ahead[3]));
        client.send(all(ahead[4], ahead[5], ahead[6], ahead[7], ahead[8], ahead[9]));
        gate.open();
        for (int i = 0; i < 10; i++) {
          assertThat(outcome(client.untilReady())).isEqualTo("answer " + i);
        }
        assertThat(outcome(first.untilReady())).isEqualTo("first");
      }
    }
  }

  @Test
  void aLargeAnswerMakesItsLikeIneligible() throws IOException {
    String sql = "SELECT repeat('x', %d) FROM generate_series(1, %d) /* shared */";
    try (RawClient client = node.logIn();
        RawClient other = node.logIn()) {
      long pipelined = node.pipelined();
      client.query(sql.formatted(10, 1));
      assertThat(node.pipelined()).isEqualTo(pipelined + 1);
      List<Message> large = other.query(sql.formatted(1_000, 2_000));
      assertThat(large).hasSize(2_003);
      assertThat(node.pipelined()).isEqualTo(pipelined + 2);
      client.query(sql.formatted(10, 1));
      assertThat(node.pipelined()).isEqualTo(pipelined + 2);
      assertThat(node.unshared("large")).isPositive();
    }
  }

  @Test
  void statementsShareWithoutARuleWhenTheyHaveRunBefore() throws IOException {
    try (RawClient client = node.logIn()) {
      String sql = "SELECT name || '' FROM pipe_rows WHERE id = %d";
      node.awaitShares(client);
      long fresh = node.unshared("new");
      client.query(sql.formatted(1));
      assertThat(node.unshared("new")).isEqualTo(fresh + 1);
      long pipelined = node.pipelined();
      for (int i = 2; i < 12; i++) {
        assertThat(client.value(sql.formatted(i))).isEqualTo("row " + i);
      }
      assertThat(node.pipelined()).isEqualTo(pipelined + 10);
    }
  }

  /**
   * The last: the node may learn late of what is changed past it, and the others must not meet
   * that.
   */
  @Test
  @Order(Integer.MAX_VALUE)
  void aChangeOfTablesIsMetWithTheNewColumns() throws IOException {
    try (RawClient direct = RawClient.logIn(SharedPostgres.target());
        RawClient first = node.logIn();
        RawClient named = node.logIn();
        RawClient unnamed = node.logIn();
        RawClient simple = node.logIn()) {
      simple.query("DROP TABLE IF EXISTS pipe_changing");
      simple.query("CREATE TABLE pipe_changing (a) AS VALUES (1)");
      String sql = "SELECT * FROM pipe_changing /* shared */";
      named.send(parse("s", sql), sync());
      named.untilReady();
      for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 4; i++) {
          Gate gate = node.occupy(first);
          named.send(bind("", "s"), execute("", 0), sync());
          unnamed.send(parse("", sql), bind("", ""), execute("", 0), sync());
          simple.send(query(sql));
          gate.open();
          List<Message> prepared = named.untilReady();
          if (round == 0) {
            assertThat(types(prepared)).isEqualTo("2DCZ");
          } else {
            assertThat(outcome(prepared)).isEqualTo("0A000");
            assertThat(types(prepared)).isIn("EZ", "2EZ");
          }
          List<Message> recurring = unnamed.untilReady();
          assertThat(types(recurring)).isEqualTo("12DCZ");
          assertThat(recurring.get(2).columns()).hasSize(1 + round);
          List<Message> plain = simple.untilReady();
          assertThat(plain.get(1).columns()).hasSize(1 + round);
          assertThat(outcome(first.untilReady())).isEqualTo("first");
        }
        direct.query("ALTER TABLE pipe_changing ADD COLUMN c" + round + " int DEFAULT 7");
      }
      direct.query("DROP TABLE pipe_changing");
    }
  }
}
