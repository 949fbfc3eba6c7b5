package dev.heimdall.test.it;

import static dev.heimdall.test.fixture.Frontend.all;
import static dev.heimdall.test.fixture.Frontend.bind;
import static dev.heimdall.test.fixture.Frontend.execute;
import static dev.heimdall.test.fixture.Frontend.parse;
import static dev.heimdall.test.fixture.Frontend.query;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * One text that means another table in the middle of a transaction, however that came about, and
 * however the text is prepared: what is stored and what is answered is what PostgreSQL itself
 * stores and answers. In {@code one} the column is a number, elsewhere it is a text, so that what
 * is prepared for the wrong table stores 7 for 007.
 */
@Tag("ci")
class MovingNamesIT {
  /** Another one for each scene, because the tables are made anew behind the nodes' back. */
  private static String text;

  private static int scenes;

  private static TestNode twoLoops;
  private static TestNode session;
  private static TestNode withoutCatalogue;

  /** What makes names mean something else, in a transaction in which they meant {@code one}. */
  enum Move {
    SET_LOCAL("SET LOCAL search_path = two"),
    SET("SET search_path = two"),
    SET_SCHEMA("SET LOCAL SCHEMA 'two'"),
    SET_CONFIG_LOCAL("SELECT set_config('search_path', 'two', true)"),
    SET_CONFIG("SELECT set_config('search_path', 'two', false)"),
    SET_CONFIG_COMPUTED("SELECT set_config('search' || '_path', 'two', true)"),
    SET_ROLE("SET search_path = \"$user\", one", "SET ROLE two"),
    SET_LOCAL_ROLE("SET search_path = \"$user\", one", "SET LOCAL ROLE two"),
    TEMPORARY_TABLE("CREATE TEMP TABLE moved (v text)"),
    TEMPORARY_TABLE_OF_TRANSACTION("CREATE TEMP TABLE moved (v text) ON COMMIT DROP"),
    BLOCK("DO $$ BEGIN PERFORM set_config('search_path', 'two', true); END $$"),
    BLOCK_WITH_SET("DO $$ BEGIN SET LOCAL search_path = two; END $$"),
    FUNCTION("SELECT one.move_names()"),
    PROCEDURE("CALL one.move_names_too()"),
    ALTERED("ALTER TABLE one.moved ALTER v TYPE text"),
    REPLACED("DROP TABLE one.moved", "CREATE TABLE one.moved (v text)"),
    SAVEPOINT_BACK(
        "SET LOCAL search_path = three",
        "SAVEPOINT s",
        "SET LOCAL search_path = two",
        "ROLLBACK TO s"),
    RESET("SET search_path = three", "RESET search_path", "SET LOCAL search_path = two"),
    SEVERAL("SET LOCAL search_path = three; SET LOCAL search_path = two"),
    SET_IN_FUNCTION_ONLY("SELECT one.own_path()");

    private final List<String> statements;

    Move(String... statements) {
      this.statements = List.of(statements);
    }
  }

  /** How the text is prepared, before the transaction and in it. */
  enum Way {
    NAMED {
      @Override
      void insert(RawClient client, String name, String value) throws IOException {
        client.send(parse(name, text), bind("", name, value), execute("", 0), sync());
        client.untilReady();
      }

      @Override
      byte[] insertPart(String name, String value) {
        return all(parse(name, text), bind("", name, value), execute("", 0));
      }
    },
    UNNAMED {
      @Override
      void insert(RawClient client, String name, String value) throws IOException {
        client.send(parse("", text), bind("", "", value), execute("", 0), sync());
        client.untilReady();
      }

      @Override
      byte[] insertPart(String name, String value) {
        return all(parse("", text), bind("", "", value), execute("", 0));
      }
    },
    SQL {
      @Override
      void insert(RawClient client, String name, String value) throws IOException {
        client.query("PREPARE " + name + " AS " + text);
        client.query("EXECUTE " + name + "('" + value + "')");
      }

      @Override
      byte[] insertPart(String name, String value) {
        return new byte[0];
      }
    };

    abstract void insert(RawClient client, String name, String value) throws IOException;

    abstract byte[] insertPart(String name, String value);
  }

  @BeforeAll
  static void start() {
    SharedPostgres.createDatabase("moving");
    SharedPostgres.primary()
        .execute("DROP ROLE IF EXISTS two", "CREATE ROLE two", "GRANT two TO app");
    twoLoops = node(true, true);
    session = node(false, true);
    withoutCatalogue = node(true, false);
  }

  private static TestNode node(boolean multiplex, boolean catalogue) {
    return TestNode.start(
        c -> {
          c.node("loops", multiplex ? 2 : 1);
          c.source("url", SharedPostgres.primary().jdbcUrl("moving"));
          c.vdb("pool.size", multiplex ? 1 : 4).vdb("multiplex", multiplex);
          if (!catalogue) {
            c.source("catalog.enabled", false);
          }
        });
  }

  @AfterAll
  static void stop() {
    twoLoops.close();
    session.close();
    withoutCatalogue.close();
  }

