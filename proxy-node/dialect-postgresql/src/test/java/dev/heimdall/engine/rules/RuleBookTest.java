package dev.heimdall.engine.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class RuleBookTest {
  @Test
  void withoutRulesNothingIsDecided() {
    RuleTrial trial = RuleTrial.of("");

    assertThat(trial.book().isEmpty()).isTrue();
    assertThat(trial.decide("SELECT 1")).isSameAs(Decision.NONE);
  }

  @Test
  void aStatementThatNoRuleMatchesGetsTheOneEmptyDecision() {
    RuleTrial trial = RuleTrial.of("{\"match\": \"orders\", \"action\": \"drop\"}");

    assertThat(trial.decide("SELECT 1")).isSameAs(Decision.NONE);
    assertThat(trial.decide("SELECT * FROM orders").dropped()).isTrue();
  }

  @Test
  void theSameStatementGetsTheSameObject() {
    RuleTrial trial =
        RuleTrial.of(
            "{\"match\": \"(?i)^select\", \"action\": \"cache\", \"parameters\": {\"ttl\": 5}}");

    Decision first = trial.decide("SELECT 1");

    assertThat(first.ttlMillis()).hasValue(5);
    assertThat(trial.decide("SELECT 1")).isSameAs(first);
    assertThat(trial.decide("select 2")).isSameAs(first);
  }

  @Test
  void aLaterRuleOverridesAnEarlierOneOfTheSameAction() {
    RuleTrial trial =
        RuleTrial.of(
            "{\"action\": \"cache\", \"parameters\": {\"ttl\": 5, \"shared\": true}},"
                + "{\"action\": \"cache\", \"parameters\": {\"ttl\": 7}}");

    assertThat(trial.effects("SELECT 1")).isEqualTo("cache: ttl=7");
  }

  @Test
  void aCallGoesThroughAnotherListAndAStopInItEndsOnlyThatOne() {
    RuleTrial trial =
        RuleTrial.ofLists(
            Map.of(
                "main",
                "{\"rules\": [{\"action\": \"call\", \"parameters\": {\"rule\": \"inner\"}},"
                    + "{\"action\": \"reader-eligible\"}]}",
                "inner",
                "{\"rules\": [{\"action\": \"log\", \"parameters\": {\"stop\": true}},"
                    + "{\"action\": \"drop\"}]}"),
            "main");

    assertThat(trial.effects("SELECT 1")).isEqualTo("reader-eligible; log");
  }

  @Test
  void groupsOfTheExpressionGoIntoParameters() {
    RuleTrial trial =
        RuleTrial.of(
            "{\"match\": \"/\\\\* ttl=(\\\\w+) \\\\*/\", \"action\": \"cache\", \"parameters\":"
                + " {\"capture\": true, \"ttl\": \"${1}\"}}");

    assertThat(trial.effects("/* ttl=30000 */ SELECT 1")).isEqualTo("cache: ttl=30000");
    assertThat(trial.effects("/* ttl=7 */ SELECT 1")).isEqualTo("cache: ttl=7");
    assertThat(trial.effects("/* ttl=soon */ SELECT 1")).isEqualTo("none");
  }
}
