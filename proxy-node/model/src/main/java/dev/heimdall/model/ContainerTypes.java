package dev.heimdall.model;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** The kinds of values that hold others, and the truth values. */
final class ContainerTypes {
  private ContainerTypes() {}

  /** A value that may be left out without anything in its place. */
  static final class OptionalType extends ValueType {
    private final ValueType of;

    OptionalType(ValueType of) {
      this.of = of;
    }

    @Override
    Optional<?> read(JsonValue value, String path, Reading in) {
      // What is read is the component's value: an optional inside of the one that says it was
      // right.
      Optional<?> read = of.read(value, path, in);
      return read.isPresent() ? Optional.of(read) : read;
    }

    @Override
    boolean namesFile() {
      return of.namesFile();
    }

    @Override
    String expected() {
      return of.expected();
    }

    @Override
    Object placeholder() {
      return Optional.empty();
    }

    @Override
    JsonValue written(String byDefault) {
      return of.written(byDefault);
    }

    @Override
    void describe(ObjectNode schema) {
      of.describe(schema);
    }

    @Override
    String name() {
      return of.name();
    }

    @Override
    String unit() {
      return of.unit();
    }
  }

  /** True or false. */
  static final class Truth extends ValueType {
    @Override
    Optional<?> read(JsonValue value, String path, Reading in) {
      if (value instanceof JsonValue.Bool truth) {
        return Optional.of(truth.value());
      }
      boolean quoted =
          value instanceof JsonValue.Str text
              && (text.text().equals("true") || text.text().equals("false"));
      in.problem(path, value.at(), value.shown(), expected() + (quoted ? " without quotes" : ""));
      return Optional.empty();
    }

    @Override
    String expected() {
      return "true or false";
    }

    @Override
    Object placeholder() {
      return false;
    }

    @Override
    JsonValue written(String byDefault) {
      return new JsonValue.Bool(Position.NONE, Boolean.parseBoolean(byDefault));
    }

    @Override
    void describe(ObjectNode schema) {
      schema.put("type", "boolean");
    }

    @Override
    String name() {
      return "`true`, `false`";
    }
  }

  /** A list of values of one kind, none of them twice unless they are objects. */
  static final class ListType extends ValueType {
    private final ValueType of;
    private final boolean filled;

    ListType(ValueType of, boolean filled) {
      this.of = of;
      this.filled = filled;
    }

    ValueType of() {
      return of;
    }

    @Override
    Optional<?> read(JsonValue value, String path, Reading in) {
      if (!(value instanceof JsonValue.Arr list)) {
        in.problem(path, value.at(), value.shown(), expected());
        return Optional.empty();
      }
      if (filled && list.items().isEmpty()) {
        in.problem(path, value.at(), "an empty list", expected() + " with at least one entry");
        return Optional.empty();
      }
      List<Object> read = new ArrayList<>();
      Set<Object> met = new HashSet<>();
      for (int i = 0; i < list.items().size(); i++) {
        JsonValue item = list.items().get(i);
        String at = path + "[" + i + "]";
        in.found(at, item.at());
        Object one =
            item instanceof JsonValue.Open
                ? of.placeholder()
                : of.read(item, at, in).map(Object.class::cast).orElse(of.placeholder());
        if (of instanceof RecordType || !in.sound(at)) {
          read.add(one);
        } else if (one.equals(0) || met.add(one)) {
          // 0 is no value of its own: two ports that the system chooses are two ports.
          read.add(one);
        } else {
          in.problem(at, item.at(), item.shown() + " again", "each entry only once");
        }
      }
      return Optional.of(read);
    }

    @Override
    String expected() {
      return "a list: [ … ]";
    }

    @Override
    Object placeholder() {
      return List.of();
    }

    @Override
    void describe(ObjectNode schema) {
      schema.put("type", "array");
      if (filled) {
        schema.put("minItems", 1);
      }
      of.describe(schema.putObject("items"));
    }

    @Override
    String name() {
      return of instanceof RecordType ? "list of objects" : "list; each " + of.name();
    }

    @Override
    String unit() {
      return of.unit();
    }
  }

  /** Texts by key. */
  static final class MapType extends ValueType {
    private final TextTypes.Text of;
    private final boolean filled;

    MapType(TextTypes.Text of, boolean filled) {
      this.of = of;
      this.filled = filled;
    }

    @Override
    Optional<?> read(JsonValue value, String path, Reading in) {
      if (!(value instanceof JsonValue.Obj object)) {
        in.problem(path, value.at(), value.shown(), expected());
        return Optional.empty();
      }
      if (filled && object.members().isEmpty()) {
        in.problem(path, value.at(), "an empty object", expected() + " with at least one entry");
        return Optional.empty();
      }
      Map<String, String> read = new TreeMap<>();
      for (Map.Entry<String, JsonValue.Member> entry : object.members().entrySet()) {
        String key = entry.getKey();
        String at = Reading.member(path, key);
        in.found(at, entry.getValue().nameAt());
        if (!Format.IDENTIFIER.accepts(key)) {
          in.problem(
              at,
              entry.getValue().nameAt(),
              "the key " + JsonValue.quote(key),
              Format.IDENTIFIER.expected());
          continue;
        }
        JsonValue text = entry.getValue().value();
        read.put(
            key,
            text instanceof JsonValue.Open
                ? ""
                : of.read(text, at, in).map(String.class::cast).orElse(""));
      }
      return Optional.of(read);
    }

    @Override
    String expected() {
      return "an object of texts: { \"key\": \"value\", … }";
    }

    @Override
    Object placeholder() {
      return Map.of();
    }

    @Override
    void describe(ObjectNode schema) {
      schema.put("type", "object");
      if (filled) {
        schema.put("minProperties", 1);
      }
      schema.putObject("propertyNames").put("pattern", Format.IDENTIFIER.pattern());
      of.describe(schema.putObject("additionalProperties"));
    }

    @Override
    String name() {
      return "object of " + of.name() + "s";
    }
  }

  /** Differences of a region, by name. */
  static final class FactsType extends ValueType {
    @Override
    Optional<?> read(JsonValue value, String path, Reading in) {
      return RegionFacts.read(value, path, in);
    }

    @Override
    String expected() {
      return "an object of facts: { \"name\": value, … }";
    }

    @Override
    Object placeholder() {
      return RegionFacts.none();
    }

    @Override
    void describe(ObjectNode schema) {
      RegionFacts.describe(schema);
    }

    @Override
    String name() {
      return "object; each a text, a number, `true`, `false`, or a list";
    }
  }

  /** An object with settings of its own. */
  static final class RecordType extends ValueType {
    private final Shape<?> shape;

    RecordType(Shape<?> shape) {
      this.shape = shape;
    }

    Shape<?> shape() {
      return shape;
    }

    @Override
    Optional<?> read(JsonValue value, String path, Reading in) {
      return shape.read(value, path, in);
    }

    @Override
    String expected() {
      return Shape.EXPECTED;
    }

    @Override
    Object placeholder() {
      return shape.placeholder();
    }

    @Override
    JsonValue written(String byDefault) {
      return new JsonValue.Obj(Position.NONE, Map.of());
    }

    @Override
    void describe(ObjectNode schema) {
      shape.describe(schema);
    }

    @Override
    String name() {
      return "object";
    }
  }
}
