package dev.heimdall.test.rules;

import static dev.heimdall.test.fixture.Frontend.all;
import static dev.heimdall.test.fixture.Frontend.query;
import static dev.heimdall.test.fixture.Frontend.statement;
import static dev.heimdall.test.fixture.Frontend.sync;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.FreePort;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.Target;
import dev.heimdall.test.fixture.TestConfiguration;
import dev.heimdall.test.fixture.TestNode;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Which statements an expression matches: those that a rule with it refuses. Each case is one rule,
 * taken over by a reload, and asked by simple queries and by batches.
 */
class ExpressionsIT {
  private static final String ELSEWHERE = "expressions_elsewhere";
  private static TestNode node;

  @BeforeAll
  static void start() throws IOException {
    SharedPostgres.createDatabase(ELSEWHERE);
    node =
        TestNode.start(
            c ->
                c.node("loops", 1)
                    .vdb("rules", List.of("expressions"))
                    .rules("expressions", "{\"action\": \"tag\"}"));
    try (RawClient client = RawClient.logIn(node.target())) {
      client.query("CREATE SCHEMA ex");
      for (String table : List.of("ex_orders", "ex_items", "ex_towns", "ex.orders", "\"Ex,odd\"")) {
        client.query("CREATE TABLE " + table + " (id int, name text)");
      }
      client.query("CREATE TABLE \"Ex Items.old\" (id int)");
      client.query("CREATE VIEW ex_view AS SELECT id FROM ex_orders");
      client.query(
          "CREATE FUNCTION ex_reads() RETURNS bigint LANGUAGE sql STABLE"
              + " AS 'SELECT count(*) FROM ex_items'");
    }
  }

  @AfterAll
  static void stop() throws IOException {
    node.close();
    try (RawClient client = RawClient.logIn(SharedPostgres.target())) {
      client.query("DROP FUNCTION ex_reads()");
      client.query("DROP TABLE \"Ex Items.old\"");
      client.query("DROP VIEW ex_view");
      client.query("DROP TABLE ex_orders, ex_items, ex_towns, ex.orders, \"Ex,odd\"");
      client.query("DROP SCHEMA ex");
    }
  }

  private static String quoted(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }

  /** From now on statements that match are refused. */
  private static void dropWhat(String match) {
    rule("{\"match\": " + quoted(match) + ", \"action\": \"drop\"}");
  }

  private static void rule(String rule) {
    node.change(c -> c.rules("expressions", rule));
  }

  private static boolean refuses(RawClient client, String sql) throws IOException {
    boolean simple = Replies.simple(client, sql).refused();
    assertThat(Replies.batch(client, sql).refused()).as("the batch as the query").isEqualTo(simple);
    return simple;
  }

  private static void check(Target target, String match, String sql, boolean matches)
      throws IOException {
    dropWhat(match);
    try (RawClient client = RawClient.logIn(target)) {
      assertThat(refuses(client, sql)).as("%s: %s", match, sql).isEqualTo(matches);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "secret | SELECT 1 AS secret | true",
        "secret | SELECT 1 AS Secret | false",
        "(?i)secret | SELECT 1 AS Secret | true",
        "^select | select 1 | true",
        "^select | /* first */ select 1 | false",
        "select 1$ | select 1 | true",
        "select 1$ | select 12 | false",
        "comment | SELECT 1 -- comment | true",
        "a{3} | SELECT 'aaa' | true",
        "a{3} | SELECT 'aa' | false",
        "x(?:red,?){2}y | SELECT 'xred,redy' | true",
        "x(?:red,?){2}y | SELECT 'xredy' | false",
        "gr[üu]n | SELECT 'grün' | true",
        "\\bnow\\b | SELECT now() | true",
        "\\bnow\\b | SELECT 'known' | false",
        "(?:tables:) | SELECT 'tables:' | true",
      })
  void aRegularExpressionIsFoundAnywhereInTheText(String match, String sql, boolean matches)
      throws IOException {
    check(node.target(), match, sql, matches);
  }

