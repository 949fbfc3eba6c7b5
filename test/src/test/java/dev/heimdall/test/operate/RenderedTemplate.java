package dev.heimdall.test.operate;

import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A template of CloudFormation, of which the texts are put together as CloudFormation does. */
final class RenderedTemplate {
  private static final Pattern NAME = Pattern.compile("\\$\\{([^}]*)}");

  private final JsonNode template;
  private final Map<String, String> values;

  private RenderedTemplate(JsonNode template, Map<String, String> values) {
    this.template = template;
    this.values = values;
  }

  /**
   * Reads one.
   *
   * @param file in JSON, or in YAML with short forms ({@code !Ref Vpc})
   * @param values of parameters without a default, and of what AWS knows ({@code AWS::Region}, a
   *     resource's id or, after a dot, attribute)
   */
  static RenderedTemplate of(Path file, Map<String, String> values) throws IOException {
    if (file.toString().endsWith(".json")) {
      return new RenderedTemplate(new ObjectMapper().readTree(file.toFile()), values);
    }
    try (YAMLParser parser = new YAMLFactory().createParser(Files.readString(file))) {
      parser.nextToken();
      return new RenderedTemplate(read(parser), values);
    }
  }

  /** The names of the launch templates, in the order of the template. */
  List<String> launchTemplates() {
    List<String> names = new ArrayList<>();
    template
        .path("Resources")
        .properties()
        .forEach(
            resource -> {
              if (resource.getValue().path("Type").asText().equals("AWS::EC2::LaunchTemplate")) {
                names.add(resource.getKey());
              }
            });
    return names;
  }

  /** What the instances of a launch template run when they boot, as EC2 hands it to them. */
  String userData(String launchTemplate) {
    return text(
        template
            .path("Resources")
            .path(launchTemplate)
            .at("/Properties/LaunchTemplateData/UserData/Fn::Base64"));
  }

  private static JsonNode read(YAMLParser parser) throws IOException {
    String tag = parser.getTypeId();
    JsonNode node;
    if (parser.currentToken() == JsonToken.START_OBJECT) {
      ObjectNode object = JsonNodeFactory.instance.objectNode();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        parser.nextToken();
        object.set(name, read(parser));
      }
      node = object;
    } else if (parser.currentToken() == JsonToken.START_ARRAY) {
      ArrayNode array = JsonNodeFactory.instance.arrayNode();
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        array.add(read(parser));
      }
      node = array;
    } else {
      node = JsonNodeFactory.instance.textNode(parser.getText());
    }
    if (tag == null) {
      return node;
    }
    boolean bare = tag.equals("Ref") || tag.equals("Condition");
    return JsonNodeFactory.instance.objectNode().set(bare ? tag : "Fn::" + tag, node);
  }

  private boolean holds(JsonNode condition) {
    Map.Entry<String, JsonNode> only = condition.properties().iterator().next();
    JsonNode of = only.getValue();
    return switch (only.getKey()) {
      case "Fn::Equals" -> text(of.get(0)).equals(text(of.get(1)));
      case "Fn::Not" -> !holds(of.get(0));
      case "Fn::And" -> of.valueStream().allMatch(this::holds);
      case "Fn::Or" -> of.valueStream().anyMatch(this::holds);
      case "Condition" -> named(of.asText());
      default -> throw new AssertionError("no condition: " + condition);
    };
  }

  private boolean named(String condition) {
    return holds(template.path("Conditions").path(condition));
  }

  private String text(JsonNode node) {
    if (node.isValueNode()) {
      return node.asText();
    }
    Map.Entry<String, JsonNode> only = node.properties().iterator().next();
    JsonNode of = only.getValue();
    return switch (only.getKey()) {
      case "Ref" -> value(of.asText());
      case "Fn::GetAtt" ->
          value(of.isArray() ? of.get(0).asText() + "." + of.get(1).asText() : of.asText());
      case "Fn::If" -> text(of.get(named(of.get(0).asText()) ? 1 : 2));
      case "Fn::Sub" -> substituted(of);
      case "Fn::Join" -> {
        List<String> parts = new ArrayList<>();
        of.get(1).forEach(part -> parts.add(text(part)));
        yield String.join(of.get(0).asText(), parts);
      }
      case "Fn::FindInMap" ->
          template
              .path("Mappings")
              .path(text(of.get(0)))
              .path(text(of.get(1)))
              .path(text(of.get(2)))
              .textValue();
      default -> throw new AssertionError("no text: " + node);
    };
  }

  private String substituted(JsonNode sub) {
    JsonNode text = sub.isArray() ? sub.get(0) : sub;
    JsonNode names = sub.path(1);
    return NAME.matcher(text.asText())
        .replaceAll(
            found -> {
              String name = found.group(1);
              return Matcher.quoteReplacement(
                  names.has(name) ? text(names.get(name)) : value(name));
            });
  }

  private String value(String name) {
    JsonNode byDefault = template.path("Parameters").path(name).path("Default");
    String value = values.getOrDefault(name, byDefault.isValueNode() ? byDefault.asText() : null);
    if (value == null) {
      throw new AssertionError("the test has no value for " + name);
    }
    return value;
  }
}
