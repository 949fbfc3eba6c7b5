package dev.heimdall.model;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** The kinds of values that only rules have. */
final class RuleTypes {
  private RuleTypes() {}

  /** A text as a document would have it for a value of this type. */
  static JsonValue writtenAs(ValueType type, String text) {
    JsonValue written = type.written(text);
    boolean plain = written instanceof JsonValue.Num || written instanceof JsonValue.Bool;
    // What is no number stays a text, which the type then refuses.
    return plain && !text.matches("-?[0-9]{1,18}") && !text.equals(written.shown())
        ? new JsonValue.Str(Position.NONE, text)
        : written;
  }

  /** One expression or a list of them. */
  static final class Expressions extends ValueType {
    @Override
    Optional<?> read(JsonValue value, String path, Reading in) {
      if (value instanceof JsonValue.Str) {
        return one(value, path, in).map(List::of);
      }
      if (!(value instanceof JsonValue.Arr list) || list.items().isEmpty()) {
        in.problem(path, value.at(), value.shown(), expected());
        return Optional.empty();
      }
      List<RuleExpression> read = new ArrayList<>();
      for (int i = 0; i < list.items().size(); i++) {
        JsonValue item = list.items().get(i);
        String at = path + "[" + i + "]";
        in.found(at, item.at());
        if (!(item instanceof JsonValue.Open)) {
          one(item, at, in).ifPresent(read::add);
        }
      }
      return Optional.of(read);
    }

    private Optional<RuleExpression> one(JsonValue value, String path, Reading in) {
      if (!(value instanceof JsonValue.Str text)) {
        in.problem(path, value.at(), value.shown(), "an expression: a text");
        return Optional.empty();
      }
      try {
        return Optional.of(RuleExpression.parse(text.text(), in.regexes()));
      } catch (RuleExpression.Wrong e) {
        in.problem(path, value.at(), value.shown(), e.getMessage(), e.suggestion());
        return Optional.empty();
      }
    }

    @Override
    String expected() {
      return "an expression, or a list of at least one: [ … ]";
    }

    @Override
    Object placeholder() {
      return List.of(RuleExpression.ANYTHING);
    }

    @Override
    void describe(ObjectNode schema) {
      ArrayNode either = schema.putArray("anyOf");
      either.addObject().put("type", "string");
      ObjectNode list = either.addObject().put("type", "array").put("minItems", 1);
      list.putObject("items").put("type", "string");
    }

    @Override
    String name() {
      return "expression, or list of expressions";
    }
  }

  /** The parameters of a rule; which there are depends on its action. */
  static final class Parameters extends ValueType {
    private final Optional<RuleAction> action;

    Parameters() {
      this(Optional.empty());
    }

    private Parameters(Optional<RuleAction> action) {
      this.action = action;
    }

    @Override
    ValueType inside(JsonValue.Obj rule) {
      JsonValue.Member member = rule.members().get("action");
      if (member != null && member.value() instanceof JsonValue.Str text) {
        for (RuleAction one : RuleAction.values()) {
          if (one.spelling().equals(text.text())) {
            return new Parameters(Optional.of(one));
          }
        }
      }
      return this;
    }

    @Override
    Optional<?> read(JsonValue value, String path, Reading in) {
      if (!(value instanceof JsonValue.Obj object)) {
        in.problem(path, value.at(), value.shown(), expected());
        return Optional.empty();
      }
      Shape<?> general = RuleShapes.GENERAL;
      Optional<Shape<?>> own = action.flatMap(RuleAction::shape);
      Map<String, JsonValue.Member> mine = new LinkedHashMap<>();
      Map<String, JsonValue.Member> others = new LinkedHashMap<>();
      Map<String, String> templates = new TreeMap<>();
      object
          .members()
          .forEach(
              (key, member) -> {
                boolean isMine = own.isPresent() && own.get().field(key).isPresent();
                Optional<Shape.Field> field = isMine ? own.get().field(key) : general.field(key);
                if (field.isEmpty()) {
                  unknown(key, member, path, own, in);
                } else if (field.get().setting().dynamic()
                    && member.value() instanceof JsonValue.Str text
                    && Template.isTemplate(text.text())) {
                  in.found(Reading.member(path, key), member.value().at());
                  templates.put(key, text.text());
                } else {
                  (isMine ? mine : others).put(key, member);
                }
              });
      Optional<ActionParameters> read =
          own.map(
              shape ->
                  (ActionParameters)
                      shape.build(
                          new JsonValue.Obj(value.at(), mine), path, in, templates.keySet()));
      return Optional.of(
          new RuleParameters(
              (GeneralParameters)
                  general.build(
                      new JsonValue.Obj(value.at(), others), path, in, templates.keySet()),
              read,
              templates));
    }

