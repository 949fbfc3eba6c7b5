package dev.heimdall.cdk;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A template for those without the CDK, read from YAML with short forms such as {@code !Ref Vpc}.
 *
 * @param text its members, with the long forms of functions; all numbers and truths are texts
 */
record PlainTemplate(JsonNode text) {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  static PlainTemplate read(String yaml) throws IOException {
    try (JsonParser parser = new YAMLFactory().createParser(yaml)) {
      parser.nextToken();
      return new PlainTemplate(value(parser));
    }
  }

  private static JsonNode value(JsonParser parser) throws IOException {
    String tag = (String) parser.getTypeId();
    JsonNode value;
    if (parser.currentToken() == JsonToken.START_OBJECT) {
      ObjectNode members = NODES.objectNode();
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        String name = parser.currentName();
        parser.nextToken();
        members.set(name, value(parser));
      }
      value = members;
    } else if (parser.currentToken() == JsonToken.START_ARRAY) {
      ArrayNode elements = NODES.arrayNode();
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        elements.add(value(parser));
      }
      value = elements;
    } else {
      value = NODES.textNode(parser.getText());
    }
    if (tag == null) {
      return value;
    }
    String function = tag.equals("Ref") || tag.equals("Condition") ? tag : "Fn::" + tag;
    return NODES.objectNode().set(function, value);
  }

  /** What is asked for, by name. */
  Map<String, JsonNode> parameters() {
    Map<String, JsonNode> parameters = new TreeMap<>();
    text.path("Parameters")
        .properties()
        .forEach(each -> parameters.put(each.getKey(), each.getValue()));
    return parameters;
  }

  /** Values of all parameters: what they are by default, where others are not said. */
  Map<String, String> values(Map<String, String> said) {
    Map<String, String> values = new TreeMap<>();
    parameters()
        .forEach(
            (name, parameter) -> {
              if (said.containsKey(name)) {
                values.put(name, said.get(name));
              } else if (parameter.has("Default")) {
                values.put(name, parameter.get("Default").asText());
              }
            });
    return values;
  }

  /** What CloudFormation would say against keeping these values, with this template. */
  List<String> complaints(Map<String, String> values) {
    List<String> complaints = new ArrayList<>();
    Map<String, JsonNode> parameters = parameters();
    values.forEach(
        (name, value) -> {
          JsonNode parameter = parameters.get(name);
          if (parameter == null) {
            complaints.add(name + " is not asked for any more, and was " + value);
          } else if (!isAllowed(parameter, value)) {
            complaints.add(name + " may not be " + value + " any more");
          }
        });
    parameters.forEach(
        (name, parameter) -> {
          if (!parameter.has("Default") && !values.containsKey(name)) {
            complaints.add(name + " has no value");
          }
        });
    return complaints;
  }

  private static boolean isAllowed(JsonNode parameter, String value) {
    boolean listed =
        !parameter.has("AllowedValues")
            || parameter.get("AllowedValues").valueStream().anyMatch(v -> v.asText().equals(value));
    return listed
        && value.matches("(?s)" + parameter.path("AllowedPattern").asText(".*"))
        && (!parameter.has("MinValue") || number(value) >= number(parameter.get("MinValue")))
        && (!parameter.has("MaxValue") || number(value) <= number(parameter.get("MaxValue")));
  }

  private static double number(JsonNode value) {
    return number(value.asText());
  }

  private static double number(String value) {
    return Double.parseDouble(value);
  }

  /** What becomes of it with these values: resources whose conditions hold, without parameters. */
  JsonNode with(Map<String, String> values) {
    return new TemplateValues(text, values).template();
  }
}
