package dev.heimdall.model;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.TreeMap;
import java.util.function.BinaryOperator;

/**
 * All parameters of one rule.
 *
 * @param general those that every rule may have
 * @param own those of the rule's action, if it has any
 * @param templates parameters that are written with {@code ${…}}, by key; in the other two they are
 *     missing
 */
public record RuleParameters(
    GeneralParameters general, Optional<ActionParameters> own, Map<String, String> templates) {
  public RuleParameters {
    templates = Collections.unmodifiableMap(new TreeMap<>(templates));
  }

  /**
   * The parameters with every {@code ${name}} replaced.
   *
   * @param values gives the value of a parameter's name, or null when it has none: a parameter that
   *     may be left out is left out then
   * @return empty when a value is not one that the parameter may have
   */
  public Optional<RuleParameters> resolved(BinaryOperator<String> values) {
    if (templates.isEmpty()) {
      return Optional.of(this);
    }
    Optional<ActionParameters> mine =
        own.isEmpty()
            ? own
            : replaced((Record) own.get(), values, Map.of()).map(ActionParameters.class::cast);
    Optional<GeneralParameters> others =
        replaced(general, values, own.map(RuleParameters::keys).orElse(Map.of()));
    return mine.isPresent() == own.isPresent() && others.isPresent()
        ? Optional.of(new RuleParameters(others.get(), mine, Map.of()))
        : Optional.empty();
  }

  private static Map<String, Boolean> keys(ActionParameters own) {
    Map<String, Boolean> keys = new TreeMap<>();
    RuleShapes.of(((Record) own).getClass()).fields().forEach(f -> keys.put(f.key(), true));
    return keys;
  }

  private <T extends Record> Optional<T> replaced(
      T of, BinaryOperator<String> values, Map<String, Boolean> except) {
    @SuppressWarnings("unchecked")
    Shape<T> shape = RuleShapes.of((Class<T>) of.getClass());
    List<Object> arguments = new ArrayList<>();
    for (Shape.Field field : shape.fields()) {
      String template = except.containsKey(field.key()) ? null : templates.get(field.key());
      Object value = field.value(of);
      if (template != null) {
        Optional<String> text =
            Template.replace(template, name -> values.apply(field.key(), name)).map(String::strip);
        if (text.isPresent()) {
          Optional<?> read =
              field
                  .type()
                  .read(RuleTypes.writtenAs(field.type(), text.get()), "$", Reading.ofConstant());
          if (read.isEmpty()) {
            return Optional.empty();
          }
          value = read.get();
        } else if (!(value instanceof Optional)) {
          return Optional.empty();
        }
      }
      arguments.add(value);
    }
    return Optional.of(shape.construct(arguments));
  }

  /** The parameters that are not at their defaults: {@code ttl=30000, stop=true}. */
  @Override
  public String toString() {
    StringJoiner text = new StringJoiner(", ");
    Map<String, String> shown = new TreeMap<>();
    own.ifPresent(parameters -> collect((Record) parameters, shown));
    collect(general, shown);
    shown.putAll(templates);
    shown.forEach((key, value) -> text.add(key + "=" + value));
    return text.toString();
  }

  /** One action's parameters that are not at their defaults, as {@link #toString} has them. */
  public static String text(ActionParameters own) {
    StringJoiner text = new StringJoiner(", ");
    Map<String, String> shown = new TreeMap<>();
    collect((Record) own, shown);
    shown.forEach((key, value) -> text.add(key + "=" + value));
    return text.toString();
  }

  private static void collect(Record of, Map<String, String> shown) {
    for (Shape.Field field : RuleShapes.of(of.getClass()).fields()) {
      Object value = field.value(of);
      boolean byDefault =
          field.hasDefault()
              ? value.equals(
                  field
                      .type()
                      .read(
                          field.type().written(field.setting().byDefault()),
                          "$",
                          Reading.ofConstant())
                      .orElseThrow())
              : value.equals(Optional.empty());
      if (!byDefault) {
        shown.putIfAbsent(field.key(), ValueType.shown(value));
      }
    }
  }
}
