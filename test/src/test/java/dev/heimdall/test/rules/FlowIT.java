package dev.heimdall.test.rules;

import static dev.heimdall.test.fixture.TestConfiguration.rule;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.TestNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * In what order rules are looked at, and how often they match: seen by which of them decides on a
 * statement that is answered with a number of rows, or refused.
 */
class FlowIT {
  private static final String[] NOTHING = {};
  private static TestNode node;

  @BeforeAll
  static void start() throws IOException {
    node =
        TestNode.start(
            c ->
                c.node("loops", 1)
                    .vdb("rules", List.of("first", "second"))
                    .rules("first")
                    .rules("second")
                    .rules("called")
                    .rules("deeper"));
    try (RawClient client = RawClient.logIn(node.target())) {
      client.query("CREATE TABLE flow_rows (a int)");
    }
  }

  @AfterAll
  static void stop() throws IOException {
    node.close();
    try (RawClient client = RawClient.logIn(SharedPostgres.target())) {
      client.query("DROP TABLE flow_rows");
    }
  }

  private static void lists(String[] first, String[] second, String[] called, String... deeper) {
    node.change(
        c ->
            c.rules("first", first)
                .rules("second", second)
                .rules("called", called)
                .rules("deeper", deeper));
  }

  private static void list(String... rules) {
    lists(rules, NOTHING, NOTHING);
  }

  private static String[] rules(String... rules) {
    return rules;
  }

  private static String result(int rows, String more) {
    return "{\"action\": \"result\", \"parameters\": {\"value\": " + rows + more + "}}";
  }

  private static String result(int rows) {
    return result(rows, "");
  }

  private static String result(String match, int rows) {
    return "{\"match\": \"%s\", \"action\": \"result\", \"parameters\": {\"value\": %d}}"
        .formatted(match, rows);
  }

  private static final String DROP = "{\"action\": \"drop\"}";

  /** How many rows a DELETE is said to have made; -1 when it was refused. */
  private static int rows(RawClient client, String comment) throws IOException {
    String sql = "DELETE FROM flow_rows /* " + comment + " */";
    Replies simple = Replies.simple(client, sql);
    Replies batch = Replies.batch(client, sql);
    assertThat(batch.refused()).isEqualTo(simple.refused());
    if (simple.refused()) {
      return -1;
    }
    assertThat(batch.tag()).isEqualTo(simple.tag()).startsWith("DELETE ");
    return Integer.parseInt(simple.tag().substring("DELETE ".length()));
  }

