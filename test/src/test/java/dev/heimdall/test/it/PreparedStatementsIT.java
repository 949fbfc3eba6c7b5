package dev.heimdall.test.it;

import static dev.heimdall.test.fixture.Frontend.all;
import static dev.heimdall.test.fixture.Frontend.bind;
import static dev.heimdall.test.fixture.Frontend.closeStatement;
import static dev.heimdall.test.fixture.Frontend.describeStatement;
import static dev.heimdall.test.fixture.Frontend.execute;
import static dev.heimdall.test.fixture.Frontend.message;
import static dev.heimdall.test.fixture.Frontend.parse;
import static dev.heimdall.test.fixture.Frontend.query;
import static dev.heimdall.test.fixture.Frontend.statement;
import static dev.heimdall.test.fixture.Frontend.sync;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Comparison;
import dev.heimdall.test.fixture.Message;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.TestNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Prepared statements of clients that share server connections, in all ways of anonymous ones. */
@ParameterizedClass(name = "anonymousParse {0}")
@ValueSource(strings = {"auto", "forward", "cache"})
class PreparedStatementsIT {
  private static TestNode node;

  @Parameter String anonymousParse;

  @BeforeParameterizedClassInvocation
  static void start(String anonymousParse) {
    node =
        TestNode.start(
            c ->
                c.vdb("pool.size", 3)
                    .vdb("prepared.perServer", 5)
                    .vdb("prepared.anonymousParse", anonymousParse));
  }

  @AfterParameterizedClassInvocation
  static void stop() {
    node.close();
  }

  private static byte[] executed(String name, String... parameters) {
    return all(bind("", name, parameters), execute("", 0), sync());
  }

  private static String resultOf(RawClient client, byte[] batch) throws IOException {
    client.send(batch);
    String result = null;
    for (Message message : client.untilReady()) {
      if (message.type() == 'D') {
        result = message.columns().get(0);
      } else if (message.type() == 'E') {
        throw new AssertionError(message.toString());
      }
    }
    return result;
  }

  /** Takes server connections away, so that the next statement goes to another one. */
  private static RawClient occupying() throws IOException {
    RawClient client = RawClient.logIn(node.target());
    client.query("BEGIN");
    client.value("SELECT 1");
    return client;
  }

