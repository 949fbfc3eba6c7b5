package dev.heimdall.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A setting of a document or of a rule, as forms show it.
 *
 * @param choices what may be written, where it is one of a few words
 * @param allowed what may be written, in words
 * @param unit what an amount counts; empty where there is none
 * @param byDefault what holds where nothing is written, in words; empty: nothing does
 * @param dynamic whether {@code ${…}} may be part of the value, written as a text
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
    boolean dynamic,
    String applies,
    String meaning,
    List<SettingField> inside) {
  private static final String TYPE = "type";

  public SettingField {
    choices = List.copyOf(choices);
    inside = List.copyOf(inside);
  }

  /** Form of a value in JSON. */
  public enum Kind {
    TRUTH,
    NUMBER,
    /** A number of bytes, or a text with a unit. */
    SIZE,
    CHOICE,
    TEXT,
    /** A text whose lines and blanks count. */
    PROSE,
    /** Such a text, or a list of some. */
    TEXTS,
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

  /** Those of a document that is none of a configuration. */
  public static List<SettingField> of(Class<? extends Record> document) {
    return of(Shape.of(document));
  }

  /**
   * Those of a rule.
   *
   * @param action whose parameters it has, besides those that every rule may have
   */
  public static List<SettingField> ofRule(Optional<RuleAction> action) {
    List<SettingField> parameters = new ArrayList<>(ofAction(action));
    Set<String> own = action.flatMap(RuleAction::shape).map(Shape::keys).orElse(Set.of());
    of(RuleShapes.GENERAL).stream()
        .filter(field -> !own.contains(field.key()))
        .forEach(parameters::add);
    return of(Shape.of(Rule.class)).stream().map(field -> field.of(action, parameters)).toList();
  }

  /** The parameters that only rules with this action have. */
  public static List<SettingField> ofAction(Optional<RuleAction> action) {
    return action.flatMap(RuleAction::shape).map(SettingField::of).orElse(List.of());
  }

  /** Returns this setting for a rule with this action. */
  private SettingField of(Optional<RuleAction> action, List<SettingField> parameters) {
    boolean section = key.equals("parameters");
    return new SettingField(
        key,
        section ? Kind.SECTION : kind,
        choices,
        allowed,
        unit,
        action
            .filter(one -> key.equals("inTransaction"))
            .map(one -> Boolean.toString(one.insideTransactions()))
            .orElse(byDefault),
        required,
        dynamic,
        applies,
        action.filter(one -> key.equals("action")).map(RuleAction::meaning).orElse(meaning),
        section ? parameters : inside);
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
        setting.dynamic(),
        field.section().isPresent() ? "" : setting.applies().spelling(),
        setting.value() + (setting.zero().isEmpty() ? "" : " 0: " + setting.zero() + "."),
        kind == Kind.LIST
            ? List.of(item(schema.path("items"), field))
            : field.section().map(SettingField::of).orElse(List.of()));
  }

  private static SettingField item(JsonNode schema, Shape.Field field) {
    return new SettingField(
        "",
        kind(schema),
        choices(schema),
        "",
        field.type().unit(),
        "",
        false,
        false,
        "",
        "",
        List.of());
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
      // What a rule has depends on its action.
      boolean rules = field.section().get() == Shape.of(Rule.class);
      return field.nested().isPresent() ? Kind.SECTION : rules ? Kind.OTHER : Kind.SECTIONS;
    }
    return field.setting().format() == Format.PROSE ? Kind.PROSE : kind(schema);
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
          switch (schema.path("anyOf").path(0).path(TYPE).asText()) {
            case "integer" -> Kind.SIZE;
            case "string" -> Kind.TEXTS;
            default -> Kind.OTHER;
          };
    };
  }
}