  @Test
  void aDotStopsAtLineBreaksUntilToldOtherwise() throws IOException {
    check(node.target(), "one.*two", "SELECT 'one',\n'two'", false);
    check(node.target(), "(?s)one.*two", "SELECT 'one',\n'two'", true);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "literals:Berlin,Hamburg | SELECT 'Berlin' | true",
        "literals:Berlin,Hamburg | SELECT 'x', 'Hamburg' | true",
        "literals:Berlin,Hamburg | SELECT 'East Berlin' | false",
        "literals:Berlin,Hamburg | SELECT 'berlin' | false",
        "literals:Berlin,Hamburg | SELECT 1 AS Berlin | false",
        "literals:Berlin , Hamburg | SELECT 'Hamburg' | true",
        "literals:it's | SELECT 'it''s' | true",
        "literals:Berlin | SELECT $$Berlin$$ | true",
        "literals:a\\,b | SELECT 'a,b' | true",
        "literals:a\\,b | SELECT 'a' | false",
      })
  void literalsAreComparedAsAWhole(String match, String sql, boolean matches) throws IOException {
    check(node.target(), match, sql, matches);
  }

  @Test
  void aBoundParameterIsNoLiteral() throws IOException {
    dropWhat("literals:Berlin");
    try (RawClient client = RawClient.logIn(node.target())) {
      assertThat(Replies.batch(client, "SELECT $1", "Berlin").value()).isEqualTo("Berlin");
      assertThat(Replies.batch(client, "SELECT $1, 'Berlin'", "x").refused()).isTrue();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "tables:app.ex_orders | SELECT * FROM ex_orders | true",
        "tables:app.ex_orders | SELECT * FROM public.ex_orders o | true",
        "tables:app.ex_orders | SELECT * FROM \"ex_orders\" | true",
        "tables:app.ex_orders | SELECT * FROM EX_ORDERS | true",
        "tables:app.ex_orders | SELECT * FROM ex_items | false",
        "tables:app.ex_orders | SELECT 'ex_orders' | false",
        "tables:app.ex_orders | SELECT * FROM ex.orders | false",
        "tables:app.ex.orders | SELECT * FROM ex.orders | true",
        "tables:app.ex.orders | SELECT * FROM ex_orders | false",
        "tables:app.ex_items,app.ex_orders | SELECT * FROM ex_orders | true",
        "tables:app.ex_orders | SELECT * FROM ex_view | true",
        "tables:app.ex_view | SELECT * FROM ex_view | true",
        "tables:app.\"Ex Items.old\" | SELECT * FROM \"Ex Items.old\" | true",
        "tables:app.public.\"Ex Items.old\" | SELECT * FROM public.\"Ex Items.old\" | true",
        "tables:app.ex_items,app.\"Ex Items.old\" | INSERT INTO \"Ex Items.old\" VALUES (1) | true",
        "tables:app.\"ex items.old\" | SELECT * FROM \"Ex Items.old\" | false",
        "tables:app.\"ex_items\" | SELECT * FROM ex_items | true",
        "tables:app.ex_items | SELECT ex_reads() | true",
        "tables:app.ex_orders | INSERT INTO ex_orders VALUES (1, 'a') | true",
        "tables:app.ex_orders | UPDATE ex_items SET id = 1 WHERE id IN (SELECT id FROM ex_orders) | true",
        "tables:app.ex_orders | WITH ex_orders AS (SELECT 1) SELECT * FROM ex_orders | false",
        "tables:app.ex_orders | TRUNCATE ex_items, ex_orders | true",
        "tables:app.ex_orders | SELECT 1; SELECT * FROM ex_orders | true",
        "tablesall:app.ex_orders,app.ex_items | SELECT * FROM ex_orders, ex_items, ex_towns | true",
        "tablesall:app.ex_orders,app.ex_items | SELECT * FROM ex_orders, ex_towns | false",
        "tablesonly:app.ex_orders,app.ex_items | SELECT * FROM ex_orders | true",
        "tablesonly:app.ex_orders,app.ex_items | SELECT * FROM ex_orders, ex_items | true",
        "tablesonly:app.ex_orders,app.ex_items | SELECT * FROM ex_orders, ex_towns | false",
        "tablesonly:app.ex_orders,app.ex_items | SELECT 1 | false",
        "tablesexactly:app.ex_orders,app.ex_items | SELECT * FROM ex_items, ex_orders | true",
        "tablesexactly:app.ex_orders,app.ex_items | SELECT * FROM ex_orders | false",
        "tablesexactly:app.ex_orders,app.ex_items | SELECT * FROM ex_orders, ex_items, ex_towns | false",
        "tables:${catalog}.ex_orders | SELECT * FROM ex_orders | true",
        "tables:${database}.ex_orders | SELECT * FROM ex_orders | true",
        "tables:${vdb}.ex_orders | SELECT * FROM ex_orders | true",
        "tables:${user}.ex_orders | SELECT * FROM ex_items | false",
        "tables:${catalog}.ex_${user} | SELECT * FROM ex_orders | false",
      })
  void tablesAreThoseThatTheStatementTouches(String match, String sql, boolean matches)
      throws IOException {
    dropWhat(match);
    try (RawClient client = RawClient.logIn(node.target())) {
      client.query("BEGIN"); // what is not refused leaves nothing behind
      assertThat(Replies.simple(client, sql).refused()).as("%s: %s", match, sql).isEqualTo(matches);
      client.query("ROLLBACK");
      if (sql.indexOf(';') < 0) {
        client.query("BEGIN");
        assertThat(Replies.batch(client, sql).refused())
            .as("%s: %s as a batch", match, sql)
            .isEqualTo(matches);
        client.query("ROLLBACK");
      }
    }
  }

  @Test
  void tablesAreFoundThroughTheSearchPathOfTheSession() throws IOException {
    dropWhat("tables:app.ex.orders");
    try (RawClient client = RawClient.logIn(node.target())) {
      assertThat(Replies.simple(client, "SELECT * FROM orders").state()).isEqualTo("42P01");
      client.query("SET search_path = ex, public");
      assertThat(refuses(client, "SELECT * FROM orders")).isTrue();
      client.query("RESET search_path");
      assertThat(Replies.simple(client, "SELECT * FROM orders").state()).isEqualTo("42P01");
    }
  }

  @Test
  void whatIsSentRightBehindASettingIsJudgedByIt() throws IOException {
    dropWhat("tables:app.ex.orders");
    try (RawClient client = RawClient.logIn(node.target())) {
      for (int i = 0; i < 10; i++) {
        client.send(
            query("SET search_path = ex, public"),
            query("SELECT * FROM orders"),
            query("RESET search_path"),
            query("SELECT * FROM orders"));
        assertThat(new Replies(client.untilReady()).tag()).isEqualTo("SET");
        assertThat(new Replies(client.untilReady()).refused()).isTrue();
        assertThat(new Replies(client.untilReady()).tag()).isEqualTo("RESET");
        assertThat(new Replies(client.untilReady()).state()).isEqualTo("42P01");
        client.send(
            all(statement("SET search_path = ex, public"), sync()),
            all(statement("SELECT * FROM orders"), sync()),
            query("RESET ALL"));
        assertThat(new Replies(client.untilReady()).tag()).isEqualTo("SET");
        assertThat(new Replies(client.untilReady()).refused()).isTrue();
        assertThat(new Replies(client.untilReady()).tag()).isEqualTo("RESET");
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "users:other, app, false",
    "users:other, other, true",
    "'users:bob,oth.*', other, true",
    "users:oth, other, false",
    "users:(?i)OTHER, other, true",
    "users:${user}, other, true",
    "users:${catalog}, app, true",
    "users:${catalog}, other, false",
    "ldapgroups:.*, app, false",
  })
  void usersAreMatchedByTheirWholeName(String match, String user, boolean matches)
      throws IOException {
    check(node.target().as(user, user), match, "SELECT 1", matches);
  }

  @ParameterizedTest
  @CsvSource({
    "catalog:app, app, true",
    "catalog:app, " + ELSEWHERE + ", false",
    "'catalog:shop,expr.*', " + ELSEWHERE + ", true",
    "catalog:expressions, " + ELSEWHERE + ", false",
    "catalog:${user}, app, true",
    "catalog:${user}, " + ELSEWHERE + ", false",
    "catalogprefix:expressions_, " + ELSEWHERE + ", true",
    "catalogprefix:expressions_, app, false",
    "'catalogprefix:shop,ap', app, true",
    "catalogprefix:xpressions, " + ELSEWHERE + ", false",
  })
  void databasesAreMatchedByTheirNameOrItsBeginning(String match, String database, boolean matches)
      throws IOException {
    check(node.target().in(database), match, "SELECT 1", matches);
  }

  @Test
  void theApplicationNameIsTheOneOfNow() throws IOException {
    dropWhat("appname:report(er|ing),batch");
    try (RawClient client = RawClient.logIn(node.target(), "application_name", "shop")) {
      assertThat(refuses(client, "SELECT 1")).isFalse();
      client.query("SET application_name = 'batch'");
      assertThat(refuses(client, "SELECT 1")).isTrue();
    }
    try (RawClient client = RawClient.logIn(node.target(), "application_name", "reporting")) {
      assertThat(refuses(client, "SELECT 1")).isTrue();
    }
    try (RawClient client = RawClient.logIn(node.target(), "application_name", "reporting2")) {
      assertThat(refuses(client, "SELECT 1")).isFalse();
    }
    try (RawClient client = RawClient.logIn(node.target())) {
      assertThat(refuses(client, "SELECT 1")).isFalse();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"SET application_name = 'shop'", "RESET application_name", "DISCARD ALL"})
  void aChangedApplicationNameCountsAtOnce(String change) throws IOException {
    rule("{\"match\": [\"appname:batch\", \"^SELECT\"], \"action\": \"drop\"}");
    try (RawClient client = RawClient.logIn(node.target())) {
      client.query("SET application_name = 'batch'");
      assertThat(refuses(client, "SELECT 1")).isTrue();
      assertThat(Replies.simple(client, change).state()).isEqualTo("00000");
      assertThat(refuses(client, "SELECT 1")).isFalse();
    }
  }

  @Test
  void portsTellTheDoorThroughWhichTheClientCame() throws IOException {
    int first = FreePort.any();
    int second = FreePort.any();
    try (TestNode doors =
        TestNode.start(
            c ->
                c.vdb("ports", List.of(first, second))
                    .vdb("rules", List.of("doors"))
                    .rules(
                        "doors", "{\"match\": \"ports:" + second + "\", \"action\": \"drop\"}"))) {
      Target one = doors.target();
      assertThat(one.port()).isEqualTo(first);
      Target two =
          new Target(one.host(), second, one.database(), one.user(), one.password(), false);
      try (RawClient client = RawClient.logIn(one);
          RawClient other = RawClient.logIn(two)) {
        assertThat(refuses(client, "SELECT 1")).isFalse();
        assertThat(refuses(other, "SELECT 1")).isTrue();
        doors.change(
            c ->
                c.rules(
                    "doors",
                    "{\"match\": \"ports:1," + second + "," + first + "\", \"action\": \"drop\"}"));
        assertThat(refuses(client, "SELECT 1")).isTrue();
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "ips:127.0.0.1, 127.0.0.1, true",
    "ips:127.0.0.1, 127.0.0.2, false",
    "'ips:10.0.0.1,127.0.0.2', 127.0.0.2, true",
    "ips:127.0.0.0/8, 127.1.2.3, true",
    "ips:127.0.0.0/30, 127.0.0.3, true",
    "ips:127.0.0.0/30, 127.0.0.4, false",
    "ips:10.0.0.0/8, 127.0.0.1, false",
    "ips:0.0.0.0/0, 127.0.0.9, true",
    "ips:::1, 127.0.0.1, false",
  })
  void addressesAreMatchedOneByOneOrByNetwork(String match, String address, boolean matches)
      throws SQLException {
    rule("{\"match\": [\"" + match + "\", \"1 AS one\"], \"action\": \"drop\"}");
    try (Connection client = node.target().jdbc("localSocketAddress", address);
        Statement statement = client.createStatement()) {
      String state = "00000";
      try {
        statement.execute("SELECT 1 AS one");
      } catch (SQLException e) {
        state = e.getSQLState();
      }
      assertThat(state).isEqualTo(matches ? "42501" : "00000");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "and, SELECT 'red' AS green, true",
    "and, SELECT 'red', false",
    "and, SELECT 1 AS green, false",
    "or, SELECT 'red', true",
    "or, SELECT 1 AS green, true",
    "or, SELECT 'blue', false",
  })
  void expressionsAreJoined(String join, String sql, boolean matches) throws IOException {
    rule(
        "{\"match\": [\"literals:red\", \"green\"], \"join\": \""
            + join
            + "\", \"action\": \"drop\"}");
    try (RawClient client = RawClient.logIn(node.target())) {
      assertThat(refuses(client, sql)).isEqualTo(matches);
    }
  }

  @Test
  void expressionsAreJoinedByAndUnlessToldOtherwise() throws IOException {
    rule("{\"match\": [\"users:app\", \"green\"], \"action\": \"drop\"}");
    try (RawClient client = RawClient.logIn(node.target());
        RawClient other = RawClient.logIn(node.target().as("other", "other"))) {
      assertThat(refuses(client, "SELECT 'green'")).isTrue();
      assertThat(refuses(client, "SELECT 'red'")).isFalse();
      assertThat(refuses(other, "SELECT 'green'")).isFalse();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\"match\": \"\", "})
  void noExpressionMatchesEverything(String match) throws IOException {
    rule("{" + match + "\"action\": \"drop\"}");
    try (RawClient client = RawClient.logIn(node.target())) {
      assertThat(refuses(client, "SELECT 1")).isTrue();
    }
  }

  @ParameterizedTest
  @CsvSource({"true, true", "false, false", ", true"})
  void insideOfATransactionTheRuleSaysWhetherItApplies(Boolean said, boolean applies)
      throws IOException {
    rule(
        "{\"match\": \"guarded\", \"action\": \"drop\""
            + (said == null ? "" : ", \"inTransaction\": " + said)
            + "}");
    try (RawClient client = RawClient.logIn(node.target())) {
      assertThat(refuses(client, "SELECT 1 AS guarded")).as("outside").isTrue();
      client.query("BEGIN");
      assertThat(Replies.simple(client, "SELECT 1 AS guarded").refused())
          .as("inside")
          .isEqualTo(applies);
      client.query("ROLLBACK");
      client.query("BEGIN");
      assertThat(Replies.batch(client, "SELECT 1 AS guarded").refused())
          .as("inside, as a batch")
          .isEqualTo(applies);
      client.query("COMMIT");
      assertThat(refuses(client, "SELECT 1 AS guarded")).as("outside again").isTrue();
    }
  }

  @Test
  void aTableThatIsMadeLaterIsMatchedFromThenOn() throws IOException {
    dropWhat("tables:app.ex_later_base");
    try (RawClient client = RawClient.logIn(node.target())) {
      try {
        // The view's name says nothing of the table behind it.
        client.query("CREATE SCHEMA ex_later");
        RawClient setup = RawClient.logIn(SharedPostgres.target());
        setup.query("CREATE TABLE ex_later_base (a int)");
        setup.query("CREATE VIEW ex_later.seen AS SELECT * FROM ex_later_base");
        setup.close();
        client.query("CREATE TABLE ex_later.noticed (a int)");
        String seen = "SELECT * FROM ex_later.seen";
        Await.until(
            "the view is known", () -> Replies.simple(client, seen).types().startsWith("E"));
        assertThat(refuses(client, seen)).isTrue();
      } finally {
        try (RawClient setup = RawClient.logIn(SharedPostgres.target())) {
          setup.query("DROP SCHEMA ex_later CASCADE");
          setup.query("DROP TABLE ex_later_base");
        }
      }
    }
  }

  @Test
  void theVdbsOwnNameIsABuiltInToo() throws IOException {
    dropWhat("appname:${vdb}-${user}");
    String name = TestConfiguration.VDB + "-app";
    try (RawClient client = RawClient.logIn(node.target(), "application_name", name);
        RawClient other = RawClient.logIn(node.target(), "application_name", "app")) {
      assertThat(refuses(client, "SELECT 1")).isTrue();
      assertThat(refuses(other, "SELECT 1")).isFalse();
    }
  }
}
