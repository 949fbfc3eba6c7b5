package dev.heimdall.test.it;

import static dev.heimdall.test.fixture.Frontend.bind;
import static dev.heimdall.test.fixture.Frontend.describePortal;
import static dev.heimdall.test.fixture.Frontend.execute;
import static dev.heimdall.test.fixture.Frontend.parse;
import static dev.heimdall.test.fixture.Frontend.statement;
import static dev.heimdall.test.fixture.Frontend.sync;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Comparison;
import dev.heimdall.test.fixture.Message;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.TestNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What the server could not make sense of has changed nothing, and pins nobody. */
class RejectedTextsIT {
  private static final List<String> WRONG =
      List.of(
          "udpate t set a = 1",
          "helo",
          "selct",
          "use x",
          "exit",
          "desc t",
          "{}",
          "select 'abc",
          "select \"abc",
          "/* abc",
          "select $$abc",
          "DISCARD everything",
          "LOAD plpgsql",
          "SELECT pg_advisory_lock(1",
          "SELECT pg_advisory_lock(1) FROM there_is_no_such_table",
          "SELECT pg_advisory_lock(1), there_is_no_such_function()",
          "INSERT INTO there_is_no_such_table VALUES (pg_advisory_lock(1)::text)",
          "SELECT setseed(0.5) LIMIT 1, 2",
          "SELECT set_config('a' || 'b', 'c', false",
          "SELECT 1; selct",
          "SELECT 1; PREPARE rejected AS selct",
          "PREPARE rejected AS selct",
          "DECLARE rejected CURSOR WITH HOLD FOR selct",
          "DO $$ BEGIN selct 1; END $$",
          "DO $$ BEGIN PERFORM pg_advisory_lock(1) $$");

  private static TestNode node;

