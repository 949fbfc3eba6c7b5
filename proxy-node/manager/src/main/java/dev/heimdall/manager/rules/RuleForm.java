package dev.heimdall.manager.rules;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.manager.forms.DocumentForm;
import dev.heimdall.manager.forms.FormFaults;
import dev.heimdall.manager.forms.FormInput;
import dev.heimdall.manager.forms.FormView;
import dev.heimdall.model.Problem;
import dev.heimdall.model.RuleAction;
import dev.heimdall.model.SettingField;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A rule as a form shows it, and as it was written by one.
 *
 * @param own the parameters that only its action has
 * @param base the rule that the form is about
 */
record RuleForm(List<SettingField> fields, List<SettingField> own, ObjectNode base) {
  private static final String ACTION = "action";
  private static final String PARAMETERS = "parameters";
  private static final String MATCH = "match";

  /** The action of a rule; empty: it has none that there is. */
  static Optional<RuleAction> action(JsonNode rule) {
    return action(rule.path(ACTION).asText());
  }

  private static Optional<RuleAction> action(String spelling) {
    return Stream.of(RuleAction.values())
        .filter(action -> action.spelling().equals(spelling))
        .findFirst();
  }

  /**
   * @param sent with the action that was chosen, which takes the parameters of the one before;
   *     empty: nothing was sent
   */
  static RuleForm of(ObjectNode rule, Map<String, String> sent) {
    Optional<RuleAction> action =
        Optional.ofNullable(sent.get(ACTION)).map(RuleForm::action).orElse(action(rule));
    List<SettingField> fields = SettingField.ofRule(action);
    ObjectNode base = rule.deepCopy();
    if (base.path(PARAMETERS) instanceof ObjectNode parameters) {
      Set<String> had = keys(SettingField.ofAction(action(rule)));
      had.removeAll(keys(fields.stream().flatMap(field -> field.inside().stream()).toList()));
      if (parameters.remove(had).isEmpty() && !rule.path(PARAMETERS).isEmpty()) {
        base.remove(PARAMETERS);
      }
    }
    return new RuleForm(fields, SettingField.ofAction(action), base);
  }

  private static Set<String> keys(List<SettingField> fields) {
    return fields.stream().map(SettingField::key).collect(Collectors.toSet());
  }

  /** The rule that the form has made of it. */
  FormInput.Applied applied(Map<String, String> sent) {
    FormInput.Applied applied = FormInput.applied(fields, sent, base);
    JsonNode match = applied.tree().path(MATCH);
    if (match.size() < 2 && !match.equals(base.path(MATCH))) {
      applied.tree().remove("join");
    }
    return applied;
  }

  /**
   * Returns the problems of the rule.
   *
   * @param problems of the configuration
   * @param place of the rule in its document; -1: it is to go
   */
  FormFaults faults(List<Problem> problems, String document, int place, FormInput.Applied applied) {
    List<Problem> own =
        problems.stream()
            .filter(problem -> place >= 0 && Faults.rule(problem, document) == place)
            .toList();
    return FormFaults.of(own, document, "$.rules[%d].".formatted(place), fields, applied);
  }

  /**
   * @param sent what was typed, empty: nothing yet
   */
  RulesView.Form view(int id, int revision, Map<String, String> sent, FormFaults faults) {
    DocumentForm.Fields made = DocumentForm.of(fields, base, sent, faults.byField());
    List<FormView.Field> parameters =
        made.fields().stream()
            .flatMap(field -> field.isSection() ? field.inside().stream() : Stream.empty())
            .toList();
    Map<String, String> left = new TreeMap<>(faults.byField());
    made.fields().stream().flatMap(RuleForm::names).forEach(left::remove);
    Set<String> mine = keys(own);
    return new RulesView.Form(
        id,
        revision,
        made.fields().stream()
            .filter(field -> !field.isSection())
            .sorted(Comparator.comparing(FormView.Field::required).reversed())
            .toList(),
        parameters.stream().filter(field -> mine.contains(field.label())).toList(),
        parameters.stream().filter(field -> !mine.contains(field.label())).toList(),
        made.others(),
        Stream.concat(
                Faults.words(faults),
                left.entrySet().stream().map(fault -> fault.getKey() + ": " + fault.getValue()))
            .toList());
  }

  private static Stream<String> names(FormView.Field field) {
    return Stream.concat(
        field.isSection() ? Stream.empty() : Stream.of(field.name()),
        field.inside().stream().flatMap(RuleForm::names));
  }
}
