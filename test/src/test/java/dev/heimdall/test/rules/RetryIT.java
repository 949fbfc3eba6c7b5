package dev.heimdall.test.rules;

import static dev.heimdall.test.fixture.Frontend.all;
import static dev.heimdall.test.fixture.Frontend.bind;
import static dev.heimdall.test.fixture.Frontend.execute;
import static dev.heimdall.test.fixture.Frontend.parse;
import static dev.heimdall.test.fixture.Frontend.query;
import static dev.heimdall.test.fixture.Frontend.sync;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.TestNode;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Statements that fail and are tried again. How often they were is told by a sequence, which no
 * rollback turns back.
 */
class RetryIT {
  private static final String FLAKY =
      "INSERT INTO retry_rows VALUES (1, retry_flaky(%d, '%s')) /* %s */";
  private static TestNode node;

  private static String retry(String match, String parameters) {
    return "{\"match\": \"%s\", \"action\": \"retry\", \"parameters\": {%s}}"
        .formatted(match, parameters);
  }

  @BeforeAll
  static void start() throws IOException {
    node =
        TestNode.start(
            c ->
                c.node("loops", 1)
                    .vdb("pool.size", 3)
                    .vdb("rules", List.of("again"))
                    .rules(
                        "again",
                        retry("by_state", "\"maxRetries\": 3, \"exception\": \"40001\""),
                        retry("by_words", "\"maxRetries\": 3, \"exception\": \"come again\""),
                        retry("any_error", "\"maxRetries\": 2, \"retryDelay\": 20"),
                        retry(
                            "taken",
                            "\"maxRetries\": 100, \"exception\": \"23505\", \"retryDelay\": 50"),
                        retry("careful", "\"maxRetries\": 3"),
                        retry("careless", "\"maxRetries\": 3, \"repeatUncertain\": true")));
    try (RawClient client = RawClient.logIn(node.target())) {
      client.query("CREATE SEQUENCE retry_tries");
      client.query("CREATE TABLE retry_rows (id int PRIMARY KEY, try bigint)");
      client.query(
          "CREATE FUNCTION retry_flaky(n int, state text) RETURNS bigint LANGUAGE plpgsql AS $$"
              + " DECLARE try bigint := nextval('retry_tries'); BEGIN IF try < n THEN"
              + " RAISE EXCEPTION 'come again, %', try USING ERRCODE = state; END IF;"
              + " RETURN try; END $$");
      client.query(
          "CREATE FUNCTION retry_first_sleeps() RETURNS bigint LANGUAGE plpgsql AS $$"
              + " DECLARE try bigint := nextval('retry_tries'); BEGIN IF try = 1 THEN"
              + " PERFORM pg_sleep(60); END IF; RETURN try; END $$");
    }
  }

  @AfterAll
  static void stop() throws IOException {
    node.close();
    try (RawClient client = RawClient.logIn(SharedPostgres.target())) {
      client.query("DROP FUNCTION retry_flaky(int, text), retry_first_sleeps()");
      client.query("DROP TABLE retry_rows");
      client.query("DROP SEQUENCE retry_tries");
    }
  }

  @BeforeEach
  void begin() throws IOException {
    try (RawClient client = RawClient.logIn(SharedPostgres.target())) {
      client.query("ALTER SEQUENCE retry_tries RESTART");
      client.query("TRUNCATE retry_rows");
    }
  }

  private static long tries() {
    return Long.parseLong(
        SharedPostgres.value(
            "SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM retry_tries"));
  }

