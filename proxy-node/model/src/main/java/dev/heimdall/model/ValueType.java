package dev.heimdall.model;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Type of a value: defines how it is written, read, described in the schema and in the tables. */
abstract class ValueType {
  /** Reads a value; when it is wrong, says so to {@code in} and returns empty. */
  abstract Optional<?> read(JsonValue value, String path, Reading in);

  /** The type as it is inside of one object, where that depends on the object's other settings. */
  ValueType inside(JsonValue.Obj object) {
    return this;
  }

  /** Returns the meaning of a value that is not written at all; empty when its default holds. */
  Optional<?> implied(JsonValue.Obj object, String path, Reading in) {
    return Optional.empty();
  }

  /** True if it is the name of a file. */
  boolean namesFile() {
    return false;
  }

  /** Describes in words the values that may be written. */
  abstract String expected();

  /** Stands in for a required value that was wrong, so that the rest can still be checked. */
  abstract Object placeholder();

  /** A default that {@link Setting#byDefault} gives, as the user would have written it. */
  JsonValue written(String byDefault) {
    return JsonText.constant(byDefault);
  }

  /** Adds what the schema says of such values. */
  abstract void describe(ObjectNode schema);

  /** The type's name in the reference tables. */
  abstract String name();

  /** The unit in the reference tables; empty where there is none. */
  String unit() {
    return "";
  }

  /** Chooses by the type of the record's component, unless the setting itself names one. */
  static ValueType of(Type type, Setting setting) {
    if (setting.as() != Setting.class) {
      return named(setting.as().asSubclass(ValueType.class));
    }
    if (type instanceof ParameterizedType generic) {
      Type[] of = generic.getActualTypeArguments();
      if (generic.getRawType() == Optional.class) {
        return new ContainerTypes.OptionalType(of(of[0], setting));
      }
      if (generic.getRawType() == List.class) {
        return new ContainerTypes.ListType(of(of[0], setting), !setting.byDefault().equals("[]"));
      }
      if (generic.getRawType() == Map.class && of[0] == String.class && of[1] == String.class) {
        return new ContainerTypes.MapType(
            new TextTypes.Text(setting.format()), !setting.byDefault().equals("{}"));
      }
    } else if (type instanceof Class<?> plain) {
      if (plain == int.class || plain == Integer.class) {
        return new NumberTypes.Count(setting);
      }
      if (plain == long.class) {
        return new NumberTypes.Size(setting);
      }
      if (plain == Duration.class) {
        return new NumberTypes.Time(setting);
      }
      if (plain == boolean.class || plain == Boolean.class) {
        return new ContainerTypes.Truth();
      }
      if (plain == String.class) {
        return new TextTypes.Text(setting.format());
      }
      if (plain == Secret.class) {
        return new TextTypes.Hidden(setting.format());
      }
      if (plain == Cidr.class) {
        return new TextTypes.Network(setting.format());
      }
      if (plain == Path.class) {
        return new TextTypes.File();
      }
      if (plain == RegionFacts.class) {
        return new ContainerTypes.FactsType();
      }
      if (plain == Engine.class) {
        return new TextTypes.Choice(Engine.all());
      }
      if (plain.isEnum()) {
        return new TextTypes.Choice(
            Stream.of(plain.getEnumConstants()).map(Spelled.class::cast).toList());
      }
      if (plain.isRecord()) {
        return new ContainerTypes.RecordType(Shape.of(plain.asSubclass(Record.class)));
      }
    }
    throw new IllegalStateException("no way to write a setting of the type " + type);
  }

  private static ValueType named(Class<? extends ValueType> type) {
    try {
      return type.getDeclaredConstructor().newInstance();
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A value in force as a user would write it, without quotes. */
  static String shown(Object value) {
    if (value instanceof Optional<?> optional) {
      return optional.map(ValueType::shown).orElse("");
    }
    if (value instanceof List<?> list) {
      return list.stream().map(ValueType::shown).collect(Collectors.joining(", "));
    }
    if (value instanceof Map<?, ?> map) {
      return map.entrySet().stream()
          .map(entry -> entry.getKey() + "=" + entry.getValue())
          .collect(Collectors.joining(", "));
    }
    if (value instanceof Duration duration) {
      return NumberTypes.Time.text(duration.toMillis());
    }
    if (value instanceof Long size) {
      return NumberTypes.Size.text(size);
    }
    return value instanceof Spelled word ? word.spelling() : String.valueOf(value);
  }
}