  @BeforeAll
  static void start() {
    node = TestNode.start(c -> c.vdb("pool.size", 2));
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  private static String pin(RawClient client) {
    return node.clients().stream()
        .filter(row -> row.get("id").equals(Integer.toString(client.processId())))
        .map(row -> String.valueOf(row.get("pin_reason")))
        .findFirst()
        .orElse("not there");
  }

  /** How clients send a text. */
  private interface Way {
    void send(RawClient client, String sql) throws IOException;
  }

  private static void assertPinsNobody(String name, Way way) throws IOException {
    List<String> pinned = new ArrayList<>();
    for (String sql : WRONG) {
      try (RawClient client = RawClient.logIn(node.target())) {
        way.send(client, sql);
        String pin = pin(client);
        if (!pin.equals("null")) {
          pinned.add(name + " of " + sql + ": " + pin);
        }
      }
    }
    assertThat(pinned).isEmpty();
  }

  private static void untilReady(RawClient client, byte[]... messages) throws IOException {
    client.send(messages);
    List<Message> answer = client.untilReady();
    assertThat(Message.errorIn(answer)).as("%s", answer).isNotNull();
  }

  @Test
  void asQuery() throws IOException {
    assertPinsNobody("Query", (client, sql) -> client.query(sql));
  }

  @Test
  void asStatement() throws IOException {
    assertPinsNobody("Parse", (client, sql) -> untilReady(client, statement(sql), sync()));
  }

  @Test
  void asNamedStatement() throws IOException {
    assertPinsNobody(
        "named Parse",
        (client, sql) ->
            untilReady(
                client,
                parse("named", sql),
                bind("", "named"),
                describePortal(""),
                execute("", 0),
                sync()));
  }

  @Test
  void behindStatementsThatHaveRun() throws IOException {
    assertPinsNobody(
        "Parse behind another statement",
        (client, sql) -> untilReady(client, statement("SELECT 1"), statement(sql), sync()));
    assertPinsNobody(
        "Parse behind another statement in a transaction",
        (client, sql) -> {
          client.query("BEGIN");
          untilReady(client, statement("SELECT 1"), statement(sql), sync());
          client.query("ROLLBACK");
        });
    assertPinsNobody(
        "Parse behind a named statement",
        (client, sql) ->
            untilReady(
                client,
                parse("named", "SELECT 1"),
                bind("", "named"),
                execute("", 0),
                bind("", "named"),
                execute("", 0),
                parse("wrong", sql),
                bind("", "wrong"),
                execute("", 0),
                sync()));
  }

  /** The server reads the whole text before it runs the first of its statements. */
  @Test
  void inTheTextOfOthers() throws IOException {
    for (String text :
        List.of("SELECT 1; %s", "%s; SELECT 1", "SELECT 1; SELECT 2; %s; SELECT 3")) {
      assertPinsNobody(
          text,
          (client, sql) -> {
            if (!sql.contains("there_is_no_such") && !sql.startsWith("DO ")) {
              client.query(text.formatted(sql));
            }
          });
    }
  }

  /** Those behind an error are skipped. */
  @Test
  void whatAnErrorSkipsPinsNobody() throws IOException {
    List<String> skipped =
        List.of(
            "SELECT pg_advisory_lock(74)",
            "LISTEN rejected",
            "CREATE TEMP TABLE rejected (a int)",
            "SELECT nextval('rejected')",
            "udpate t set a = 1",
            "LOAD 'plpgsql'",
            "DECLARE rejected CURSOR WITH HOLD FOR SELECT 1");
    List<String> pinned = new ArrayList<>();
    for (String sql : skipped) {
      try (RawClient client = RawClient.logIn(node.target())) {
        untilReady(client, statement("SELECT 1/0"), statement(sql), sync());
        String pin = pin(client);
        if (!pin.equals("null")) {
          pinned.add(sql + ": " + pin);
        }
      }
    }
    assertThat(pinned).isEmpty();
  }

  @Test
  void whatHasRunAheadOfAWrongStatementStays() throws IOException {
    try (RawClient client = RawClient.logIn(node.target());
        RawClient other = RawClient.logIn(node.target())) {
      untilReady(
          client,
          statement("SELECT pg_advisory_lock(75)"),
          statement("udpate t set a = 1"),
          sync());
      assertThat(pin(client)).contains("advisory lock");
      assertThat(other.value("SELECT pg_try_advisory_lock(75)")).isEqualTo("f");
    }
  }

  /** Each statement of a text is analysed when those ahead of it have run. */
  @Test
  void whatHasRunAheadOfAWrongStatementOfItsTextStays() throws IOException {
    for (String wrong : List.of("SELECT 1 FROM there_is_no_such_table", "SELECT 1/0")) {
      try (RawClient client = RawClient.logIn(node.target());
          RawClient other = RawClient.logIn(node.target())) {
        client.query("SELECT 1; SELECT pg_advisory_lock(75); " + wrong + "; SELECT 2");
        assertThat(pin(client)).as(wrong).contains("advisory lock");
        assertThat(other.value("SELECT pg_try_advisory_lock(75)")).isEqualTo("f");
      }
    }
  }

  @Test
  void whatIsBehindAFailedStatementOfItsTextPinsNobody() throws IOException {
    List<String> pinned = new ArrayList<>();
    for (String sql :
        List.of(
            "SELECT 1/0; SELECT pg_advisory_lock(74)",
            "SELECT 1; SELECT 1/0; SELECT pg_advisory_lock(74); SELECT 2",
            "CREATE TEMP TABLE undone (a int); SELECT 1/0; LOAD 'plpgsql'",
            "SELECT 1; SELECT pg_advisory_lock(74) FROM there_is_no_such_table",
            "; SELECT 1;; SELECT 1/0; SELECT set_config('a.b' || 'c', 'd', false)",
            "SET work_mem = '5MB'; SELECT pg_advisory_lock(74), there_is_no_such_column")) {
      for (boolean inside : List.of(false, true)) {
        try (RawClient client = RawClient.logIn(node.target())) {
          if (inside) {
            client.query("BEGIN");
          }
          client.query(sql);
          if (inside) {
            client.query("ROLLBACK");
          }
          String pin = pin(client);
          if (!pin.equals("null")) {
            pinned.add(sql + (inside ? " in a transaction: " : ": ") + pin);
          }
        }
      }
    }
    assertThat(pinned).isEmpty();
  }

  @Test
  void whatATextHasCommittedAheadOfItsFailedStatementStays() throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      client.query("BEGIN; CREATE TEMP TABLE kept (a int); COMMIT; SELECT 1/0");
      assertThat(pin(client)).contains("temporary table");
      client.query("BEGIN; DROP TABLE kept; COMMIT; SELECT 1 FROM there_is_no_such_table");
      client.query("BEGIN; CREATE TEMP TABLE kept (a int); COMMIT; SELECT * FROM nowhere");
      assertThat(pin(client)).contains("temporary table");
    }
  }

  @Test
  void inATransaction() throws IOException {
    assertPinsNobody(
        "Query in a transaction",
        (client, sql) -> {
          client.query("BEGIN");
          client.query(sql);
          client.query("ROLLBACK");
        });
    assertPinsNobody(
        "Parse in a transaction",
        (client, sql) -> {
          client.query("BEGIN");
          untilReady(client, statement(sql), sync());
          client.query("ROLLBACK");
        });
  }

  @Test
  void anotherClientGetsTheConnections() throws IOException {
    try (RawClient one = RawClient.logIn(node.target());
        RawClient two = RawClient.logIn(node.target());
        RawClient three = RawClient.logIn(node.target())) {
      one.query("udpate t set a = 1");
      two.query("helo");
      assertThat(three.value("SELECT 3")).isEqualTo("3");
    }
  }

  @Test
  void theirAnswersAreTheServers() throws IOException {
    Comparison.sameAsDirect(
        node.target(),
        client -> {
          for (String sql : WRONG) {
            client.query(sql);
            client.query("BEGIN");
            client.query(sql);
            client.query("ROLLBACK");
          }
          client.query("EXECUTE rejected");
        });
  }

  /** The same error comes from code that has run; its lock is there. */
  @Test
  void aFunctionThatRaisesTheSameKeepsWhatItsStatementHasDone() throws IOException {
    List<String> functions =
        List.of(
            "plpgsql AS $f$ BEGIN EXECUTE 'selct'; END $f$",
            "plpgsql AS $f$ BEGIN RAISE EXCEPTION 'syntax error at or near \"x\"'"
                + " USING ERRCODE = '42601'; END $f$",
            "plpgsql AS $f$ BEGIN BEGIN EXECUTE 'selct'; EXCEPTION WHEN OTHERS THEN RAISE; END;"
                + " END $f$",
            "plpgsql AS 'BEGIN selct; END'",
            "plpgsql AS 'BEGIN'",
            "sql AS 'SELECT xmlelement(name a, query_to_xml(''selct'', true, true, '''')) IS NULL'",
            "sql VOLATILE AS 'SELECT 1; selct'");
    List<String> statements =
        List.of(
            "SELECT pg_advisory_lock(73), rejecting()",
            "INSERT INTO rejections SELECT rejecting() FROM (SELECT pg_advisory_lock(73)) AS l"
                + " WHERE 'BEGIN selct; END' <> 'BEGIN'",
            "SELECT pg_advisory_lock(73); SELECT rejecting()",
            "SELECT pg_advisory_lock(73); DO 'BEGIN selct; END'",
            "SELECT pg_advisory_lock(73); SELECT nothing FROM there_is_no_such_table");
    try (RawClient setup = RawClient.logIn(node.target());
        RawClient other = RawClient.logIn(node.target())) {
      setup.query("DROP FUNCTION IF EXISTS rejecting()");
      setup.query("CREATE TABLE IF NOT EXISTS rejections (a bool)");
      List<String> lost = new ArrayList<>();
      for (String function : functions) {
        setup.query("BEGIN; SET LOCAL check_function_bodies = off");
        assertThat(
                Message.errorIn(
                    setup.query(
                        "CREATE OR REPLACE FUNCTION rejecting() RETURNS bool LANGUAGE "
                            + function)))
            .isNull();
        setup.query("COMMIT");
        for (String sql : statements) {
          try (RawClient client = RawClient.logIn(node.target())) {
            assertThat(Message.errorIn(client.query(sql))).isNotNull();
            boolean locked =
                other
                    .value("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")
                    .equals("1");
            String pin = pin(client);
            if (locked && !pin.contains("advisory lock")) {
              lost.add(function + ": " + sql + ": " + pin);
            }
          }
          Await.until(
              "the lock is released",
              () -> other.value("SELECT pg_try_advisory_xact_lock(73)").equals("t"));
        }
      }
      setup.query("DROP FUNCTION rejecting(); DROP TABLE rejections");
      assertThat(lost).isEmpty();
    }
  }
}
