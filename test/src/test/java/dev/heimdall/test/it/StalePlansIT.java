package dev.heimdall.test.it;

import static dev.heimdall.test.fixture.Frontend.all;
import static dev.heimdall.test.fixture.Frontend.bind;
import static dev.heimdall.test.fixture.Frontend.closeStatement;
import static dev.heimdall.test.fixture.Frontend.describeStatement;
import static dev.heimdall.test.fixture.Frontend.execute;
import static dev.heimdall.test.fixture.Frontend.parse;
import static dev.heimdall.test.fixture.Frontend.sync;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Message;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.Target;
import dev.heimdall.test.fixture.TestNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Statements that were prepared before their tables changed, run on a server connection that has
 * never seen them. The expectation is what a client gets that has PostgreSQL for itself.
 */
@Tag("ci")
class StalePlansIT {
  private static TestNode node;

  @BeforeAll
  static void start() {
    node = TestNode.start(c -> c.node("loops", 1).vdb("pool.size", 2));
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  /** How a client prepares a statement and runs it. */
  private enum Way {
    /** Described with the Parse. */
    DESCRIBED {
      @Override
      void prepare(RawClient client, String sql) throws IOException {
        client.send(parse("s", sql), describeStatement("s"), sync());
        client.untilReady();
      }
    },
    PARSED {
      @Override
      void prepare(RawClient client, String sql) throws IOException {
        client.send(parse("s", sql), sync());
        client.untilReady();
      }
    },
    SQL {
      @Override
      void prepare(RawClient client, String sql) throws IOException {
        client.query("PREPARE s AS " + sql);
        client.query("EXECUTE s"); // tells the columns
      }

      @Override
      List<Message> run(RawClient client) throws IOException {
        return client.query("EXECUTE s");
      }
    },
    PARSED_AND_EXECUTED_BY_SQL {
      @Override
      void prepare(RawClient client, String sql) throws IOException {
        client.send(parse("s", sql), sync());
        client.untilReady();
      }

      @Override
      List<Message> run(RawClient client) throws IOException {
        return client.query("EXECUTE s");
      }
    },
    PREPARED_BY_SQL_AND_BOUND {
      @Override
      void prepare(RawClient client, String sql) throws IOException {
        client.query("PREPARE s AS " + sql);
        client.query("EXECUTE s");
      }
    };

    abstract void prepare(RawClient client, String sql) throws IOException;

    List<Message> run(RawClient client) throws IOException {
      client.send(bind("", "s"), execute("", 0), sync());
      return client.untilReady();
    }
  }

  /** What happens between two runs. */
  private interface Scene {
    /**
     * @param client prepares and runs
     * @param other changes tables, by the same target
     */
    List<String> play(RawClient client, RawClient other) throws IOException;
  }

  private static List<String> shown(List<Message> messages) {
    return messages.stream().map(Message::toString).toList();
  }

  /** Past the node. */
  private static void outside(String... statements) throws IOException {
    try (RawClient outside = RawClient.logIn(SharedPostgres.target())) {
      for (String sql : statements) {
        outside.value(sql);
      }
    }
  }

  private static void table() throws IOException {
    outside(
        "DROP TABLE IF EXISTS stale CASCADE",
        "DROP TABLE IF EXISTS stale_log",
        "CREATE TABLE stale (a int, b text)",
        "CREATE TABLE stale_log (a int)",
        "INSERT INTO stale VALUES (1, 'one')",
        "CREATE VIEW stale_view AS SELECT * FROM stale");
  }

  private static List<String> played(Target target, Scene scene) throws IOException {
    table();
    try (RawClient client = RawClient.logIn(target);
        RawClient other = RawClient.logIn(target)) {
      return scene.play(client, other);
    }
  }

  private static List<String> sameAsDirect(Scene scene) throws IOException {
    List<String> expected = played(SharedPostgres.target(), scene);
    assertThat(played(node.target(), scene)).isEqualTo(expected).isNotEmpty();
    return expected;
  }

  /**
   * Runs something while another client has the server connection that was used last: the statement
   * meets the one that lacks it. On a direct connection there is no difference.
   */
  private static List<Message> elsewhere(RawClient other, Way way, RawClient client)
      throws IOException {
    other.query("BEGIN");
    other.value("SELECT 1");
    List<Message> answer = way.run(client);
    other.query("COMMIT");
    return answer;
  }

  @ParameterizedTest
  @EnumSource
  void aStatementWhoseColumnsHaveChangedIsRefused(Way way) throws IOException {
    List<String> messages =
        sameAsDirect(
            (client, other) -> {
              List<Message> seen = new ArrayList<>();
              way.prepare(client, "SELECT * FROM stale");
              other.query("ALTER TABLE stale ADD c text DEFAULT 'new'");
              seen.addAll(elsewhere(other, way, client));
              seen.addAll(way.run(client));
              seen.addAll(elsewhere(other, way, client));
              other.query("ALTER TABLE stale DROP c");
              seen.addAll(elsewhere(other, way, client));
              seen.addAll(way.run(client));
              return shown(seen);
            });
    assertThat(messages.get(0)).contains("C=0A000", "cached plan must not change result type");
    assertThat(messages).contains("DataRow [1, one]");
  }

  @ParameterizedTest
  @CsvSource({
    "ALTER TABLE stale ALTER a TYPE bigint, true",
    "ALTER TABLE stale RENAME b TO c, true",
    "ALTER TABLE stale ALTER b TYPE varchar(7), true",
    "ALTER TABLE stale DROP b, true",
    "CREATE INDEX ON stale (a), false",
    "ALTER TABLE stale ALTER a SET NOT NULL, false",
    "ALTER TABLE stale RENAME TO stale_2; CREATE TABLE stale AS SELECT * FROM stale_2; DROP TABLE stale_2, false"
  })
  void whatCountsIsWhatPostgresCompares(String change, boolean refused) throws IOException {
    List<String> messages =
        sameAsDirect(
            (client, other) -> {
              other.query("DROP VIEW stale_view");
              Way.PARSED.prepare(client, "SELECT * FROM stale");
              assertThat(other.query(change)).noneMatch(m -> m.type() == 'E');
              return shown(elsewhere(other, Way.PARSED, client));
            });
    assertThat(messages.get(0).contains("0A000")).isEqualTo(refused);
  }

  @ParameterizedTest
  @EnumSource
  void aTableThatIsGoneIsTheErrorOfTheServer(Way way) throws IOException {
    for (boolean inTransaction : new boolean[] {false, true}) {
      List<String> messages =
          sameAsDirect(
              (client, other) -> {
                way.prepare(client, "SELECT * FROM stale");
                other.query("DROP TABLE stale CASCADE");
                other.query("BEGIN");
                other.value("SELECT 1");
                List<Message> seen = new ArrayList<>();
                if (inTransaction) {
                  client.query("BEGIN");
                }
                seen.addAll(way.run(client));
                seen.addAll(
                    client.query("ROLLBACK").stream().filter(m -> m.type() != 'N').toList());
                other.query("COMMIT");
                return seen.stream()
                    .map(m -> m.type() == 'E' ? m.sqlState() : m.toString())
                    .toList();
              });
      assertThat(messages.get(0)).isEqualTo("42P01");
    }
  }

  @Test
  void nothingIsCarriedOutByAStatementThatIsRefused() throws IOException {
    sameAsDirect(
        (client, other) -> {
          Way.PARSED.prepare(client, "INSERT INTO stale VALUES (2, 'two') RETURNING *");
          other.query("ALTER TABLE stale ADD c text");
          other.query("BEGIN");
          other.value("SELECT 1");
          client.send(
              parse("log", "INSERT INTO stale_log VALUES (1)"),
              bind("", "log"),
              execute("", 0),
              bind("", "s"),
              execute("", 0),
              bind("", "log"),
              execute("", 0),
              sync(),
              bind("", "log"),
              execute("", 0),
              sync());
          List<Message> seen = new ArrayList<>(client.untilReady());
          seen.addAll(client.untilReady());
          other.query("COMMIT");
          seen.addAll(client.query("SELECT count(*) FROM stale"));
          seen.addAll(client.query("SELECT count(*) FROM stale_log"));
          return shown(seen);
        });
  }

  @ParameterizedTest
  @EnumSource
  void theTransactionOfTheStatementFails(Way way) throws IOException {
    sameAsDirect(
        (client, other) -> {
          way.prepare(client, "SELECT * FROM stale_view");
          other.query("DROP VIEW stale_view");
          other.query("CREATE VIEW stale_view AS SELECT b, a FROM stale");
          other.query("BEGIN");
          other.value("SELECT 1");
          client.query("BEGIN");
          List<Message> seen = new ArrayList<>(way.run(client));
          seen.addAll(client.query("SELECT 1"));
          seen.addAll(client.query("ROLLBACK"));
          other.query("COMMIT");
          return shown(seen);
        });
  }

  @ParameterizedTest
  @EnumSource
  void aChangeInTheClientsOwnTransactionCounts(Way way) throws IOException {
    sameAsDirect(
        (client, other) -> {
          way.prepare(client, "SELECT * FROM stale");
          other.query("BEGIN");
          other.value("SELECT 1");
          client.query("BEGIN");
          client.query("ALTER TABLE stale ADD c text");
          List<Message> seen = new ArrayList<>(way.run(client));
          seen.addAll(client.query("ROLLBACK"));
          seen.addAll(way.run(client));
          other.query("COMMIT");
          seen.addAll(way.run(client));
          return shown(seen);
        });
  }

  @Test
  void whatWasParsedInATransactionThatChangedTablesIsNobodyElses() throws IOException {
    table();
    try (RawClient changing = RawClient.logIn(node.target());
        RawClient client = RawClient.logIn(node.target())) {
      changing.query("BEGIN");
      changing.query("CREATE TEMP TABLE unrelated (a int)");
      changing.query("CREATE SCHEMA stale_schema");
      Way.DESCRIBED.prepare(changing, "SELECT * FROM stale");
      changing.query("SAVEPOINT a");
      Way.DESCRIBED.prepare(client, "SELECT * FROM stale");
      changing.query("ROLLBACK");
      assertThat(shown(Way.DESCRIBED.run(client))).contains("DataRow [1, one]");
      assertThat(shown(Way.DESCRIBED.run(changing))).contains("DataRow [1, one]");
    }
  }

  /** Whichever server connection runs it, with the old plan or without, and whoever noticed. */
  @ParameterizedTest
  @EnumSource
  void aChangeBehindTheNodesBackCounts(Way way) throws IOException {
    Scene noticedByThePlan =
        (client, other) -> {
          way.prepare(client, "SELECT * FROM stale");
          outside("ALTER TABLE stale ADD c text");
          List<Message> seen = new ArrayList<>(way.run(client));
          seen.addAll(elsewhere(other, way, client));
          outside("ALTER TABLE stale DROP c");
          seen.addAll(way.run(client));
          return shown(seen);
        };
    Scene noticedByNobody =
        (client, other) -> {
          way.prepare(client, "SELECT * FROM stale");
          outside("ALTER TABLE stale ADD c text");
          List<Message> seen = new ArrayList<>(elsewhere(other, way, client));
          seen.addAll(way.run(client));
          outside("ALTER TABLE stale DROP c");
          seen.addAll(elsewhere(other, way, client));
          return shown(seen);
        };
    sameAsDirect(noticedByThePlan);
    sameAsDirect(noticedByNobody);
    try (TestNode own =
        TestNode.start(
            c -> c.node("loops", 1).vdb("pool.size", 2).source("catalog.enabled", false))) {
      for (Scene scene : List.of(noticedByThePlan, noticedByNobody)) {
        assertThat(played(own.target(), scene))
            .isEqualTo(played(SharedPostgres.target(), scene))
            .isNotEmpty();
      }
    }
  }

  /** What a server connection has forgotten with DISCARD ALL it is asked for anew. */
  @ParameterizedTest
  @EnumSource
  void aChangeBehindTheNodesBackCountsOnACleanedConnection(Way way) throws IOException {
    try (TestNode own =
        TestNode.start(c -> c.node("loops", 1).vdb("pool.size", 1).vdb("pool.reset", "always"))) {
      Scene scene =
          (client, other) -> {
            way.prepare(client, "SELECT * FROM stale");
            outside("ALTER TABLE stale ADD c text");
            List<Message> seen = new ArrayList<>(way.run(client));
            outside("ALTER TABLE stale DROP c");
            seen.addAll(way.run(client));
            return shown(seen);
          };
      assertThat(played(own.target(), scene))
          .isEqualTo(played(SharedPostgres.target(), scene))
          .isNotEmpty();
    }
  }

  /** A server that lacks the statement is what notices the change. */
  @Test
  void aStatementParsedAnewTellsOfAChangeBehindTheNodesBack() throws IOException {
    table();
    try (RawClient client = RawClient.logIn(node.target());
        RawClient other = RawClient.logIn(node.target())) {
      Way.PARSED.prepare(client, "SELECT * FROM stale");
      outside("ALTER TABLE stale ADD c text");
      assertThat(elsewhere(other, Way.PARSED, client).get(0).sqlState()).isEqualTo("0A000");
      client.send(closeStatement("s"), sync());
      client.untilReady();
      Way.DESCRIBED.prepare(client, "SELECT * FROM stale");
      assertThat(shown(elsewhere(other, Way.PARSED, client))).contains("DataRow [1, one, null]");
      assertThat(shown(Way.PARSED.run(client))).contains("DataRow [1, one, null]");
    }
  }

  /** Both clients have the same text: what the one was told must not be what the other gets. */
  @Test
  void oneTextParsedBeforeAndAfterAChangeBehindTheNodesBackKeepsBothShapesApart()
      throws IOException {
    table();
    try (RawClient early = RawClient.logIn(node.target());
        RawClient late = RawClient.logIn(node.target());
        RawClient other = RawClient.logIn(node.target())) {
      Way.DESCRIBED.prepare(early, "SELECT * FROM stale");
      outside("ALTER TABLE stale ADD c text");
      other.query("BEGIN");
      other.value("SELECT 1");
      late.send(
          parse("s", "SELECT * FROM stale"),
          describeStatement("s"),
          all(bind("", "s"), execute("", 0)),
          sync());
      assertThat(shown(late.untilReady())).contains("DataRow [1, one, null]");
      assertThat(Way.DESCRIBED.run(early).get(0).sqlState()).isEqualTo("0A000");
      assertThat(shown(Way.DESCRIBED.run(late))).contains("DataRow [1, one, null]");
      other.query("COMMIT");
      assertThat(shown(Way.DESCRIBED.run(late))).contains("DataRow [1, one, null]");
      assertThat(Way.DESCRIBED.run(early).get(0).sqlState()).isEqualTo("0A000");
    }
  }

  /** As PostgreSQL, which keeps the types that it found for parameters when it plans anew. */
  @Test
  void parametersKeepTheirTypes() throws IOException {
    List<String> messages =
        sameAsDirect(
            (client, other) -> {
              client.send(
                  parse("s", "SELECT b FROM stale WHERE a = $1"), describeStatement("s"), sync());
              List<Message> seen = new ArrayList<>(client.untilReady());
              other.query("DROP VIEW stale_view");
              other.query("ALTER TABLE stale ALTER a TYPE text");
              other.query("BEGIN");
              other.value("SELECT 1");
              client.send(bind("", "s", "1"), execute("", 0), sync());
              seen.addAll(client.untilReady());
              other.query("COMMIT");
              return seen.stream().map(m -> m.type() == 'E' ? m.sqlState() : m.toString()).toList();
            });
    assertThat(messages).contains("42883");
  }

  @Test
  void aDescribeOfAStatementWhoseColumnsHaveChangedIsRefused() throws IOException {
    sameAsDirect(
        (client, other) -> {
          Way.PARSED.prepare(client, "SELECT * FROM stale");
          other.query("ALTER TABLE stale ADD c text");
          other.query("BEGIN");
          other.value("SELECT 1");
          client.send(describeStatement("s"), sync());
          List<Message> seen = client.untilReady();
          other.query("COMMIT");
          // PostgreSQL has told the parameters before it looks at the plan.
          return shown(seen.stream().filter(m -> m.type() != 't').toList());
        });
  }

  /** Drivers go by it: pgjdbc prepares again when it reads this routine. */
  @Test
  void theErrorNamesTheRoutineOfPostgres() throws IOException {
    sameAsDirect(
        (client, other) -> {
          Way.PARSED.prepare(client, "SELECT * FROM stale");
          other.query("ALTER TABLE stale ADD c text");
          var fields = elsewhere(other, Way.PARSED, client).get(0).fields();
          fields.remove('L');
          return List.of(fields.toString());
        });
  }

  /** What a FETCH returns is up to its cursor, and where that is gone there is none. */
  @ParameterizedTest
  @EnumSource(
      value = Way.class,
      names = {"DESCRIBED", "PARSED"})
  void aPreparedFetchMissesItsCursorWhereverItRuns(Way way) throws IOException {
    sameAsDirect(
        (client, other) -> {
          client.query("DECLARE held CURSOR WITH HOLD FOR SELECT 1 AS a");
          way.prepare(client, "FETCH 1 FROM held");
          List<Message> seen = new ArrayList<>(way.run(client));
          client.query("CLOSE held");
          seen.addAll(elsewhere(other, way, client));
          client.query("DECLARE held CURSOR WITH HOLD FOR SELECT 2 AS a, 3 AS b");
          seen.addAll(way.run(client));
          client.query("CLOSE held");
          return shown(seen);
        });
  }
}
