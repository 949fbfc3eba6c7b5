package dev.heimdall.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/**
 * A parameter that a rule may have, as forms show it.
 *
 * @param choices what may be written, where it is one of a few words
 * @param allowed what may be written, in words
 * @param unit what a plain number counts; empty where there is none
 * @param byDefault what holds where nothing is written, in words; empty: nothing does
 * @param dynamic whether {@code ${…}} may be part of the value, written as a text
 */
public record ParameterField(
    String key,
    Kind kind,
    List<String> choices,
    String allowed,
    String unit,
    String byDefault,
    boolean required,
    boolean dynamic,
    String meaning) {
  public ParameterField {
    choices = List.copyOf(choices);
  }

  /** How a value is written in JSON. */
  public enum Kind {
    TRUTH,
    NUMBER,
    CHOICE,
    TEXT
  }

  /** Those that every rule may have. */
  public static List<ParameterField> general() {
    return of(RuleShapes.GENERAL);
  }

  /** Those that only rules with this action have. */
  public static List<ParameterField> of(RuleAction action) {
    return action.shape().map(ParameterField::of).orElse(List.of());
  }

  private static List<ParameterField> of(Shape<?> shape) {
    return shape.fields().stream().map(ParameterField::of).toList();
  }

  private static ParameterField of(Shape.Field field) {
    ObjectNode schema = JsonNodeFactory.instance.objectNode();
    field.type().describe(schema);
    List<String> choices = new ArrayList<>();
    schema.path("enum").forEach(choice -> choices.add(choice.asText()));
    Setting setting = field.setting();
    return new ParameterField(
        field.key(),
        kind(schema, choices),
        choices,
        field.type().expected(),
        field.type().unit(),
        field.hasDefault()
            ? field.type().written(setting.byDefault()).tree().asText()
            : setting.otherwise(),
        setting.required(),
        setting.dynamic(),
        setting.value() + (setting.zero().isEmpty() ? "" : " 0: " + setting.zero() + "."));
  }

  private static Kind kind(ObjectNode schema, List<String> choices) {
    if (!choices.isEmpty()) {
      return Kind.CHOICE;
    }
    JsonNode first = schema.path("anyOf").path(0);
    return switch (schema.path("type").asText(first.path("type").asText())) {
      case "boolean" -> Kind.TRUTH;
      case "integer" -> Kind.NUMBER;
      default -> Kind.TEXT;
    };
  }
}
