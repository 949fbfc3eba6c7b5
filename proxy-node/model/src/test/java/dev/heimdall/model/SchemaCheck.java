package dev.heimdall.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** Checks a document against a schema, for the keywords that ours use; any other is an error. */
final class SchemaCheck {
  private static final Set<String> NOTES =
      Set.of("$schema", "title", "description", "default", "x-applies", "writeOnly");

  private final List<String> violations = new ArrayList<>();

  private SchemaCheck() {}

  static List<String> violations(JsonNode schema, JsonNode value) {
    SchemaCheck check = new SchemaCheck();
    check.check(schema, value, "$");
    return check.violations;
  }

  private void check(JsonNode schema, JsonNode value, String path) {
    for (Map.Entry<String, JsonNode> keyword : schema.properties()) {
      if (!NOTES.contains(keyword.getKey())
          && !holds(schema, keyword.getKey(), keyword.getValue(), value, path)) {
        violations.add(path + " " + keyword.getKey());
      }
    }
  }

  private static boolean isOf(String type, JsonNode value) {
    return switch (type) {
      case "object" -> value.isObject();
      case "array" -> value.isArray();
      case "string" -> value.isTextual();
      case "boolean" -> value.isBoolean();
      case "integer" -> value.isIntegralNumber();
      default -> throw new IllegalStateException("type " + type);
    };
  }

  private boolean holds(
      JsonNode schema, String keyword, JsonNode wanted, JsonNode value, String path) {
    switch (keyword) {
      case "type":
        for (JsonNode one : wanted.isArray() ? wanted : List.of(wanted)) {
          if (isOf(one.asText(), value)) {
            return true;
          }
        }
        return false;
      case "pattern":
        return !value.isTextual()
            || Pattern.compile(wanted.asText()).matcher(value.asText()).find();
      case "minLength":
        return !value.isTextual() || value.asText().length() >= wanted.asInt();
      case "minimum":
        return !value.isNumber() || value.asLong() >= wanted.asLong();
      case "maximum":
        return !value.isNumber() || value.asLong() <= wanted.asLong();
      case "enum":
        for (JsonNode choice : wanted) {
          if (choice.equals(value)) {
            return true;
          }
        }
        return false;
      case "anyOf":
        for (JsonNode choice : wanted) {
          if (violations(choice, value).isEmpty()) {
            return true;
          }
        }
        return false;
      case "required":
        for (JsonNode key : wanted) {
          if (value.isObject() && !value.has(key.asText())) {
            return false;
          }
        }
        return true;
      case "minItems", "minProperties":
        return !value.isContainerNode() || value.size() >= wanted.asInt();
      case "items":
        value.forEach(item -> check(wanted, item, path + "[]"));
        return true;
      case "properties":
        wanted
            .fieldNames()
            .forEachRemaining(
                key -> {
                  if (value.has(key)) {
                    check(wanted.get(key), value.get(key), path + "." + key);
                  }
                });
        return true;
      case "propertyNames":
        value.fieldNames().forEachRemaining(key -> check(wanted, TextNode.valueOf(key), path));
        return true;
      case "additionalProperties":
        JsonNode known = schema.path("properties");
        boolean[] fine = {true};
        value
            .fieldNames()
            .forEachRemaining(
                key -> {
                  if (wanted.isObject()) {
                    check(wanted, value.get(key), path + "." + key);
                  } else if (!known.has(key)) {
                    fine[0] = false;
                  }
                });
        return fine[0];
      default:
        throw new IllegalStateException("a keyword that this check does not know: " + keyword);
    }
  }
}