  private static void prepareTables() throws IOException {
    try (RawClient client = RawClient.logIn(SharedPostgres.target().in("moving"))) {
      String all =
          String.join(
              ";",
              "SET client_min_messages = error",
              "DROP SCHEMA IF EXISTS one, two, three CASCADE",
              "CREATE SCHEMA one",
              "CREATE SCHEMA two",
              "CREATE SCHEMA three",
              "GRANT ALL ON SCHEMA one, two, three TO two",
              "CREATE TABLE one.moved (v int)",
              "CREATE TABLE two.moved (v text)",
              "CREATE TABLE three.moved (v text)",
              "GRANT ALL ON one.moved, two.moved, three.moved TO two",
              "CREATE FUNCTION one.move_names() RETURNS int LANGUAGE plpgsql AS"
                  + " $$ BEGIN PERFORM set_config('search_path', 'two', true); RETURN 1; END $$",
              "CREATE PROCEDURE one.move_names_too() LANGUAGE plpgsql AS"
                  + " $$ BEGIN PERFORM set_config('search_path', 'two', true); END $$",
              "CREATE FUNCTION one.own_path() RETURNS int LANGUAGE sql SET search_path = two AS"
                  + " 'SELECT 1'");
      assertThat(client.query(all)).extracting(Message::type).doesNotContain('E');
    }
  }

  private interface Scene {
    void play(RawClient client) throws IOException;
  }

  /** What a client is answered, and what the tables hold afterwards. */
  private static List<String> played(Target target, Scene scene) throws IOException {
    prepareTables();
    List<String> seen = new ArrayList<>();
    try (RawClient client = RawClient.logIn(target, "search_path", "one")) {
      List<String> transcript = client.record();
      scene.play(client);
      for (String message : transcript) {
        if (!message.startsWith("ParameterStatus")) {
          seen.add(message);
        }
      }
    }
    try (RawClient client = RawClient.logIn(SharedPostgres.target().in("moving"))) {
      for (Message row :
          client.query(
              "SELECT 'one', string_agg(v::text, ',' ORDER BY v::text) FROM one.moved"
                  + " UNION ALL SELECT 'two', string_agg(v, ',' ORDER BY v) FROM two.moved"
                  + " UNION ALL SELECT 'three', string_agg(v, ',' ORDER BY v) FROM three.moved")) {
        seen.add(row.toString());
      }
    }
    return seen;
  }

  private static void sameAsDirect(Scene scene) throws IOException {
    text = "INSERT INTO moved VALUES ($1) RETURNING v /* " + ++scenes + " */";
    List<String> expected = played(SharedPostgres.target().in("moving"), scene);
    for (TestNode node : List.of(twoLoops, session, withoutCatalogue)) {
      assertThat(played(node.target().in("moving"), scene)).isEqualTo(expected);
    }
  }

  private static void prepareFor(RawClient client, Way way) throws IOException {
    way.insert(client, "first", "001");
    way.insert(client, "other", "002");
    if (way == Way.SQL) {
      client.query("EXECUTE first('003')");
    }
  }

  @ParameterizedTest
  @EnumSource
  void theTextMeansWhatItMeansNow(Move move) throws IOException {
    for (Way way : Way.values()) {
      sameAsDirect(
          client -> {
            prepareFor(client, way);
            client.query("BEGIN");
            for (String sql : move.statements) {
              client.query(sql);
            }
            way.insert(client, "again", "007");
            if (way == Way.NAMED) {
              client.send(bind("", "again", "008"), execute("", 0), sync());
              client.untilReady();
            }
            client.query("COMMIT");
            way.insert(client, "last", "009");
          });
    }
  }

  @ParameterizedTest
  @EnumSource
  void alsoInTheMiddleOfABatch(Move move) throws IOException {
    for (Way way : List.of(Way.NAMED, Way.UNNAMED)) {
      sameAsDirect(
          client -> {
            prepareFor(client, way);
            client.query("BEGIN");
            List<byte[]> batch = new ArrayList<>();
            for (String sql : move.statements) {
              for (String one : sql.split("; (?=SET)")) {
                batch.add(all(parse("", one), bind("", ""), execute("", 0)));
              }
            }
            batch.add(way.insertPart("again", "007"));
            batch.add(sync());
            client.send(batch.toArray(byte[][]::new));
            client.untilReady();
            client.query("COMMIT");
            way.insert(client, "last", "009");
          });
    }
  }

  @ParameterizedTest
  @EnumSource
  void alsoWithoutWaitingForAnswers(Move move) throws IOException {
    for (Way way : List.of(Way.NAMED, Way.UNNAMED)) {
      sameAsDirect(
          client -> {
            prepareFor(client, way);
            List<byte[]> sent = new ArrayList<>();
            sent.add(query("BEGIN"));
            for (String sql : move.statements) {
              sent.add(query(sql));
            }
            sent.add(way.insertPart("again", "007"));
            sent.add(sync());
            sent.add(query("COMMIT"));
            sent.add(way.insertPart("last", "009"));
            sent.add(sync());
            client.send(sent.toArray(byte[][]::new));
            for (int i = 0; i < move.statements.size() + 4; i++) {
              client.untilReady();
            }
          });
    }
  }
}
