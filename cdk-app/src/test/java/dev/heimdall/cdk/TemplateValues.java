package dev.heimdall.cdk;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Puts values of parameters into a template, as CloudFormation does: what is said in several ways
 * comes out in one, so that the results of two templates can be compared. What only AWS knows, such
 * as a resource's attribute, stays as {@code Ref} or {@code Fn::GetAtt}, and a text that has some
 * becomes a {@code Fn::Join}.
 */
final class TemplateValues {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
  private static final Pattern NAME = Pattern.compile("\\$\\{([^}]*)}");

  private final JsonNode template;
  private final Map<String, String> values;

  TemplateValues(JsonNode template, Map<String, String> values) {
    this.template = template;
    this.values = values;
  }

  /** Resources and outputs that there are. */
  JsonNode template() {
    ObjectNode made = NODES.objectNode();
    for (String section : List.of("Resources", "Outputs")) {
      ObjectNode members = made.putObject(section);
      template
          .path(section)
          .properties()
          .forEach(
              member -> {
                JsonNode condition = member.getValue().path("Condition");
                if (condition.isMissingNode() || named(condition.asText())) {
                  members.set(member.getKey(), value(member.getValue(), Map.of()));
                }
              });
    }
    return made;
  }

  private boolean named(String condition) {
    return holds(template.at("/Conditions/" + condition));
  }

  private boolean holds(JsonNode condition) {
    Map.Entry<String, JsonNode> only = condition.properties().iterator().next();
    JsonNode of = only.getValue();
    return switch (only.getKey()) {
      case "Fn::Equals" -> value(of.get(0), Map.of()).equals(value(of.get(1), Map.of()));
      case "Fn::Not" -> !holds(of.get(0));
      case "Fn::And" -> of.valueStream().allMatch(this::holds);
      case "Fn::Or" -> of.valueStream().anyMatch(this::holds);
      case "Condition" -> named(of.asText());
      default -> throw new AssertionError("no condition: " + condition);
    };
  }

  /** Missing, where there is to be none. */
  private JsonNode value(JsonNode node, Map<String, JsonNode> names) {
    if (node.isObject() && node.size() == 1) {
      Map.Entry<String, JsonNode> only = node.properties().iterator().next();
      if (only.getKey().equals("Ref") || only.getKey().startsWith("Fn::")) {
        return function(only.getKey(), only.getValue(), names);
      }
    }
    if (node.isObject()) {
      ObjectNode members = NODES.objectNode();
      node.properties().forEach(each -> put(members, each.getKey(), value(each.getValue(), names)));
      return members;
    }
    if (node.isArray()) {
      ArrayNode elements = NODES.arrayNode();
      node.forEach(
          each -> {
            JsonNode element = value(each, names);
            if (!element.isMissingNode()) {
              elements.add(element);
            }
          });
      return elements;
    }
    return node;
  }

  private static void put(ObjectNode members, String name, JsonNode value) {
    if (!value.isMissingNode()) {
      members.set(name, value);
    }
  }

  private JsonNode function(String name, JsonNode of, Map<String, JsonNode> names) {
    return switch (name) {
      case "Ref" -> reference(of.asText());
      case "Fn::GetAtt" -> of.isArray() ? attribute(of.get(0), of.get(1)) : attribute(of.asText());
      case "Fn::If" -> value(of.get(named(of.get(0).asText()) ? 1 : 2), names);
      case "Fn::Sub" -> substituted(of, names);
      case "Fn::Join" -> joined(of.get(0).asText(), value(of.get(1), names));
      case "Fn::Select" -> selected(value(of, names));
      default -> NODES.objectNode().set(name, value(of, names));
    };
  }

  private JsonNode reference(String name) {
    if (name.equals("AWS::NoValue")) {
      return MissingNode.getInstance();
    }
    String value = values.get(name);
    if (value == null) {
      return NODES.objectNode().put("Ref", name);
    }
    if (template.at("/Parameters/" + name + "/Type").asText().startsWith("List<")) {
      ArrayNode elements = NODES.arrayNode();
      for (String element : value.split(",")) {
        elements.add(element);
      }
      return elements;
    }
    return NODES.textNode(value);
  }

  private static JsonNode attribute(String name) {
    String[] parts = name.split("\\.", 2);
    return attribute(NODES.textNode(parts[0]), NODES.textNode(parts[1]));
  }

  private static JsonNode attribute(JsonNode of, JsonNode name) {
    return NODES.objectNode().set("Fn::GetAtt", NODES.arrayNode().add(of).add(name));
  }

  private JsonNode substituted(JsonNode of, Map<String, JsonNode> outer) {
    String text = of.isArray() ? of.get(0).asText() : of.asText();
    ObjectNode own = NODES.objectNode();
    if (of.isArray()) {
      of.get(1).properties().forEach(each -> own.set(each.getKey(), value(each.getValue(), outer)));
    }
    List<JsonNode> parts = new ArrayList<>();
    Matcher names = NAME.matcher(text);
    int at = 0;
    while (names.find()) {
      parts.add(NODES.textNode(text.substring(at, names.start())));
      at = names.end();
      String name = names.group(1);
      if (own.has(name)) {
        parts.add(own.get(name));
      } else if (name.startsWith("!")) {
        parts.add(NODES.textNode("${" + name.substring(1) + "}"));
      } else {
        parts.add(name.contains(".") ? attribute(name) : reference(name));
      }
    }
    parts.add(NODES.textNode(text.substring(at)));
    return text(parts);
  }

  private static JsonNode joined(String by, JsonNode list) {
    if (!list.isArray()) {
      return NODES.objectNode().set("Fn::Join", NODES.arrayNode().add(by).add(list));
    }
    List<JsonNode> parts = new ArrayList<>();
    list.forEach(
        each -> {
          if (!parts.isEmpty()) {
            parts.add(NODES.textNode(by));
          }
          parts.add(each);
        });
    return text(parts);
  }

  /** Parts behind each other; those of a part that is joined already are parts of the whole. */
  private static JsonNode text(List<JsonNode> parts) {
    List<JsonNode> all = new ArrayList<>();
    StringBuilder open = new StringBuilder();
    for (JsonNode part : flat(parts)) {
      if (part instanceof TextNode) {
        open.append(part.asText());
      } else {
        closed(open, all);
        all.add(part);
      }
    }
    closed(open, all);
    if (all.isEmpty()) {
      return NODES.textNode("");
    }
    return all.size() == 1
        ? all.get(0)
        : NODES
            .objectNode()
            .set("Fn::Join", NODES.arrayNode().add("").add(NODES.arrayNode().addAll(all)));
  }

  private static List<JsonNode> flat(List<JsonNode> parts) {
    List<JsonNode> flat = new ArrayList<>();
    for (JsonNode part : parts) {
      JsonNode join = part.path("Fn::Join");
      if (join.isArray() && join.get(0).asText().isEmpty() && join.get(1).isArray()) {
        join.get(1).forEach(flat::add);
      } else {
        flat.add(part);
      }
    }
    return flat;
  }

  private static void closed(StringBuilder open, List<JsonNode> all) {
    if (!open.isEmpty()) {
      all.add(NODES.textNode(open.toString()));
      open.setLength(0);
    }
  }

  private static JsonNode selected(JsonNode of) {
    return of.get(1).isArray()
        ? of.get(1).get(Integer.parseInt(of.get(0).asText()))
        : NODES.objectNode().set("Fn::Select", of);
  }
}