  @Test
  void aNameIsThereOnEveryServerConnection() throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      Set<String> servers = new HashSet<>();
      client.send(parse("everywhere", "SELECT $1::text || pg_backend_pid()"), sync());
      client.untilReady();
      // Which connection another client takes is the pool's choice.
      Await.until(
          "it has run on each of the three",
          () -> {
            servers.add(resultOf(client, executed("everywhere", "a")));
            try (RawClient first = occupying()) {
              servers.add(resultOf(client, executed("everywhere", "a")));
              try (RawClient second = occupying()) {
                servers.add(resultOf(client, executed("everywhere", "a")));
                second.query("COMMIT");
              }
              first.query("COMMIT");
            }
            return servers.size() == 3;
          });
    }
  }

  @Test
  void aCloseThatAnErrorSkippedLeavesTheName() throws IOException {
    Comparison.sameAsDirect(
        node.target(),
        client -> {
          client.send(parse("kept", "SELECT 'kept'"), sync());
          client.untilReady();
          client.send(
              statement("SELECT 1/0"),
              closeStatement("kept"),
              parse("kept", "SELECT 'another'"),
              parse("fresh", "SELECT 'fresh'"),
              closeStatement("fresh"),
              sync());
          client.untilReady();
          client.send(executed("kept"));
          client.untilReady();
          client.send(executed("fresh"));
          client.untilReady();
          client.send(closeStatement("kept"), statement("SELECT 1/0"), sync());
          client.untilReady();
          client.send(executed("kept"));
          client.untilReady();
        });
  }

  @Test
  void aBatchThatOnlyClosesStatementsNeedsNoServer() throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      client.send(parse("s", "SELECT 's'"), parse("t", "SELECT 't'"), sync());
      client.untilReady();
      try (RawClient first = occupying();
          RawClient second = occupying();
          RawClient third = occupying()) {
        client.send(closeStatement("s"), closeStatement("unknown"), sync());
        assertThat(client.untilReady())
            .hasToString("[CloseComplete, CloseComplete, ReadyForQuery I]");
        for (RawClient each : List.of(first, second, third)) {
          each.query("COMMIT");
        }
      }
      assertThat(resultOf(client, executed("t"))).isEqualTo("t");
      client.send(executed("s"));
      assertThat(client.untilReady().toString()).contains("26000");
    }
  }

  @ParameterizedTest
  @ValueSource(chars = {'C', 'D'})
  void aNameWithoutItsEndIsNotTakenForAnother(char type) throws IOException {
    for (String body : List.of("Ss!", "Ss\0!", "Ss\0\0")) {
      try (RawClient client = RawClient.logIn(node.target())) {
        client.send(parse("s", "SELECT 's'"), sync());
        client.untilReady();
        client.send(message(type, body.getBytes(StandardCharsets.US_ASCII)), sync());
        assertThat(client.untilClosed()).last().extracting(Message::sqlState).isEqualTo("08P01");
      }
    }
  }

  @Test
  void oneNameMeansSomethingElseToEachClient() throws IOException {
    try (RawClient one = RawClient.logIn(node.target());
        RawClient two = RawClient.logIn(node.target())) {
      one.send(parse("S_1", "SELECT 'one'"), sync());
      two.send(parse("S_1", "SELECT 'two'"), sync());
      one.untilReady();
      two.untilReady();
      for (int i = 0; i < 5; i++) {
        assertThat(resultOf(one, executed("S_1"))).isEqualTo("one");
        assertThat(resultOf(two, executed("S_1"))).isEqualTo("two");
      }
      two.send(closeStatement("S_1"), sync());
      two.untilReady();
      assertThat(resultOf(one, executed("S_1"))).isEqualTo("one");
    }
  }

  @Test
  void moreStatementsThanAServerKeepsAllWork() throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      for (int i = 0; i < 20; i++) {
        client.send(parse("many" + i, "SELECT 'number " + i + "'"), sync());
        client.untilReady();
      }
      for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 20; i++) {
          assertThat(resultOf(client, executed("many" + i))).isEqualTo("number " + i);
        }
      }
      byte[][] batch = new byte[21][];
      for (int i = 0; i < 20; i++) {
        batch[i] = all(bind("", "many" + i), execute("", 0));
      }
      batch[20] = sync();
      client.send(batch);
      assertThat(client.untilReady().stream().filter(m -> m.type() == 'D')).hasSize(20);
      assertThat(
              client.value(
                  "SELECT count(*) <= 5 FROM pg_prepared_statements WHERE name LIKE 'hd%'"))
          .isEqualTo("t");
    }
  }

  @Test
  void aFailedParseLeavesItsNameFree() throws IOException {
    Comparison.sameAsDirect(
        node.target(),
        client -> {
          client.send(parse("name", "SELEC 1"), sync());
          client.untilReady();
          client.send(executed("name"));
          client.untilReady();
          client.send(parse("name", "SELECT 'now'"), sync());
          client.untilReady();
          client.send(executed("name"));
          client.untilReady();
        });
  }

  /** The server knows the text already, from another client: no Parse of it is sent. */
  @Test
  void aParseThatAnErrorSkippedLeavesItsNameFree() throws IOException {
    try (RawClient other = RawClient.logIn(node.target());
        RawClient client = RawClient.logIn(node.target())) {
      other.send(parse("shared", "SELECT 'shared text'"), sync());
      other.untilReady();
      client.send(statement("SELECT 1/0"), parse("mine", "SELECT 'shared text'"), sync());
      client.untilReady();
      client.send(executed("mine"));
      assertThat(client.receive().sqlState()).isEqualTo("26000");
      client.untilReady();
      client.send(parse("mine", "SELECT 'shared text'"), sync());
      assertThat(client.untilReady()).extracting(Message::type).containsExactly('1', 'Z');
      assertThat(resultOf(client, executed("mine"))).isEqualTo("shared text");
    }
  }

  @Test
  void aNameIsTakenUntilItIsClosed() throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      client.send(parse("taken", "SELECT 'first'"), sync());
      client.untilReady();
      client.send(parse("taken", "SELECT 'second'"), sync());
      assertThat(client.receive().sqlState()).isEqualTo("42P05");
      client.untilReady();
      assertThat(resultOf(client, executed("taken"))).isEqualTo("first");
      client.send(closeStatement("taken"), parse("taken", "SELECT 'third'"), sync());
      assertThat(client.untilReady()).extracting(Message::type).containsExactly('3', '1', 'Z');
      assertThat(resultOf(client, executed("taken"))).isEqualTo("third");
    }
  }

  @Test
  void aNameThatIsTakenIsRefusedByThatName() throws IOException {
    Comparison.sameAsDirect(
        node.target(),
        client -> {
          for (String name : List.of("one", "two", "ż")) {
            client.send(parse(name, "SELECT 1"), sync());
            client.untilReady();
          }
          client.send(parse("two", "SELECT 2"), parse("one", "SELECT 2"), sync());
          client.untilReady();
          client.send(parse("ż", "SELECT 2"), sync(), parse("one", "SELECT 2"), sync());
          client.untilReady();
          client.untilReady();
        });
  }

  @Test
  void nothingIsPreparedInAFailedTransaction() throws IOException {
    Comparison.sameAsDirect(
        node.target(),
        client -> {
          client.send(parse("before", "SELECT 'known'"), sync());
          client.untilReady();
          client.query("BEGIN");
          client.query("SELECT 1/0");
          client.send(parse("after", "SELECT 'known'"), describeStatement("after"), sync());
          client.untilReady();
          client.query("ROLLBACK");
          client.send(executed("after"));
          client.untilReady();
          client.send(executed("before"));
          client.untilReady();
          client.send(parse("after", "SELECT 'known'"), describeStatement("after"), sync());
          client.untilReady();
          client.send(executed("after"));
          client.untilReady();
        });
  }

  @Test
  void anUnknownNameIsUnknown() throws IOException {
    Comparison.sameAsDirect(
        node.target(),
        client -> {
          client.send(executed("unknown"));
          client.untilReady();
          client.send(describeStatement("unknown"), sync());
          client.untilReady();
          client.query("EXECUTE unknown");
          client.query("DEALLOCATE unknown");
        });
  }

  @Test
  void namesLikeTheNodesOwnReachNobodyElsesStatement() throws IOException {
    try (RawClient owner = RawClient.logIn(node.target());
        RawClient stranger = RawClient.logIn(node.target())) {
      owner.send(parse("mine", "SELECT 'secret'"), sync());
      owner.untilReady();
      assertThat(resultOf(owner, executed("mine"))).isEqualTo("secret");
      for (int i = 0; i < 12; i++) {
        for (String name : List.of("hd_" + i, "hd_0_" + i, "hd_1_" + i)) {
          stranger.send(executed(name));
          assertThat(stranger.receive().sqlState()).isEqualTo("26000");
          stranger.untilReady();
          stranger.send(describeStatement(name), sync());
          assertThat(stranger.receive().sqlState()).isEqualTo("26000");
          stranger.untilReady();
          for (String sql :
              List.of(
                  "EXECUTE " + name,
                  "EXPLAIN EXECUTE " + name,
                  "SELECT 1; EXECUTE " + name,
                  "DEALLOCATE " + name,
                  "BEGIN; DEALLOCATE " + name)) {
            assertThat(stranger.query(sql)).as(sql).anyMatch(m -> m.type() == 'E');
          }
          stranger.query("ROLLBACK");
          stranger.query("BEGIN");
          stranger.query("DEALLOCATE " + name);
          stranger.query("ROLLBACK");
          stranger.send(statement("EXECUTE " + name), sync());
          assertThat(stranger.untilReady()).anyMatch(m -> m.type() == 'E');
        }
      }
      stranger.send(parse("hd_0_1", "SELECT 'own'"), sync());
      stranger.untilReady();
      assertThat(resultOf(stranger, executed("hd_0_1"))).isEqualTo("own");
      stranger.query("DEALLOCATE ALL");
      assertThat(owner.value("EXECUTE mine")).isEqualTo("secret");
      assertThat(resultOf(owner, executed("mine"))).isEqualTo("secret");
    }
  }

  @Test
  void sqlAndProtocolShareTheNames() throws IOException {
    Comparison.sameAsDirect(
        node.target(),
        client -> {
          client.query("PREPARE by_sql (int) AS SELECT $1 + 1");
          client.query("EXECUTE by_sql(41)");
          client.query("EXPLAIN (COSTS OFF) EXECUTE by_sql(1)");
          client.send(executed("by_sql", "1"));
          client.untilReady();
          client.query("PREPARE by_sql AS SELECT 1");
          client.query("DEALLOCATE by_sql");
          client.query("EXECUTE by_sql(1)");
          client.send(parse("by_protocol", "SELECT $1::text || '!'"), sync());
          client.untilReady();
          client.query("EXECUTE by_protocol('hello')");
          client.query("DEALLOCATE PREPARE by_protocol");
          client.send(executed("by_protocol", "x"));
          client.untilReady();
          client.query("BEGIN");
          client.query("PREPARE in_tx AS SELECT 'survives a rollback'");
          client.query("ROLLBACK");
          client.query("EXECUTE in_tx");
          client.query("DEALLOCATE ALL");
          client.query("EXECUTE in_tx");
        });
  }

  @Test
  void aFailedPrepareLeavesItsNameFreeAndASuccessfulOneTakesIt() throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      assertThat(client.query("PREPARE p AS SELECT nothing FROM nowhere").get(0).sqlState())
          .isEqualTo("42P01");
      assertThat(client.query("PREPARE p AS SELECT 'mended'").get(0).text()).isEqualTo("PREPARE");
      assertThat(client.query("PREPARE p AS SELECT 'again'").get(0).sqlState()).isEqualTo("42P05");
      assertThat(client.value("EXECUTE p")).isEqualTo("mended");
    }
  }

  @Test
  void aPreparedStatementOfSqlIsThereOnEveryServerConnection() throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      client.query("PREPARE everywhere (text) AS SELECT $1 || pg_backend_pid()");
      String here = client.value("EXECUTE everywhere('a')");
      try (RawClient other = occupying()) {
        String elsewhere = client.value("EXECUTE everywhere('a')");
        assertThat(elsewhere).isNotEqualTo(here).startsWith("a");
        other.query("COMMIT");
      }
      client.query("DEALLOCATE everywhere");
      assertThat(client.query("EXECUTE everywhere('a')").get(0).sqlState()).isEqualTo("26000");
    }
  }

  @Test
  void theUnnamedStatementSurvivesAChangeOfTheServerConnection() throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      client.send(parse("", "SELECT $1::text"), sync());
      client.untilReady();
      assertThat(resultOf(client, executed("", "first"))).isEqualTo("first");
      try (RawClient other = occupying()) {
        assertThat(resultOf(client, executed("", "second"))).isEqualTo("second");
        other.query("COMMIT");
      }
      try (RawClient other = RawClient.logIn(node.target())) {
        other.send(parse("", "SELECT 'not mine'"), sync());
        other.untilReady();
      }
      client.send(describeStatement(""), sync());
      assertThat(client.untilReady()).extracting(Message::type).containsExactly('t', 'T', 'Z');
      assertThat(resultOf(client, executed("", "third"))).isEqualTo("third");
    }
  }

  @Test
  void afterAChangeOfTheTableANewParseWorks() throws IOException {
    List<String> before =
        List.of(
            "DROP TABLE IF EXISTS altered",
            "CREATE TABLE altered (a int)",
            "INSERT INTO altered VALUES (1)");
    Comparison.sameAsDirect(
        node.target(),
        before,
        client -> {
          client.send(parse("all", "SELECT * FROM altered"), sync());
          client.untilReady();
          client.send(executed("all"));
          client.untilReady();
          client.query("ALTER TABLE altered ADD COLUMN b text DEFAULT 'new'");
          client.send(closeStatement("all"), parse("all", "SELECT * FROM altered"), sync());
          client.untilReady();
          client.send(executed("all"));
          client.untilReady();
        });
  }

  @Test
  void anotherClientMayParseTheSameTextAfterAChangeByAStranger() throws IOException {
    try (RawClient setup = RawClient.logIn(SharedPostgres.target());
        RawClient one = RawClient.logIn(node.target());
        RawClient two = RawClient.logIn(node.target())) {
      setup.query("DROP TABLE IF EXISTS altered_outside");
      setup.query("CREATE TABLE altered_outside (a int)");
      setup.query("INSERT INTO altered_outside VALUES (7)");
      one.send(parse("p", "SELECT * FROM altered_outside"), executed("p"));
      one.untilReady();
      setup.query("ALTER TABLE altered_outside ALTER COLUMN a TYPE text");
      one.send(executed("p"));
      List<Message> refused = one.untilReady();
      assertThat(refused).anyMatch(m -> m.type() == 'E' && m.sqlState().equals("0A000"));
      // As against a server: the client closes its statement and prepares it again.
      one.send(closeStatement("p"), parse("p", "SELECT * FROM altered_outside"), sync());
      one.untilReady();
      assertThat(resultOf(one, executed("p"))).isEqualTo("7");
      two.send(parse("q", "SELECT * FROM altered_outside"), describeStatement("q"), sync());
      assertThat(two.untilReady().toString()).contains("a:25");
      assertThat(resultOf(two, executed("q"))).isEqualTo("7");
    }
  }

  @Test
  void discardAllForgetsEveryStatement() throws IOException {
    Comparison.sameAsDirect(
        node.target(),
        client -> {
          client.send(parse("gone", "SELECT 1"), sync());
          client.untilReady();
          client.query("DISCARD ALL");
          client.send(executed("gone"));
          client.untilReady();
          client.send(parse("gone", "SELECT 'again'"), sync());
          client.untilReady();
          client.send(executed("gone"));
          client.untilReady();
        });
  }

  @Test
  void whatAServerLostToDiscardPlansOrDeallocateAllOfAnotherIsPreparedAgain() throws IOException {
    try (RawClient one = RawClient.logIn(node.target());
        RawClient two = RawClient.logIn(node.target())) {
      one.send(parse("kept", "SELECT 'kept'"), sync());
      one.untilReady();
      for (String sql :
          List.of(
              "DEALLOCATE ALL", "DISCARD ALL", "BEGIN; DEALLOCATE ALL; COMMIT", "DISCARD PLANS")) {
        two.query(sql);
        assertThat(resultOf(one, executed("kept"))).as(sql).isEqualTo("kept");
      }
    }
  }

  @Test
  void searchPathAndTypesBelongToTheStatement() throws IOException {
    try (RawClient setup = RawClient.logIn(SharedPostgres.target());
        RawClient blue = RawClient.logIn(node.target(), "search_path", "blue");
        RawClient red = RawClient.logIn(node.target(), "search_path", "red")) {
      for (String schema : List.of("blue", "red")) {
        setup.query("DROP SCHEMA IF EXISTS " + schema + " CASCADE");
        setup.query("CREATE SCHEMA " + schema);
        setup.query(
            "CREATE TABLE %s.colour AS SELECT '%s'::text AS name".formatted(schema, schema));
      }
      for (int i = 0; i < 3; i++) {
        for (RawClient client : List.of(blue, red)) {
          if (i == 0) {
            client.send(parse("colour", "SELECT name FROM colour"), sync());
            client.untilReady();
          }
        }
        assertThat(resultOf(blue, executed("colour"))).isEqualTo("blue");
        assertThat(resultOf(red, executed("colour"))).isEqualTo("red");
      }
      red.send(query("SET search_path = blue"));
      red.untilReady();
      assertThat(resultOf(red, executed("colour"))).isEqualTo("blue");
      assertThat(resultOf(blue, executed("colour"))).isEqualTo("blue");
    }
  }

  @Test
  void theUnnamedStatementOfAnotherClientIsNobodyElses() throws IOException {
    try (RawClient other = RawClient.logIn(node.target());
        RawClient client = RawClient.logIn(node.target())) {
      for (int i = 0; i < 4; i++) {
        other.send(parse("", "SELECT 'theirs'"), sync());
        other.untilReady();
        client.send(executed(""));
        assertThat(client.receive().sqlState()).isEqualTo("26000");
        client.untilReady();
        client.send(describeStatement(""), sync());
        assertThat(client.receive().sqlState()).isEqualTo("26000");
        client.untilReady();
        client.send(statement("SELECT 1/0"), parse("", "SELECT 'skipped'"), sync(), executed(""));
        client.untilReady();
        assertThat(client.untilReady()).noneMatch(m -> m.type() == 'D');
        client.send(closeStatement(""), sync()); // what was skipped has left the one before
        client.untilReady();
      }
    }
  }

  /** The second batch is on its way before the first one's error is known. */
  @Test
  void aBatchBehindAFailedOneFindsItsStatement() throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      for (String name : List.of("one", "two")) {
        client.send(parse(name, "SELECT 'behind " + name + "'"), sync());
        client.untilReady();
      }
      try (RawClient first = occupying();
          RawClient second = occupying()) {
        for (String name : List.of("one", "two")) {
          client.send(
              statement("SELECT 1/0"), bind("", name), execute("", 0), sync(), executed(name));
          client.untilReady();
          assertThat(client.untilReady()).anyMatch(m -> m.type() == 'D');
        }
        first.query("COMMIT");
        second.query("COMMIT");
      }
    }
  }
}
