package dev.heimdall.model;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Description of the object that a user writes for a record, from the record's components. */
final class Shape<T extends Record> {
  /** The key of an object's own name, which follows from its file. */
  static final String NAME = "name";

  static final String EXPECTED = "an object: { … }";

  static final String SCHEMA_KEY = "$schema";

  /** One setting of the object. */
  record Field(RecordComponent component, Setting setting, ValueType type) {
    String key() {
      return Shape.key(component, setting);
    }

    Object value(Record of) {
      try {
        return component.getAccessor().invoke(of);
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException("cannot read " + component, e);
      }
    }

    boolean hasDefault() {
      return !setting.byDefault().isEmpty();
    }

    /** Meaning of the setting, with the meanings of 0 and of a missing value. */
    String meaning() {
      String zero = setting.zero().isEmpty() ? "" : " 0: " + setting.zero() + ".";
      String otherwise =
          setting.otherwise().isEmpty() ? "" : " Default: " + setting.otherwise() + ".";
      return setting.value() + zero + otherwise;
    }

    /** The shape of the objects that the setting holds, one or a list of them. */
    Optional<Shape<?>> section() {
      return type instanceof ContainerTypes.ListType list
              && list.of() instanceof ContainerTypes.RecordType item
          ? Optional.of(item.shape())
          : nested();
    }

    Optional<Shape<?>> nested() {
      return type instanceof ContainerTypes.RecordType record
          ? Optional.of(record.shape())
          : Optional.empty();
    }
  }

  /** Worked out once, as reflection takes longer than to read a document by it. */
  private static final ClassValue<Shape<?>> SHAPES =
      new ClassValue<>() {
        @Override
        protected Shape<?> computeValue(Class<?> type) {
          return described(type.asSubclass(Record.class));
        }
      };

  private final Constructor<T> constructor;
  private final Map<String, Field> fields;

  private Shape(Constructor<T> constructor, Map<String, Field> fields) {
    this.constructor = constructor;
    this.fields = fields;
  }

  @SuppressWarnings("unchecked")
  static <T extends Record> Shape<T> of(Class<T> of) {
    return (Shape<T>) SHAPES.get(of);
  }

  private static <T extends Record> Shape<T> described(Class<T> of) {
    Map<String, Field> fields = new LinkedHashMap<>();
    for (RecordComponent component : of.getRecordComponents()) {
      Setting setting = component.getAnnotation(Setting.class);
      if (setting == null) {
        throw new IllegalStateException(component + " is not described");
      }
      fields.put(
          key(component, setting),
          new Field(component, setting, ValueType.of(component.getGenericType(), setting)));
    }
    try {
      return new Shape<>(
          of.getDeclaredConstructor(
              Stream.of(of.getRecordComponents())
                  .map(RecordComponent::getType)
                  .toArray(Class<?>[]::new)),
          fields);
    } catch (NoSuchMethodException e) {
      throw new IllegalStateException("no record: " + of, e);
    }
  }

  private static String key(RecordComponent component, Setting setting) {
    return setting.key().isEmpty() ? component.getName() : setting.key();
  }

  List<Field> fields() {
    return List.copyOf(fields.values());
  }

  Set<String> keys() {
    return Collections.unmodifiableSet(fields.keySet());
  }

  Optional<Field> field(String key) {
    return Optional.ofNullable(fields.get(key));
  }

  /** The record with every setting at its default. */
  T defaults() {
    Reading in = Reading.ofConstant();
    T defaults = read(new JsonValue.Obj(Position.NONE, Map.of()), "$", in).orElseThrow();
    if (!in.problems().isEmpty()) {
      throw new IllegalStateException("no defaults: " + in.problems());
    }
    return defaults;
  }

  /** A record that stands in for one that could not be read. */
  Object placeholder() {
    return build(new JsonValue.Obj(Position.NONE, Map.of()), "$", Reading.ofConstant(), Set.of());
  }

