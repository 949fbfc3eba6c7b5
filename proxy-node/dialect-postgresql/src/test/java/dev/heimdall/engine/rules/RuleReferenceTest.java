package dev.heimdall.engine.rules;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Random rules on random statements: decided as the plain reference decides. */
class RuleReferenceTest {
  private static final List<String> EXPRESSIONS =
      List.of(
          "",
          "(?i)^select",
          "orders",
          "/\\\\* ttl=(\\\\w*) \\\\*/",
          "(?i)(insert|update) .*o",
          "o.*e",
          "tables:shop.a",
          "tables:${catalog}.b",
          "tablesall:shop.a,shop.b",
          "tablesonly:shop.a,shop.b",
          "tablesexactly:shop.a",
          "users:al.*,bob",
          "ldapgroups:staff",
          "catalog:shop",
          "catalogprefix:arch",
          "appname:psql",
          "ports:5432",
          "ips:10.1.2.3",
          "literals:Berlin");

  private static final List<String> TEXTS =
      List.of(
          "SELECT 1",
          "select * from orders",
          "/* ttl=500 */ SELECT 1",
          "/* ttl= */ SELECT 1",
          "/* ttl=never */ SELECT * FROM orders",
          "INSERT INTO towns VALUES ('Berlin')",
          "update towns set x = 'ä' where y",
          "DELETE FROM orders");

  private static final List<String> GENERAL =
      List.of(
          "\"stop\": true",
          "\"sample\": 3",
          "\"exclude\": 2",
          "\"matchdelta\": 1500",
          "\"matchlimit\": 2, \"maxburst\": 2",
          "\"matchthreshold\": 100",
          "\"preparedonly\": true",
          "\"delay\": 5",
          "\"delay\": 9");

  private final Random random = new Random(20261120);
  private final List<Statement> statements = new ArrayList<>();

  private <T> T any(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }

  private boolean chance(int of) {
    return random.nextInt(of) == 0;
  }

  private String rule(List<String> callable) {
    StringBuilder rule = new StringBuilder("{\"match\": ");
    boolean captures = false;
    if (chance(3)) {
      String one = any(EXPRESSIONS);
      rule.append("[\"").append(one).append("\", \"").append(any(EXPRESSIONS)).append("\"]");
      rule.append(", \"join\": \"").append(chance(2) ? "and" : "or").append('"');
    } else {
      String one = any(EXPRESSIONS);
      captures = one.contains("ttl=");
      rule.append('"').append(one).append('"');
    }
    if (chance(12)) {
      rule.append(", \"enabled\": false");
    }
    if (chance(3)) {
      rule.append(", \"inTransaction\": ").append(chance(2));
    }
    String own = "";
    String action =
        any(
            List.of(
                "allow",
                "allow",
                "allow",
                "drop",
                "cache",
                "cache",
                "nocache",
                "reader-eligible",
                "learn-pattern",
                "log",
                "tag",
                "ignore",
                "call"));
    switch (action) {
      case "cache" ->
          own = captures ? "\"capture\": true, \"ttl\": \"${1}\"" : "\"ttl\": " + random.nextInt(9);
      case "learn-pattern" -> own = "\"rule\": \"b\"";
      case "log" -> own = "\"slowtime\": " + random.nextInt(5);
      case "ignore" ->
          own = "\"action\": \"" + any(List.of("cache", "drop", "log", "allow")) + "\"";
      case "call" -> {
        if (callable.isEmpty()) {
          action = "tag";
        } else {
          own = "\"rule\": \"" + any(callable) + "\"";
        }
      }
      default -> {}
    }
    String general = chance(2) ? any(GENERAL) : "";
    String parameters = own.isEmpty() || general.isEmpty() ? own + general : own + ", " + general;
    return rule + ", \"action\": \"" + action + "\", \"parameters\": {" + parameters + "}}";
  }

  private String list(List<String> callable) {
    List<String> rules = new ArrayList<>();
    for (int i = random.nextInt(8); i >= 0; i--) {
      rules.add(rule(callable));
    }
    return "{\"enabled\": " + !chance(15) + ", \"rules\": [" + String.join(",", rules) + "]}";
  }

  @Test
  void whatIsDecidedIsWhatTheReferenceDecides() {
    for (List<String> tables :
        List.of(
            List.<String>of(),
            List.of("shop.a"),
            List.of("shop.b"),
            List.of("shop.a", "shop.b"),
            List.of("shop.a", "archive.b"),
            List.of("archive.b"))) {
      statements.add(RuleTrial.statement(true, tables, List.of()));
      statements.add(RuleTrial.statement(false, List.of(), tables));
    }
    int decided = 0;
    int explained = 0;
    for (int round = 0; round < 100; round++) {
      Map<String, String> lists = new TreeMap<>();
      lists.put("b", list(List.of()));
      lists.put("a", list(List.of("b")));
      lists.put("second", list(List.of("a", "b")));
      lists.put("main", list(List.of("a", "b")));
      RuleTrial trial = RuleTrial.ofLists(lists, "main", "second");
      ReferenceRules reference = new ReferenceRules(trial.configuration());
      SessionFacts usual = trial.facts();
      for (int i = 0; i < 150; i++) {
        String sql = any(TEXTS);
        Statement statement = any(statements);
        boolean inside = chance(3);
        boolean prepared = chance(2);
        long average = any(List.of(-1L, 100L, 101L));
        SessionFacts facts =
            new SessionFacts(
                "shop",
                any(List.of("shop", "archive")),
                any(List.of("alice", "bob", "carol")),
                usual.ldapGroups().subList(0, random.nextInt(3)),
                any(List.of("psql", "")),
                usual.address(),
                any(List.of(5432, 5433)),
                i % 4,
                null);
        trial.later(random.nextInt(4) * (RuleTrial.SECOND / 2));
        trial.as(facts).stating(statement).inTransaction(inside).prepared(prepared);
        trial.averageMicros(average);

        Explanation explanation = trial.explain(sql);
        String now = ReferenceRules.gist(trial.decide(sql));
        String expected =
            reference.decide(facts, sql, statement, inside, prepared, average, trial.now());

        assertThat(now).as("%s in %s", sql, lists).isEqualTo(expected);
        if (eachRuleIsMetOnce(explanation)) {
          explained++;
          assertThat(ReferenceRules.gist(explanation.decision()))
              .as("explaining %s in %s", sql, lists)
              .isEqualTo(expected);
        }
        decided += expected.startsWith("[]") ? 0 : 1;
      }
    }
    assertThat(decided).isBetween(3_000, 14_500);
    assertThat(explained).isGreaterThan(3_000);
  }

  private static boolean eachRuleIsMetOnce(Explanation explanation) {
    return explanation.rows().stream().map(row -> row.list() + row.number()).distinct().count()
        == explanation.rows().size();
  }
}
