package dev.heimdall.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A setting of a document, as forms show it.
 *
 * @param choices what may be written, where it is one of a few words
 * @param allowed what may be written, in words
 * @param unit what an amount counts; empty where there is none
 * @param byDefault what holds where nothing is written, in words; empty: nothing does
 * @param applies when a change takes effect, in words; empty for what holds other settings
 * @param inside the settings that it holds; of a list of values one, without a key
 */
public record SettingField(
    String key,
    Kind kind,
    List<String> choices,
    String allowed,
    String unit,
    String byDefault,
    boolean required,
    String applies,
    String meaning,
    List<SettingField> inside) {
  private static final String TYPE = "type";

  public SettingField {
    choices = List.copyOf(choices);
    inside = List.copyOf(inside);
  }

  /** How a value is written in JSON. */
  public enum Kind {
    TRUTH,
    NUMBER,
    /** A number of bytes, or a text with a unit. */
    SIZE,
    CHOICE,
    TEXT,
    SECRET,
    /** Values of one kind, none of which has settings of its own. */
    LIST,
    /** Texts by key. */
    MAP,
    SECTION,
    /** Objects with the same settings. */
    SECTIONS,
    /** For which there is no field. */
    OTHER
  }

  /** Those of a document; empty: there are no documents of this name. */
  public static Optional<List<SettingField>> of(String document) {
    return Stream.of(DocumentKind.values())
        .filter(kind -> isOf(kind, document))
        .findFirst()
        .map(kind -> of(kind.shape()));
  }

  private static boolean isOf(DocumentKind kind, String document) {
    int slash = kind.file().indexOf('/');
    return slash < 0
        ? kind.file().equals(document)
        : document.startsWith(kind.file().substring(0, slash + 1))
            && document.endsWith(".json")
            && document.indexOf('/', slash + 1) < 0;
  }

  private static List<SettingField> of(Shape<?> shape) {
    return shape.fields().stream().map(SettingField::of).toList();
  }

  private static SettingField of(Shape.Field field) {
    ObjectNode schema = JsonNodeFactory.instance.objectNode();
    field.type().describe(schema);
    Kind kind = kind(schema, field);
    Setting setting = field.setting();
    return new SettingField(
        field.key(),
        kind,
        choices(schema),
        field.type().expected(),
        field.type().unit(),
        byDefault(field),
        setting.required(),
        field.section().isPresent() ? "" : setting.applies().spelling(),
        setting.value() + (setting.zero().isEmpty() ? "" : " 0: " + setting.zero() + "."),
        kind == Kind.LIST
            ? List.of(item(schema.path("items"), field))
            : field.section().map(SettingField::of).orElse(List.of()));
  }

  private static SettingField item(JsonNode schema, Shape.Field field) {
    return new SettingField(
        "", kind(schema), choices(schema), "", field.type().unit(), "", false, "", "", List.of());
  }

  private static List<String> choices(JsonNode schema) {
    List<String> choices = new ArrayList<>();
    schema.path("enum").forEach(choice -> choices.add(choice.asText()));
    return choices;
  }

  private static String byDefault(Shape.Field field) {
    if (!field.hasDefault()) {
      return field.setting().otherwise();
    }
    JsonNode written = field.type().written(field.setting().byDefault()).tree();
    return written.isContainerNode()
        ? written.isEmpty() ? "" : written.toString()
        : written.asText();
  }

  private static Kind kind(ObjectNode schema, Shape.Field field) {
    if (field.section().isPresent()) {
      return field.nested().isPresent() ? Kind.SECTION : Kind.SECTIONS;
    }
    return kind(schema);
  }

  private static Kind kind(JsonNode schema) {
    if (schema.has("enum")) {
      return Kind.CHOICE;
    }
    if (schema.path("writeOnly").asBoolean()) {
      return Kind.SECRET;
    }
    return switch (schema.path(TYPE).asText()) {
      case "boolean" -> Kind.TRUTH;
      case "integer" -> Kind.NUMBER;
      case "string" -> Kind.TEXT;
      case "array" ->
          schema.path("items").path(TYPE).asText().equals("object") ? Kind.OTHER : Kind.LIST;
      case "object" ->
          schema.path("additionalProperties").path(TYPE).asText().equals("string")
              ? Kind.MAP
              : Kind.OTHER;
      default ->
          schema.path("anyOf").path(0).path(TYPE).asText().equals("integer")
              ? Kind.SIZE
              : Kind.OTHER;
    };
  }
}