  /**
   * Reads an object. Every problem goes to {@code in}; a wrong setting is replaced, so that the
   * result can still be checked where it is sound. Empty only when the value is no object at all.
   */
  Optional<T> read(JsonValue value, String path, Reading in) {
    if (!(value instanceof JsonValue.Obj object)) {
      in.problem(path, value.at(), value.shown(), EXPECTED);
      return Optional.empty();
    }
    object
        .members()
        .forEach(
            (key, member) -> {
              if (!fields.containsKey(key) && !(path.equals("$") && key.equals(SCHEMA_KEY))) {
                in.problem(
                    Reading.member(path, key),
                    member.nameAt(),
                    "the unknown key " + JsonValue.quote(key),
                    "one of " + String.join(", ", fields.keySet()),
                    nearest(key, in));
              }
            });
    return Optional.of(build(object, path, in, Set.of()));
  }

  /**
   * Reads an object whose keys are known to be right, without those that are read {@code later}.
   */
  T build(JsonValue.Obj object, String path, Reading in, Set<String> later) {
    List<Object> arguments = new ArrayList<>();
    for (Field field : fields.values()) {
      String at = Reading.member(path, field.key());
      JsonValue.Member member = object.members().get(field.key());
      if (later.contains(field.key())) {
        arguments.add(field.type().placeholder());
      } else if (member == null) {
        Optional<?> implied = field.type().inside(object).implied(object, at, in);
        arguments.add(implied.isPresent() ? implied.get() : absent(field, at, object, in));
      } else {
        in.found(at, member.value().at());
        Object read = null;
        if (!(member.value() instanceof JsonValue.Open)) {
          read = field.type().inside(object).read(member.value(), at, in).orElse(null);
        } else if (field.type().namesFile()) {
          in.leftFileOpen();
        }
        arguments.add(read == null ? instead(field, in) : read);
      }
    }
    return construct(arguments);
  }

  /** The record of these values, one for each field. */
  T construct(List<Object> arguments) {
    try {
      return constructor.newInstance(arguments.toArray());
    } catch (InvocationTargetException e) {
      throw new IllegalStateException("cannot build " + constructor.getName(), e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("cannot build " + constructor.getName(), e);
    }
  }

  private static Object absent(Field field, String at, JsonValue.Obj object, Reading in) {
    if (field.setting().required()) {
      in.problem(at, object.at(), "nothing", field.type().expected() + " (required)");
      return field.type().placeholder();
    }
    return instead(field, in);
  }

  private static Object instead(Field field, Reading in) {
    if (field.key().equals(NAME)) {
      return in.name();
    }
    if (field.hasDefault() || field.nested().isPresent()) {
      return field
          .type()
          .read(field.type().written(field.setting().byDefault()), "$", Reading.ofConstant())
          .map(Object.class::cast)
          .orElseThrow();
    }
    if (!field.setting().otherwise().isEmpty()
        && !(field.component().getType() == Optional.class)) {
      // The record works such a default out by itself, from nothing.
      return null;
    }
    return field.type().placeholder();
  }

  private Optional<String> nearest(String key, Reading in) {
    Optional<String> near = in.nearest(key, fields.keySet());
    if (near.isPresent()) {
      return near;
    }
    for (Field field : fields.values()) {
      if (field.nested().isPresent() && field.nested().get().fields.containsKey(key)) {
        return Optional.of(field.key() + "." + key);
      }
    }
    return Optional.empty();
  }

  void describe(ObjectNode schema) {
    schema.put("type", "object");
    ObjectNode properties = schema.putObject("properties");
    ArrayNode required = schema.arrayNode();
    for (Field field : fields.values()) {
      ObjectNode property = properties.putObject(field.key());
      property.put("description", field.meaning());
      field.type().describe(property);
      if (field.hasDefault()) {
        property.set("default", field.type().written(field.setting().byDefault()).tree());
      }
      if (field.section().isEmpty()) {
        property.put("x-applies", field.setting().applies().spelling());
      }
      if (field.setting().required()) {
        required.add(field.key());
      }
    }
    if (!required.isEmpty()) {
      schema.set("required", required);
    }
    schema.put("additionalProperties", false);
  }
}
