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
 * @param condition the operator, the key and the value of a condition; empty without one
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

  Grant when(String operator, String key, String value) {
    return new Grant(sid, why, actions, resources, List.of(operator, key, value));
  }

  /** The statement as JSON has it. */
  public Map<String, Object> statement() {
    Map<String, Object> statement = new LinkedHashMap<>();
    statement.put("Sid", sid);
    statement.put("Effect", "Allow");
    statement.put("Action", new ArrayList<>(actions));
    statement.put("Resource", new ArrayList<>(resources));
    if (!condition.isEmpty()) {
      statement.put(
          "Condition", Map.of(condition.get(0), Map.of(condition.get(1), condition.get(2))));
    }
    return statement;
  }
}
