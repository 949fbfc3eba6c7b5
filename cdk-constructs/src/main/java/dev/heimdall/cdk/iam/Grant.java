package dev.heimdall.cdk.iam;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One statement of a policy.
 *
 * @param sid its name in the policy
 * @param why what the component does with it
 * @param actions the actions, each written out
 * @param resources what they may be done to; {@code ${names}} are filled in
 * @param condition the operator, the key and the values of a condition, in which {@code ${names}}
 *     are filled in as well; empty without one
 */
public record Grant(
    String sid, String why, List<String> actions, List<String> resources, List<String> condition) {
  public Grant {
    actions = List.copyOf(actions);
    resources = List.copyOf(resources);
    condition = List.copyOf(condition);
  }

  static Grant on(String sid, String why, List<String> resources, String... actions) {
    return new Grant(sid, why, List.of(actions), resources, List.of());
  }

  /** For actions that know no resources, or whose resources nobody knows beforehand. */
  static Grant anywhere(String sid, String why, String... actions) {
    return on(sid, why, List.of("*"), actions);
  }

  Grant when(String operator, String key, String... values) {
    List<String> all = new ArrayList<>(List.of(operator, key));
    all.addAll(List.of(values));
    return new Grant(sid, why, actions, resources, all);
  }

  /** Objects of a bucket are listed below these prefixes only. */
  Grant below(String... prefixes) {
    return when("StringLike", "s3:prefix", prefixes);
  }

  /** The statement as JSON has it. */
  public Map<String, Object> statement() {
    Map<String, Object> statement = new LinkedHashMap<>();
    statement.put("Sid", sid);
    statement.put("Effect", "Allow");
    statement.put("Action", new ArrayList<>(actions));
    statement.put("Resource", new ArrayList<>(resources));
    if (!condition.isEmpty()) {
      statement.put("Condition", condition(conditionValues()));
    }
    return statement;
  }

  /** The values of the condition, in which names may have to be filled in. */
  List<String> conditionValues() {
    return condition.isEmpty() ? List.of() : condition.subList(2, condition.size());
  }

  /** The condition with these values. */
  Map<String, Object> condition(List<String> values) {
    Object one = values.size() == 1 ? values.get(0) : new ArrayList<>(values);
    return Map.of(condition.get(0), Map.of(condition.get(1), one));
  }
}
