package dev.heimdall.test.it;

import static dev.heimdall.test.fixture.Frontend.copyData;
import static dev.heimdall.test.fixture.Frontend.functionCall;
import static dev.heimdall.test.fixture.Frontend.message;
import static dev.heimdall.test.fixture.Frontend.query;
import static dev.heimdall.test.fixture.Frontend.sync;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Message;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.SharedPostgres;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SimpleQueryIT extends EachNodeKind {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT 1 AS one, 'two' AS two, NULL AS three",
        "",
        ";",
        "  -- nothing but a comment",
        "SELECT 1; SELECT 'b'; SELECT 3",
        "SELECT 1;; SELECT 2;",
        "SELECT 1; SELECT 1/0; SELECT 3",
        "SELECT nothing FROM nowhere",
        "SELEC 1",
        "SELECT g FROM generate_series(1, 500) g",
        "SELECT repeat('x', 100000)",
        "DO $$ BEGIN RAISE NOTICE 'hello'; RAISE WARNING 'careful'; END $$",
        "DO $$ BEGIN RAISE WARNING 'not the server' USING ERRCODE = '57P01'; END $$",
        "DO $$ BEGIN RAISE EXCEPTION 'own error' USING ERRCODE = 'UE001', DETAIL = 'd', HINT = 'h'; END $$",
        "BEGIN; SELECT 1; COMMIT",
        "BEGIN; SELECT 1/0; COMMIT",
        "COMMIT",
        "ROLLBACK",
        "SELECT $1",
        "SELECT 'quoted '' ; text'; SELECT $tag$ dollar ; text $tag$",
        "BEGIN READ ONLY; CREATE TABLE t_readonly (a int); ROLLBACK",
        "EXPLAIN (COSTS OFF) SELECT 1",
        "SHOW server_version",
        "SELECT set_config('work_mem', '8MB', false)",
        "VALUES (1, 'a'), (2, 'b')"
      })
  void aStatementIsAnsweredAsByTheServerItself(String sql) throws IOException {
    sameAsDirect(client -> client.query(sql));
  }

  @Test
  void statementsOfATransactionSeeOneAnother() throws IOException {
    sameAsDirect(
        List.of("DROP TABLE IF EXISTS simple_tx", "CREATE TABLE simple_tx (a int PRIMARY KEY)"),
        client -> {
          client.query("BEGIN");
          client.query("INSERT INTO simple_tx VALUES (1), (2)");
          client.query("SAVEPOINT s");
          client.query("INSERT INTO simple_tx VALUES (1)");
          client.query("SELECT 'refused in a failed transaction'");
          client.query("ROLLBACK TO s");
          client.query("SELECT sum(a) FROM simple_tx");
          client.query("COMMIT AND CHAIN");
          client.query("DELETE FROM simple_tx");
          client.query("ROLLBACK");
          client.query("SELECT count(*) FROM simple_tx");
        });
  }

  @Test
  void statementsSentInOneWriteAreAnsweredInOrder() throws IOException {
    sameAsDirect(
        client -> {
          client.send(
              query("SELECT 1"), query("SELECT 1/0"), query(""), query("SELECT 4; SELECT 5"));
          for (int i = 0; i < 4; i++) {
            client.untilReady();
          }
        });
  }

  @Test
  void aHundredStatementsInOneWriteAreAnsweredInOrder() throws IOException {
    try (RawClient client = logIn()) {
      byte[][] batch = new byte[300][];
      for (int i = 0; i < batch.length; i++) {
        batch[i] = query("SELECT " + i);
      }
      client.send(batch);
      for (int i = 0; i < batch.length; i++) {
        assertThat(client.untilReady().get(1).columns()).containsExactly(Integer.toString(i));
      }
    }
  }

  @Test
  void aStatementOfMegabytesIsForwarded() throws IOException {
    String text = "x".repeat(5_000_000);
    try (RawClient client = logIn()) {
      assertThat(client.value("SELECT length('" + text + "')")).isEqualTo("5000000");
      assertThat(client.value("SELECT 1")).isEqualTo("1");
    }
  }

  @Test
  void anEightMegabyteErrorMessageDoesNotConfuseTheStream() throws IOException {
    try (RawClient client = logIn()) {
      List<Message> answer =
          client.query("DO $$ BEGIN RAISE EXCEPTION '%', repeat('e', 8000000); END $$");
      assertThat(answer.get(0).type()).isEqualTo('E');
      assertThat(answer.get(0).fields().get('M')).hasSize(8_000_000);
      assertThat(client.value("SELECT 1")).isEqualTo("1");
    }
  }

  @Test
  void aFunctionIsCalledByMessage() throws IOException {
    int upper =
        Integer.parseInt(
            SharedPostgres.value("SELECT 'pg_catalog.upper(text)'::regprocedure::oid::int"));
    sameAsDirect(
        client -> {
          client.send(functionCall(upper, List.of("abc")));
          client.untilReady();
          client.send(functionCall(upper, List.of()));
          client.untilReady();
          client.send(functionCall(2_000_000_000, List.of("abc")));
          client.untilReady();
          client.query("BEGIN");
          client.send(functionCall(upper, List.of("def")), query("COMMIT"));
          client.untilReady();
          client.untilReady();
        });
  }

  @Test
  void copyMessagesOutsideACopyAreIgnored() throws IOException {
    sameAsDirect(
        client -> {
          client.send(copyData("stray\n"), message('c', new byte[0]), query("SELECT 'still here'"));
          client.untilReady();
          client.query("BEGIN");
          client.send(copyData("stray\n"), query("SELECT 'in a transaction'"));
          client.untilReady();
        });
  }

  @Test
  void aSyncOnItsOwnIsAnswered() throws IOException {
    sameAsDirect(
        client -> {
          client.send(sync());
          client.untilReady();
          client.query("BEGIN");
          client.send(sync(), sync());
          client.untilReady();
          client.untilReady();
          client.query("SELECT 1/0");
          client.send(sync());
          client.untilReady();
        });
  }

  @Test
  void anUnknownMessageTypeEndsTheConnectionWithAProtocolError() throws IOException {
    for (String first : List.of("SELECT 1", "BEGIN")) {
      sameAsDirect(
          client -> {
            client.query(first);
            client.send(message('y', new byte[] {1, 2, 3}));
            client.untilClosed();
          });
    }
  }

  @Test
  void parametersThatChangeAreReported() throws IOException {
    sameAsDirect(
        client -> {
          client.query("SET TimeZone = 'Asia/Tokyo'");
          client.query("SET application_name = 'renamed'");
          client.query("SET DateStyle = 'German'");
          client.query("SELECT '2026-11-20'::date");
          client.query("BEGIN; SET TimeZone = 'Europe/Rome'; ROLLBACK");
          client.query("RESET TimeZone");
        });
  }
}