  @Test
  void theClientSeesOnlyTheTryThatSucceeds() throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      Replies replies = Replies.simple(client, FLAKY.formatted(3, "40001", "by_state"));
      assertThat(replies.types()).isEqualTo("CZ");
      assertThat(replies.tag()).isEqualTo("INSERT 0 1");
      assertThat(client.value("SELECT try FROM retry_rows")).isEqualTo("3");
      assertThat(tries()).isEqualTo(3);
      assertThat(client.value("SELECT 'and on'")).isEqualTo("and on");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "by_state, 40001, 4",
    "by_state, 40P01, 1",
    "by_words, 22000, 4",
    "any_error, 22000, 3",
    "none, 40001, 1"
  })
  void itIsTriedAgainAsOftenAsTheRuleSays(String comment, String state, long expected)
      throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      Replies replies = Replies.simple(client, FLAKY.formatted(99, state, comment));
      assertThat(replies.types()).isEqualTo("EZ");
      assertThat(replies.state()).isEqualTo(state);
      assertThat(tries()).isEqualTo(expected);
      assertThat(client.value("SELECT 'and on'")).isEqualTo("and on");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void insideOfATransactionNothingIsTriedAgain(boolean batch) throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      client.query("BEGIN");
      String sql = FLAKY.formatted(2, "40001", "by_state");
      assertThat((batch ? Replies.batch(client, sql) : Replies.simple(client, sql)).state())
          .isEqualTo("40001");
      assertThat(tries()).isEqualTo(1);
      client.query("ROLLBACK");
    }
  }

  @Test
  void aRowThatIsInTheWayIsWaitedFor() throws IOException {
    try (RawClient client = RawClient.logIn(node.target());
        RawClient other = RawClient.logIn(node.target())) {
      other.query("INSERT INTO retry_rows VALUES (1, 0)");
      client.send(query("INSERT INTO retry_rows VALUES (1, nextval('retry_tries')) /* taken */"));
      Await.until("it was tried more than once", () -> tries() > 2);
      assertThat(client.hasInput()).isFalse();
      other.query("DELETE FROM retry_rows");
      assertThat(new Replies(client.untilReady()).tag()).isEqualTo("INSERT 0 1");
      assertThat(other.value("SELECT count(*) FROM retry_rows WHERE try > 2")).isEqualTo("1");
    }
  }

  private static void endItsServer() {
    Await.until(
        "its server process has ended",
        () ->
            "t"
                .equals(
                    SharedPostgres.value(
                        "SELECT bool_or(pg_terminate_backend(pid)) FROM pg_stat_activity"
                            + " WHERE wait_event = 'PgSleep' AND query LIKE '%retry_first_sleeps%'"
                            + " AND pid <> pg_backend_pid()")));
  }

  private static Replies askAndLose(RawClient client, String sql) throws IOException {
    client.send(query(sql));
    endItsServer();
    return new Replies(client.untilReady());
  }

  @Test
  void aWriteWhoseConnectionWasLostIsRepeatedOnlyIfTheRuleSaysSo() throws IOException {
    String insert = "INSERT INTO retry_rows VALUES (1, retry_first_sleeps()) /* %s */";
    try (RawClient client = RawClient.logIn(node.target())) {
      Replies lost = askAndLose(client, insert.formatted("careful"));
      assertThat(lost.state()).isIn("57P01", "08006");
      assertThat(tries()).isEqualTo(1);
      assertThat(SharedPostgres.value("SELECT count(*) FROM retry_rows")).isEqualTo("0");
    }
    begin();
    try (RawClient client = RawClient.logIn(node.target())) {
      Replies repeated = askAndLose(client, insert.formatted("careless"));
      assertThat(repeated.tag()).isEqualTo("INSERT 0 1");
      assertThat(tries()).isEqualTo(2);
      assertThat(SharedPostgres.value("SELECT try FROM retry_rows")).isEqualTo("2");
      assertThat(client.value("SELECT 'and on'")).isEqualTo("and on");
    }
  }

  @Test
  void queriesAndBatchesAreTriedAgainThoughTheyWereDescribed() throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      String query = "SELECT retry_flaky(3, '40001') /* by_state */";
      Replies simple = Replies.simple(client, query);
      assertThat(simple.types()).isEqualTo("TDCZ");
      begin();
      Replies batch = Replies.batch(client, query);
      assertThat(batch.types()).isEqualTo("12TDCZ");
      begin();
      Replies insert =
          Replies.batch(
              client,
              "INSERT INTO retry_rows VALUES ($1::int, retry_flaky(2, '40001')) /* by_state */",
              "1");
      assertThat(insert.types()).isEqualTo("12nCZ");
      begin();
      Replies givenUp = Replies.batch(client, "SELECT retry_flaky(9, '40001') /* by_state */");
      assertThat(givenUp.types()).isEqualTo("12TEZ");
      assertThat(client.value("SELECT 'in order'")).isEqualTo("in order");
    }
  }

  @Test
  void aNamedStatementIsTriedAgainWithItsParseAndWithout() throws IOException {
    String sql = FLAKY.formatted(3, "40001", "by_state");
    try (RawClient client = RawClient.logIn(node.target())) {
      client.send(all(parse("flaky", sql), bind("", "flaky"), execute("", 0)), sync());
      Replies first = new Replies(client.untilReady());
      assertThat(first.types()).isEqualTo("12CZ");
      assertThat(tries()).isEqualTo(3);
      begin();
      client.send(all(bind("", "flaky"), execute("", 0)), sync());
      assertThat(new Replies(client.untilReady()).types()).isEqualTo("2CZ");
      assertThat(tries()).isEqualTo(3);
      assertThat(client.value("SELECT try FROM retry_rows")).isEqualTo("3");
    }
  }

  @Test
  void aSessionThatHoldsItsConnectionIsServedToo() throws IOException {
    String sql = FLAKY.formatted(3, "40001", "by_state");
    try (RawClient client = RawClient.logIn(node.target())) {
      client.query("CREATE TEMP TABLE retry_pins (a int)");
      String backend = client.value("SELECT pg_backend_pid()");
      assertThat(Replies.simple(client, sql).types()).isEqualTo("CZ");
      assertThat(tries()).isEqualTo(3);
      begin();
      assertThat(Replies.batch(client, sql).types()).isEqualTo("12nCZ");
      assertThat(tries()).isEqualTo(3);
      begin();
      client.send(all(parse("flaky", sql), bind("", "flaky"), execute("", 0)), sync());
      assertThat(new Replies(client.untilReady()).types()).isEqualTo("12CZ");
      begin();
      client.send(all(bind("", "flaky"), execute("", 0)), sync());
      assertThat(new Replies(client.untilReady()).types()).isEqualTo("2CZ");
      assertThat(tries()).isEqualTo(3);
      assertThat(client.value("SELECT pg_backend_pid()")).isEqualTo(backend);
    }
  }

  @Test
  void preparedStatementsOfDriversAreTriedAgain() throws Exception {
    try (Connection connection = node.target().jdbc("prepareThreshold", "1");
        PreparedStatement insert =
            connection.prepareStatement(
                "INSERT INTO retry_rows VALUES (?, retry_flaky(3, '40001')) /* by_state */")) {
      for (int round = 1; round <= 3; round++) {
        begin();
        insert.setInt(1, round);
        assertThat(insert.executeUpdate()).isEqualTo(1);
        assertThat(tries()).isEqualTo(3);
      }
    }
  }
}
