package dev.heimdall.manager.rules;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.manager.forms.FormFaults;
import dev.heimdall.manager.forms.FormView;
import dev.heimdall.manager.jsontext.JsonLayout;
import dev.heimdall.model.Problem;
import dev.heimdall.model.RuleAction;
import dev.heimdall.model.SettingField;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class RuleFormTest {
  private static RuleForm form(String rule) {
    return RuleForm.of(JsonLayout.tree(rule), Map.of());
  }

  private static RulesView.Form view(RuleForm form, Problem... problems) {
    FormFaults faults = form.faults(List.of(problems), "rules/x.json", 1, form.applied(Map.of()));
    return form.view(1, 0, Map.of(), faults);
  }

  private static FormView.Field field(RulesView.Form form, String name) {
    return form.fields().stream().filter(one -> one.name().equals(name)).findFirst().orElseThrow();
  }

  /** What a browser sends of a form that nobody has touched. */
  private static Map<String, String> untouched(String rule) {
    RulesView.Form form = view(form(rule));
    Map<String, String> fields = new HashMap<>();
    Stream.of(form.fields(), form.own(), form.general())
        .flatMap(List::stream)
        .flatMap(field -> field.kind().equals("texts") ? field.inside().stream() : Stream.of(field))
        .forEach(field -> fields.put(field.name(), field.value().replace("\n", "\r\n")));
    return fields;
  }

  private static ObjectNode applied(String rule, Map<String, String> fields) {
    return RuleForm.of(JsonLayout.tree(rule), fields).applied(fields).tree();
  }

  private static String applied(String rule, String... changes) {
    Map<String, String> fields = untouched(rule);
    for (int i = 0; i < changes.length; i += 2) {
      fields.put(changes[i], changes[i + 1]);
    }
    return JsonLayout.text(applied(rule, fields), "");
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
    assertThat(applied(rule, untouched(rule))).isEqualTo(JsonLayout.tree(rule));
  }

  @Test
  void fieldsAreWrittenAsTheirTypesAre() {
    assertThat(
            applied(
                "{\"action\": \"cache\"}", "parameters.ttl", "30000", "parameters.shared", "true"))
        .isEqualTo("{\"action\": \"cache\", \"parameters\": {\"ttl\": 30000, \"shared\": true}}");
    assertThat(
            applied(
                "{\"action\": \"cache\"}", "parameters.ttl", "${1}", "parameters.maxSize", "2KiB"))
        .isEqualTo(
            "{\"action\": \"cache\", \"parameters\": {\"ttl\": \"${1}\", \"maxSize\": \"2KiB\"}}");
    assertThat(applied("{\"action\": \"cache\"}", "parameters.ttl", "soon"))
        .contains("\"ttl\": \"soon\"");
    assertThat(
            applied(
                "{\"action\": \"tag\", \"parameters\": {\"stop\": true}}", "parameters.stop", ""))
        .isEqualTo("{\"action\": \"tag\"}");
    assertThat(applied("{\"action\": \"tag\"}", "comment", "why\r\nnot", "inTransaction", "false"))
        .isEqualTo("{\"comment\": \"why\\nnot\", \"inTransaction\": false, \"action\": \"tag\"}");
  }

  @Test
  void blanksOfATextCountAndThoseAroundANameDoNot() {
    assertThat(applied("{\"action\": \"transform\"}", "parameters.target", " a\r\n b "))
        .contains("\"target\": \" a\\n b \"");
    assertThat(applied("{\"action\": \"async-execute\"}", "parameters.queueName", " q "))
        .contains("\"queueName\": \"q\"");
  }

  @Test
  void expressionsAreOneTextOrAList() {
    String one = "{\"match\": \"a\", \"action\": \"tag\"}";
    String two = "{\"match\": [\"a\", \"b\"], \"join\": \"or\", \"action\": \"tag\"}";
    assertThat(applied(one, "match[1]", "b", "join", "or")).isEqualTo(two);
    assertThat(applied(two, "match[0]", " ")).isEqualTo("{\"match\": \"b\", \"action\": \"tag\"}");
    assertThat(applied(one, "match[0]", "")).isEqualTo("{\"action\": \"tag\"}");
    assertThat(applied("{\"action\": \"tag\"}", "match[0]", "a")).isEqualTo(one);
  }

  @Test
  void anotherActionTakesItsOwnParametersAndLeavesTheOthers() {
    String rule =
        "{\"action\": \"cache\", \"parameters\": {\"ttl\": 5, \"shared\": true, \"log\": true,"
            + " \"odd\": 1}}";
    Map<String, String> fields = untouched(rule);
    fields.put("action", "table-cache");
    ObjectNode changed = applied(rule, fields);
    assertThat(JsonLayout.text(changed, ""))
        .isEqualTo(
            "{\"action\": \"table-cache\", \"parameters\": {\"ttl\": 5, \"log\": true, \"odd\":"
                + " 1}}");
    RulesView.Form form = view(RuleForm.of(changed, Map.of()));
    assertThat(form.own())
        .extracting(FormView.Field::name)
        .containsExactly("parameters.ttl", "parameters.table");
    assertThat(form.others()).containsExactly(new FormView.Other("parameters.odd", "1"));
    assertThat(applied(rule, "remove@parameters.odd", "yes")).doesNotContain("odd");
  }

  @ParameterizedTest
  @EnumSource(RuleAction.class)
  void eachActionHasAFormWithEachOfItsFieldsOnce(RuleAction action) {
    RulesView.Form form = view(form("{\"action\": \"" + action.spelling() + "\"}"));
    assertThat(form.fields())
        .extracting(FormView.Field::name)
        .startsWith("action")
        .containsExactlyInAnyOrderElementsOf(
            SettingField.ofRule(Optional.of(action)).stream()
                .map(SettingField::key)
                .filter(key -> !key.equals("parameters"))
                .toList());
    assertThat(field(form, "action").help()).isEqualTo(action.meaning().replace("`", ""));
    assertThat(field(form, "inTransaction").choices().get(0).words())
        .isEqualTo("default: " + (action.insideTransactions() ? "yes" : "no"));
    assertThat(form.own())
        .extracting(FormView.Field::label)
        .containsExactlyElementsOf(
            SettingField.ofAction(Optional.of(action)).stream().map(SettingField::key).toList())
        .doesNotContainAnyElementsOf(form.general().stream().map(FormView.Field::label).toList());
  }

  private static Problem problem(String path) {
    return new Problem("rules/x.json", 1, 1, path, path, "other", Optional.empty());
  }

  @Test
  void faultsAreAtTheirFieldsAndOthersAbove() {
    RulesView.Form form =
        view(
            form("{\"action\": \"cache\", \"match\": \"(\"}"),
            problem("$.rules[1].match"),
            problem("$.rules[1].parameters.ttl"),
            problem("$.rules[1].odd"),
            problem("$.rules[1].parameters.odd"),
            problem("$.rules[0].match"));
    assertThat(field(form, "match").inside().get(0).fault())
        .isEqualTo("got $.rules[1].match, expected other");
    assertThat(form.own().get(0).fault()).contains("parameters.ttl");
    assertThat(form.troubles())
        .containsExactly(
            "odd: got $.rules[1].odd, expected other",
            "parameters: got $.rules[1].parameters.odd, expected other");
  }

  @Test
  void anExpressionIsFoundBehindOneThatWasEmptied() {
    Map<String, String> sent = untouched("{\"match\": [\"a\", \"b\"], \"action\": \"tag\"}");
    sent.put("match[0]", "");
    sent.put("match[2]", "(");
    RuleForm form = RuleForm.of(JsonLayout.tree("{\"action\": \"tag\"}"), sent);
    FormFaults faults =
        form.faults(List.of(problem("$.rules[1].match[1]")), "rules/x.json", 1, form.applied(sent));
    assertThat(faults.byField()).containsOnlyKeys("match[2]");
    assertThat(field(form.view(1, 0, sent, faults), "match").inside())
        .extracting(FormView.Field::value)
        .containsExactly("", "b", "(", "");
  }
}