  private static int rows(String comment) throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      return rows(client, comment);
    }
  }

  @Test
  void aLaterRuleOverridesAnEarlierOneOfTheSameAction() throws IOException {
    list(result(1), result("second", 2), result("third", 3));
    assertThat(rows("first")).isEqualTo(1);
    assertThat(rows("second")).isEqualTo(2);
    assertThat(rows("third, second")).isEqualTo(3);
    list(result("third", 3), result("second", 2), result(1));
    assertThat(rows("third, second")).isEqualTo(1);
  }

  @Test
  void aLaterListOverridesAnEarlierOne() throws IOException {
    lists(rules(result(1)), rules(result("x", 2)), NOTHING);
    assertThat(rows("x")).isEqualTo(2);
    assertThat(rows("y")).isEqualTo(1);
  }

  @Test
  void aDisabledRuleIsNotLookedAt() throws IOException {
    list(
        result(1),
        "{\"enabled\": false, \"action\": \"result\", \"parameters\": {\"value\": 2}}",
        "{\"enabled\": false, \"action\": \"drop\"}");
    assertThat(rows("any")).isEqualTo(1);
  }

  @Test
  void stopEndsItsListAndTheNextOneGoesOn() throws IOException {
    lists(
        rules(rule("halt", "tag", "\"stop\": true"), result(1)), rules(result("both", 2)), NOTHING);
    try (RawClient client = RawClient.logIn(node.target())) {
      assertThat(rows(client, "go")).isEqualTo(1);
      assertThat(rows(client, "halt")).as("the database's own answer").isZero();
      assertThat(rows(client, "halt both")).isEqualTo(2);
    }
  }

  @Test
  void aRuleThatStopsCountsItself() throws IOException {
    list(result(1, ", \"stop\": true"), result(2), DROP);
    assertThat(rows("any")).isEqualTo(1);
  }

  @Test
  void callGoesThroughTheOtherListInPlaceOfTheRule() throws IOException {
    lists(
        rules(result(1), rule("call", "call", "\"rule\": \"called\""), result("last", 3)),
        NOTHING,
        rules(result(2), rule("deep", "call", "\"rule\": \"deeper\"")),
        result(4));
    assertThat(rows("none")).isEqualTo(1);
    assertThat(rows("call")).isEqualTo(2);
    assertThat(rows("call last")).isEqualTo(3);
    assertThat(rows("call deep")).isEqualTo(4);
    assertThat(rows("call deep last")).isEqualTo(3);
  }

  @Test
  void stopInACalledListEndsThatListOnly() throws IOException {
    lists(
        rules("{\"action\": \"call\", \"parameters\": {\"rule\": \"called\"}}", result("last", 3)),
        NOTHING,
        rules(result(1, ", \"stop\": true"), result(2), DROP));
    assertThat(rows("any")).isEqualTo(1);
    assertThat(rows("last")).isEqualTo(3);
  }

  @Test
  void aCallThatStopsEndsTheListAfterTheCall() throws IOException {
    lists(
        rules(rule("x", "call", "\"rule\": \"called\", \"stop\": true"), result(1)),
        NOTHING,
        rules(result(2)));
    assertThat(rows("x")).isEqualTo(2);
    assertThat(rows("y")).isEqualTo(1);
  }

  @Test
  void listsThatCallEachOtherInACircleAreRefusedAndTheOldOnesStay() throws IOException {
    lists(rules(result(1)), NOTHING, NOTHING);
    assertThatThrownBy(
            () ->
                lists(
                    rules(rule("x", "call", "\"rule\": \"called\"")),
                    NOTHING,
                    rules(rule("x", "call", "\"rule\": \"deeper\"")),
                    rule("x", "call", "\"rule\": \"called\"")))
        .hasMessageContaining("called")
        .hasMessageContaining("deeper");
    assertThat(rows("x")).isEqualTo(1);
  }

  @Test
  void ignoreLeavesOutWhatFollowsInItsListAndInThoseCalledFromIt() throws IOException {
    String callIt = "{\"action\": \"call\", \"parameters\": {\"rule\": \"called\"}}";
    String ignore = rule("audit", "ignore", "\"action\": \"drop\"");
    lists(rules(result(1), ignore, DROP), NOTHING, NOTHING);
    assertThat(rows("audit")).isEqualTo(1);
    assertThat(rows("other")).isEqualTo(-1);

    lists(rules(result(1), DROP, ignore), NOTHING, NOTHING);
    assertThat(rows("audit")).as("what stood before").isEqualTo(-1);

    lists(rules(result(1), ignore, callIt), NOTHING, rules(DROP));
    assertThat(rows("audit")).as("a list called").isEqualTo(1);
    assertThat(rows("other")).isEqualTo(-1);

    lists(rules(result(1), callIt, DROP), NOTHING, rules(ignore, DROP));
    assertThat(rows("audit")).as("back from the call").isEqualTo(-1);

    lists(rules(result(1), callIt), NOTHING, rules(ignore, DROP));
    assertThat(rows("audit")).as("in the called list itself").isEqualTo(1);

    lists(rules(result(1), ignore), rules(DROP), NOTHING);
    assertThat(rows("audit")).as("the next list").isEqualTo(-1);

    lists(rules(result(1), ignore, result(2)), NOTHING, NOTHING);
    assertThat(rows("audit")).as("another action").isEqualTo(2);
  }

  @Test
  void anIgnoredRuleCannotStopItsList() throws IOException {
    list(
        result(1),
        "{\"action\": \"ignore\", \"parameters\": {\"action\": \"tag\"}}",
        "{\"action\": \"tag\", \"parameters\": {\"stop\": true}}",
        result(2));
    assertThat(rows("any")).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void allowBeatsDropWhereverItStands(boolean first) throws IOException {
    String allow = rule("known", "allow", "");
    if (first) {
      list(result(1), allow, DROP);
    } else {
      list(DROP, result(1), allow);
    }
    assertThat(rows("known")).isEqualTo(1);
    assertThat(rows("other")).isEqualTo(-1);
    try (RawClient client = RawClient.logIn(node.target())) {
      client.query("BEGIN /* known */");
      assertThat(rows(client, "known")).isEqualTo(1);
      assertThat(Replies.simple(client, "SELECT 'other'").refused()).isTrue();
      client.query("ROLLBACK /* known */");
    }
  }

  @Test
  void allowInALaterListBeatsDropInAnEarlierOne() throws IOException {
    lists(rules(result(1), DROP), rules(rule("known", "allow", "")), NOTHING);
    assertThat(rows("known")).isEqualTo(1);
    assertThat(rows("other")).isEqualTo(-1);
  }

  @Test
  void groupsOfTheExpressionBecomeValuesOfParameters() throws IOException {
    list(result(1), rule("rows=([0-9a-z]+)", "result", "\"capture\": true, \"value\": \"${1}\""));
    assertThat(rows("rows=42")).isEqualTo(42);
    assertThat(rows("rows=7")).isEqualTo(7);
    assertThat(rows("rows=many")).as("no number").isEqualTo(1);
    assertThat(rows("none")).isEqualTo(1);
  }

  @Test
  void aCapturedDelayKeepsTheStatementBackForThatLong() throws IOException {
    list(rule("delay=([0-9]+)", "tag", "\"capture\": true, \"delay\": \"${1}\""));
    try (RawClient client = RawClient.logIn(node.target())) {
      long start = System.nanoTime();
      assertThat(client.value("SELECT 1 /* delay=120000 */")).isEqualTo("1");
      assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(120_000_000);
      start = System.nanoTime();
      assertThat(Replies.batch(client, "SELECT 1 /* delay=90000 */").value()).isEqualTo("1");
      assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(90_000_000);
    }
  }

  private static List<Boolean> refusals(RawClient client, int times, boolean prepared)
      throws IOException {
    List<Boolean> refused = new ArrayList<>();
    for (int i = 0; i < times; i++) {
      String sql = "SELECT " + i + " AS counted";
      refused.add((prepared ? Replies.batch(client, sql) : Replies.simple(client, sql)).refused());
    }
    return refused;
  }

  @ParameterizedTest
  @CsvSource({
    "sample, 3, true false false true false false true",
    "exclude, 3, true true false true true false true",
    "exclude, 2, true false true false true false true",
    "sample, 1, true true true true true true true"
  })
  void ratiosOfMatchesAreExact(String parameter, int ratio, String expected) throws IOException {
    for (boolean prepared : List.of(false, true)) {
      // Another rule, so that it counts from the beginning.
      list(
          "{\"comment\": \"%s %s\", \"match\": \"counted\", \"action\": \"drop\", \"parameters\": {\"%s\": %d}}"
              .formatted(prepared, expected, parameter, ratio));
      try (RawClient client = RawClient.logIn(node.target())) {
        List<String> found = new ArrayList<>();
        refusals(client, 7, prepared).forEach(refused -> found.add(refused.toString()));
        assertThat(String.join(" ", found)).as("prepared: " + prepared).isEqualTo(expected);
      }
    }
  }

  @Test
  void ratiosCountTheStatementsOfAllClients() throws IOException {
    list(rule("counted", "drop", "\"sample\": 4"));
    try (RawClient one = RawClient.logIn(node.target());
        RawClient two = RawClient.logIn(node.target())) {
      int refused = 0;
      for (int i = 0; i < 10; i++) {
        refused += Replies.simple(one, "SELECT 1 AS counted").refused() ? 1 : 0;
        refused += Replies.batch(two, "SELECT 1 AS counted").refused() ? 1 : 0;
      }
      assertThat(refused).isEqualTo(5);
    }
  }

  @Test
  void matchlimitIsANumberOfMatchesASecondWithABurst() throws IOException {
    list(rule("counted", "drop", "\"matchlimit\": 1, \"maxburst\": 4"));
    try (RawClient client = RawClient.logIn(node.target())) {
      long start = System.nanoTime();
      long refused = refusals(client, 20, false).stream().filter(r -> r).count();
      refused += refusals(client, 20, true).stream().filter(r -> r).count();
      long seconds = (System.nanoTime() - start) / 1_000_000_000;
      assertThat(refused).isBetween(4L, 5 + seconds);
      assertThat(refused).isLessThan(40);
      Await.until(
          "it may match again", () -> Replies.simple(client, "SELECT 1 AS counted").refused());
    }
  }

  @Test
  void matchdeltaIsTheLeastTimeBetweenTwoMatches() throws IOException {
    list(rule("counted", "drop", "\"matchdelta\": 3600000"));
    try (RawClient client = RawClient.logIn(node.target())) {
      assertThat(refusals(client, 4, false)).containsExactly(true, false, false, false);
      assertThat(refusals(client, 3, true)).containsExactly(false, false, false);
    }
  }

  @Test
  void preparedonlyLeavesSimpleQueriesAlone() throws IOException {
    list(rule("guarded", "drop", "\"preparedonly\": true"));
    try (RawClient client = RawClient.logIn(node.target())) {
      assertThat(Replies.simple(client, "SELECT 1 AS guarded").value()).isEqualTo("1");
      assertThat(Replies.batch(client, "SELECT 1 AS guarded").refused()).isTrue();
      client.query("BEGIN");
      assertThat(Replies.simple(client, "SELECT 1 AS guarded").value()).isEqualTo("1");
      assertThat(Replies.batch(client, "SELECT 1 AS guarded").refused()).isTrue();
      client.query("ROLLBACK");
    }
  }

  @Test
  void matchthresholdLeavesPatternsAloneThatAreKnownToBeQuick() throws IOException {
    String tag = rule("pg_sleep", "tag", "\"log\": false");
    list(tag);
    try (RawClient client = RawClient.logIn(node.target())) {
      Replies.batch(client, "SELECT 2 AS slow, pg_sleep(0.3)");
      for (int i = 0; i < 60; i++) { // an unlucky first one hardly counts any more
        client.value("SELECT 1 AS quick, pg_sleep(0)");
      }
      list(tag, rule("pg_sleep", "drop", "\"matchthreshold\": 100000"));
      assertThat(Replies.simple(client, "SELECT 3 AS quick, pg_sleep(0)").refused()).isFalse();
      assertThat(Replies.batch(client, "SELECT 3 AS quick, pg_sleep(0)").refused()).isFalse();
      assertThat(Replies.simple(client, "SELECT 4 AS slow, pg_sleep(0)").refused()).isTrue();
      assertThat(Replies.batch(client, "SELECT 4 AS slow, pg_sleep(0)").refused()).isTrue();
      assertThat(Replies.simple(client, "SELECT 5 AS unheard, pg_sleep(0)").refused()).isTrue();
    }
  }

  @Test
  void aNewMatchthresholdKnowsWhatWasMeasuredWithoutRules() throws IOException {
    node.change(c -> c.vdb("rules", List.of()));
    try (RawClient client = RawClient.logIn(node.target())) {
      Replies.batch(client, "SELECT 2 AS lazy, pg_sleep(0.3)");
      for (int i = 0; i < 60; i++) { // an unlucky first one hardly counts any more
        client.value("SELECT 1 AS swift, pg_sleep(0)");
      }
      lists(
          rules(rule("pg_sleep", "drop", "\"matchthreshold\": 100000")), NOTHING, NOTHING, NOTHING);
      node.change(c -> c.vdb("rules", List.of("first", "second")));
      assertThat(Replies.simple(client, "SELECT 3 AS swift, pg_sleep(0)").refused()).isFalse();
      assertThat(Replies.batch(client, "SELECT 4 AS lazy, pg_sleep(0)").refused()).isTrue();
      assertThat(Replies.simple(client, "SELECT 5 AS unseen, pg_sleep(0)").refused()).isTrue();
    } finally {
      node.change(c -> c.vdb("rules", List.of("first", "second")));
    }
  }

  @Test
  void aChangedListIsInForceForClientsThatAreThere() throws IOException {
    list(result("flow_rows", 1));
    try (RawClient client = RawClient.logIn(node.target())) {
      client.query("SET my.own = 'kept'");
      assertThat(rows(client, "x")).isEqualTo(1);
      list(result("flow_rows", 2));
      assertThat(rows(client, "x")).isEqualTo(2);
      assertThat(client.value("SELECT current_setting('my.own')")).isEqualTo("kept");
      list(DROP);
      assertThat(rows(client, "x")).isEqualTo(-1);
      list();
      assertThat(client.value("SELECT current_setting('my.own')")).isEqualTo("kept");
    }
  }

  @Test
  void aChangedListIsInForceInTheMiddleOfATransactionAndForWhatIsPrepared() throws Exception {
    list();
    try (RawClient client = RawClient.logIn(node.target());
        java.sql.Connection jdbc = node.target().jdbc("prepareThreshold", "1");
        java.sql.PreparedStatement prepared = jdbc.prepareStatement("SELECT 1 AS guarded")) {
      client.query("BEGIN");
      client.value("SELECT 1 AS guarded");
      prepared.execute();
      prepared.execute();
      list(rule("guarded", "drop", ""));
      assertThat(Replies.simple(client, "SELECT 1 AS guarded").refused()).isTrue();
      client.query("ROLLBACK");
      assertThatThrownBy(prepared::execute).hasMessageContaining("rejected by a rule");
      list();
      assertThat(prepared.execute()).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"action\": \"dorp\"}",
        "{\"action\": \"drop\", \"parameters\": {\"ttl\": 1}}",
        "{\"action\": \"result\", \"parameters\": {\"value\": -7}}",
        "{\"action\": \"drop\", \"match\": \"(\"}",
        "{\"action\": \"drop\", \"match\": \"ips:1.2.3\"}",
        "{\"action\": \"call\", \"parameters\": {\"rule\": \"missing\"}}",
        "{\"action\": \"forward\", \"parameters\": {\"source\": \"missing\"}}"
      })
  void aListWithOneMistakeIsRefusedAsAWholeAndTheOldOneStays(String wrong) throws IOException {
    list(result(1));
    try (RawClient client = RawClient.logIn(node.target())) {
      assertThatThrownBy(() -> list(result(2), wrong, DROP))
          .hasMessageContaining("rules/first.json")
          .hasMessageContaining("rules[1]");
      assertThat(rows(client, "x")).isEqualTo(1);
    }
    assertThat(rows("x")).as("a new client").isEqualTo(1);
  }
}
