package dev.heimdall.test.rules;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Message;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.TestNode;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an operator can ask about rules among his own statements. */
class RuleCommandsIT {
  private static TestNode node;

  @BeforeAll
  static void start() throws IOException {
    node =
        TestNode.start(
            c ->
                c.node("loops", 1)
                    .vdb("rules", List.of("explained"))
                    .ruleList("explained", "unknown", "pass")
                    .rules(
                        "explained",
                        "{\"comment\": \"no secrets\", \"match\": \"tables:app.rc_secrets\","
                            + " \"action\": \"drop\"}",
                        "{\"match\": \"users:admin\", \"action\": \"tag\","
                            + " \"parameters\": {\"delay\": 10}}",
                        "{\"match\": \"never\", \"action\": \"log\"}"));
    try (RawClient client = RawClient.logIn(node.target())) {
      client.query("CREATE TABLE rc_secrets (a int)");
      client.query("CREATE TABLE rc_rows (a int)");
    }
  }

  @AfterAll
  static void stop() throws IOException {
    node.change(c -> c.rules("explained"));
    try (RawClient client = RawClient.logIn(node.target())) {
      client.query("DROP TABLE rc_secrets, rc_rows");
    }
    node.close();
  }

  private static RawClient admin() throws IOException {
    return RawClient.logIn(node.target().as("admin", "admin"));
  }

  private static List<List<String>> rows(List<Message> replies) {
    return replies.stream().filter(m -> m.type() == 'D').map(Message::columns).toList();
  }

  @ParameterizedTest
  @ValueSource(strings = {"EXPLAIN RULES ", "explain rules ", "Explain Rules "})
  void explainRulesTellsOfEachRuleAndWhatWouldBeDecided(String command) throws IOException {
    try (RawClient client = admin()) {
      List<Message> replies = client.query(command + "SELECT * FROM rc_secrets");
      assertThat(new Replies(replies).types()).startsWith("T").endsWith("CZ");
      List<List<String>> rows = rows(replies);
      assertThat(rows.get(0))
          .startsWith("explained", "1", "no secrets", "drop", "yes")
          .last()
          .asString()
          .contains("tables:app.rc_secrets");
      assertThat(rows.get(1)).startsWith("explained", "2", "", "tag", "yes");
      assertThat(rows.get(2)).startsWith("explained", "3", "", "log", "no");
      assertThat(rows.subList(3, rows.size()))
          .allSatisfy(row -> assertThat(row.get(0)).isEqualTo("decision"))
          .anySatisfy(row -> assertThat(row.get(5)).startsWith("drop"));
      assertThat(client.value("SELECT 'not carried out'")).isEqualTo("not carried out");
    }
  }

  @Test
  void explainRulesCarriesNothingOut() throws IOException {
    try (RawClient client = admin()) {
      client.query("EXPLAIN RULES INSERT INTO rc_rows VALUES (1)");
      assertThat(client.value("SELECT count(*) FROM rc_rows")).isEqualTo("0");
    }
  }

  @Test
  void explainRulesWorksInTheMiddleOfATransaction() throws IOException {
    try (RawClient client = admin()) {
      client.query("BEGIN");
      client.query("INSERT INTO rc_rows VALUES (1)");
      List<Message> replies = client.query("EXPLAIN RULES SELECT * FROM rc_rows");
      assertThat(rows(replies)).hasSizeGreaterThan(3);
      assertThat(replies.get(replies.size() - 1).status()).isEqualTo('T');
      assertThat(client.value("SELECT count(*) FROM rc_rows")).isEqualTo("1");
      client.query("ROLLBACK");
    }
  }

  @Test
  void showQueryInfoTellsOfTheStatementBefore() throws IOException {
    try (RawClient client = admin()) {
      assertThat(client.queryInfo().get("statement")).contains("none");
      Await.until(
          "the new table is known",
          () -> {
            client.query("SELECT a FROM rc_rows WHERE a = 4711");
            return "read".equals(client.queryInfo().get("kind"));
          });
      Map<String, String> info = client.queryInfo();
      assertThat(info.get("statement")).contains("rc_rows").doesNotContain("4711");
      assertThat(info)
          .containsEntry("kind", "read")
          .containsEntry("understood", "true")
          .containsEntry("tables read", "app.rc_rows")
          .containsEntry("tables written", "")
          .containsEntry("decided: delay", "10 µs");
      assertThat(info.get("rule")).contains("explained #2");

      Replies.batch(client, "INSERT INTO rc_rows SELECT 1 WHERE false");
      assertThat(client.queryInfo())
          .containsEntry("tables written", "app.rc_rows")
          .containsEntry("may write anything", "false");

      assertThat(Replies.simple(client, "SELECT 4711 FROM rc_secrets").refused()).isTrue();
      assertThat(client.queryInfo()).containsEntry("tables read", "app.rc_secrets");
      assertThat(client.queryInfo()).containsKey("decided: drop");
    }
  }

  @Test
  void othersAreToldOfTheirOwnStatementsAndNotOfRules() throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      assertThat(Replies.simple(client, "EXPLAIN RULES SELECT 1").state()).isEqualTo("42601");
      client.query("SELECT 4711 AS own FROM rc_rows");
      assertThat(client.queryInfo())
          .containsEntry("statement", "select ? as own from rc_rows")
          .containsEntry("kind", "read")
          .doesNotContainKeys("rule", "tables read", "rests on");
      assertThat(Replies.simple(client, "SHOW QUERYINFORMATION").state()).isEqualTo("42704");
      assertThat(client.value("SELECT 'and on'")).isEqualTo("and on");
    }
  }

  @Test
  void aStatementThatOnlyBeginsLikeOneGoesToTheServer() throws IOException {
    try (RawClient client = admin()) {
      assertThat(Replies.simple(client, "SHOW QUERYINFORMATION").state()).isEqualTo("42704");
      assertThat(Replies.simple(client, "EXPLAIN (COSTS off) SELECT 1").value())
          .isEqualTo("Result");
    }
  }
}