    @Override
    Optional<?> implied(JsonValue.Obj rule, String path, Reading in) {
      return read(new JsonValue.Obj(rule.at(), Map.of()), path, in);
    }

    private void unknown(
        String key, JsonValue.Member member, String path, Optional<Shape<?>> own, Reading in) {
      List<String> users = new ArrayList<>();
      for (RuleAction other : RuleAction.values()) {
        if (other.shape().filter(shape -> shape.field(key).isPresent()).isPresent()) {
          users.add(other.spelling());
        }
      }
      if (action.isEmpty() && !users.isEmpty()) {
        return; // The action itself is wrong, which is said; perhaps the parameter is not.
      }
      Set<String> mine = new LinkedHashSet<>(own.map(Shape::keys).orElse(Set.of()));
      Set<String> all = new LinkedHashSet<>(mine);
      all.addAll(RuleShapes.GENERAL.keys());
      String of =
          action
              .map(
                  a ->
                      "for the action "
                          + JsonValue.quote(a.spelling())
                          + (mine.isEmpty()
                              ? " only a general parameter"
                              : " one of " + String.join(", ", mine) + ", or a general parameter"))
              .orElse("a general parameter");
      in.problem(
          Reading.member(path, key),
          member.nameAt(),
          users.isEmpty()
              ? "the unknown parameter " + JsonValue.quote(key)
              : "the parameter "
                  + JsonValue.quote(key)
                  + ", which belongs to "
                  + String.join(", ", users),
          of + " (" + String.join(", ", RuleShapes.GENERAL.keys()) + ")",
          users.isEmpty() ? in.nearest(key, all) : Optional.empty());
    }

    @Override
    String expected() {
      return Shape.EXPECTED;
    }

    @Override
    Object placeholder() {
      return read(new JsonValue.Obj(Position.NONE, Map.of()), "$", Reading.ofConstant())
          .orElseThrow();
    }

    @Override
    JsonValue written(String byDefault) {
      return new JsonValue.Obj(Position.NONE, Map.of());
    }

    @Override
    void describe(ObjectNode schema) {
      schema.put("type", "object");
      Map<String, List<Shape.Field>> fields = new TreeMap<>();
      add(RuleShapes.GENERAL, fields);
      for (RuleAction one : RuleAction.values()) {
        one.shape().ifPresent(shape -> add(shape, fields));
      }
      ObjectNode properties = schema.putObject("properties");
      fields.forEach((key, same) -> describe(same, properties.putObject(key)));
      schema.put("additionalProperties", false);
    }

    private static void add(Shape<?> shape, Map<String, List<Shape.Field>> fields) {
      shape.fields().forEach(f -> fields.computeIfAbsent(f.key(), k -> new ArrayList<>()).add(f));
    }

    private static void describe(List<Shape.Field> same, ObjectNode property) {
      Set<String> meanings = new TreeSet<>();
      same.forEach(field -> meanings.add(field.meaning()));
      property.put("description", String.join(" Or: ", meanings));
      boolean dynamic = same.stream().anyMatch(field -> field.setting().dynamic());
      Set<ObjectNode> ways = new LinkedHashSet<>();
      for (Shape.Field field : same) {
        ObjectNode way = property.objectNode();
        field.type().describe(way);
        ways.add(way);
      }
      if (dynamic) {
        ways.add(property.objectNode().put("type", "string").put("pattern", "\\$\\{"));
      }
      if (ways.size() == 1) {
        property.setAll(ways.iterator().next());
      } else {
        ways.forEach(property.withArray("/anyOf")::add);
      }
    }

    @Override
    String name() {
      return "object";
    }
  }
}
