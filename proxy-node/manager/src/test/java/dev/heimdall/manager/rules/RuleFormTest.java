package dev.heimdall.manager.rules;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.manager.jsontext.JsonLayout;
import dev.heimdall.model.RuleAction;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class RuleFormTest {
  /** What a browser sends of a form that nobody has touched. */
  private static Map<String, String> untouched(String rule) {
    RulesView.Form form = RuleForm.of(1, 0, JsonLayout.tree(rule), Map.of());
    Map<String, String> fields = new HashMap<>();
    form.actions().stream()
        .filter(RulesView.Choice::chosen)
        .forEach(action -> fields.put("action", action.value()));
    fields.put("comment", form.comment().replace("\n", "\r\n"));
    form.match()
        .forEach(one -> fields.put("match." + one.number(), one.text().replace("\n", "\r\n")));
    if (!form.match().isEmpty()) {
      fields.put("match." + form.match().size(), "");
    }
    for (RulesView.Field field : List.of(form.join(), form.inTransaction())) {
      fields.put(field.name(), field.value());
    }
    form.own().forEach(field -> fields.put(field.name(), field.value()));
    form.general().forEach(field -> fields.put(field.name(), field.value()));
    return fields;
  }

  private static String applied(String rule, String... changes) {
    Map<String, String> fields = untouched(rule);
    for (int i = 0; i < changes.length; i += 2) {
      fields.put(changes[i], changes[i + 1]);
    }
    return JsonLayout.text(RuleForm.applied(fields, JsonLayout.tree(rule)), "");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"action\": \"drop\"}",
        "{\"action\": \"nothing\", \"x\": {\"y\": [1, 2.50]}}",
        "{\"action\": 7, \"comment\": 8, \"match\": 9, \"join\": [], \"parameters\": []}",
        "{\"action\": \"tag\", \"parameters\": {}}",
        "{\"action\": \"tag\", \"match\": \"\"}",
        "{\"action\": \"tag\", \"match\": [\"\", \"a\", \"\"], \"join\": \"or\"}",
        "{\"action\": \"tag\", \"match\": [\"a\"], \"comment\": \"\", \"inTransaction\": \"x\"}",
        "{\"action\": \"tag\", \"match\": \"a\\nb\\tc\\u0000\\r\", \"comment\": \"\\u0007\"}",
        "{\"action\": \"tag\", \"match\": \" a\\n\\nb \", \"comment\": \"\\ud83d\\ude00 <b>\"}",
        "{\"action\": \"cache\", \"parameters\": {\"ttl\": \"5\", \"shared\": \"yes\", \"maxSize\":"
            + " \"2KiB\", \"delay\": 1.5, \"target\": \"t\"}}",
        "{\"action\": \"forward\", \"enabled\": false, \"parameters\": {\"source\": \"\", \"stop\":"
            + " true, \"notify\": null}}"
      })
  void whatNobodyTouchesStays(String rule) {
    assertThat(RuleForm.applied(untouched(rule), JsonLayout.tree(rule)))
        .isEqualTo(JsonLayout.tree(rule));
  }

  @Test
  void fieldsAreWrittenAsTheirTypesAre() {
    assertThat(applied("{\"action\": \"cache\"}", "p.ttl", "30000", "p.shared", "true"))
        .isEqualTo("{\"action\": \"cache\", \"parameters\": {\"ttl\": 30000, \"shared\": true}}");
    assertThat(applied("{\"action\": \"cache\"}", "p.ttl", "${1}", "p.maxSize", "2KiB"))
        .isEqualTo(
            "{\"action\": \"cache\", \"parameters\": {\"ttl\": \"${1}\", \"maxSize\": \"2KiB\"}}");
    assertThat(applied("{\"action\": \"cache\"}", "p.ttl", "soon")).contains("\"ttl\": \"soon\"");
    assertThat(applied("{\"action\": \"tag\", \"parameters\": {\"stop\": true}}", "p.stop", ""))
        .isEqualTo("{\"action\": \"tag\"}");
    assertThat(applied("{\"action\": \"tag\"}", "comment", "why\r\nnot", "inTransaction", "false"))
        .isEqualTo("{\"comment\": \"why\\nnot\", \"inTransaction\": false, \"action\": \"tag\"}");
  }

  @Test
  void expressionsAreOneTextOrAList() {
    String one = "{\"match\": \"a\", \"action\": \"tag\"}";
    String two = "{\"match\": [\"a\", \"b\"], \"join\": \"or\", \"action\": \"tag\"}";
    assertThat(applied(one, "match.1", "b", "join", "or")).isEqualTo(two);
    assertThat(applied(two, "match.0", " ")).isEqualTo("{\"match\": \"b\", \"action\": \"tag\"}");
    assertThat(applied(one, "match.0", "")).isEqualTo("{\"action\": \"tag\"}");
    assertThat(applied("{\"action\": \"tag\"}", "match.0", "a")).isEqualTo(one);
  }

  @Test
  void anotherActionTakesItsOwnParametersAndLeavesTheOthers() {
    String rule =
        "{\"action\": \"cache\", \"parameters\": {\"ttl\": 5, \"shared\": true, \"log\": true,"
            + " \"odd\": 1}}";
    Map<String, String> fields = untouched(rule);
    fields.put("action", "table-cache");
    ObjectNode changed = RuleForm.applied(fields, JsonLayout.tree(rule));
    assertThat(JsonLayout.text(changed, ""))
        .isEqualTo(
            "{\"action\": \"table-cache\", \"parameters\": {\"ttl\": 5, \"log\": true, \"odd\":"
                + " 1}}");
    RulesView.Form form = RuleForm.of(1, 0, changed, Map.of());
    assertThat(form.own()).extracting(RulesView.Field::name).containsExactly("p.ttl", "p.table");
    assertThat(form.others()).containsExactly(new RulesView.Other("parameters.odd", "1"));
    assertThat(applied(rule, "remove.parameters.odd", "yes")).doesNotContain("odd");
  }

  @ParameterizedTest
  @EnumSource(RuleAction.class)
  void eachActionHasAFormWithEachOfItsFieldsOnce(RuleAction action) {
    RulesView.Form form =
        RuleForm.of(1, 0, JsonLayout.tree("{\"action\": \"" + action.spelling() + "\"}"), Map.of());
    assertThat(form.meaning()).isEqualTo(action.meaning().replace("`", ""));
    assertThat(form.own().stream().map(RulesView.Field::name))
        .doesNotHaveDuplicates()
        .doesNotContainAnyElementsOf(form.general().stream().map(RulesView.Field::name).toList());
    // A form has at most a hundred fields.
    assertThat(form.own().size() + form.general().size()).isLessThan(50);
  }

  @Test
  void faultsAreAtTheirFieldsAndOthersAbove() {
    RulesView.Form form =
        RuleForm.of(
            1,
            0,
            JsonLayout.tree("{\"action\": \"cache\", \"match\": \"(\"}"),
            Map.of(
                "match.0",
                List.of("bad"),
                "p.ttl",
                List.of("worse"),
                "",
                List.of("other"),
                "p.odd",
                List.of("odd")));
    assertThat(form.match().get(0).fault()).isEqualTo("bad");
    assertThat(form.own().get(0).fault()).isEqualTo("worse");
    assertThat(form.troubles()).containsExactly("other", "odd: odd");
  }
}
