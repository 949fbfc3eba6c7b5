package dev.heimdall.manager.rules;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;

/** The members of rules in the order in which people write them. */
final class RuleLayout {
  private static final List<String> ORDER =
      List.of("comment", "enabled", "match", "join", "inTransaction", "action", "parameters");

  private RuleLayout() {}

  /** Sets a member; one that is not there yet comes in front of those that people write behind. */
  static void put(ObjectNode rule, String key, JsonNode value) {
    if (rule.has(key)) {
      rule.set(key, value);
      return;
    }
    ObjectNode before = rule.deepCopy();
    rule.removeAll();
    for (Map.Entry<String, JsonNode> member : before.properties()) {
      if (!rule.has(key) && ORDER.indexOf(member.getKey()) > ORDER.indexOf(key)) {
        rule.set(key, value);
      }
      rule.set(member.getKey(), member.getValue());
    }
    if (!rule.has(key)) {
      rule.set(key, value);
    }
  }
}
