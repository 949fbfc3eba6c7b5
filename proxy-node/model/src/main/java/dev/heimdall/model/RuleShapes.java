package dev.heimdall.model;

import java.util.HashMap;
import java.util.Map;

/** The shapes of all parameters, worked out once: with a capture they are needed while serving. */
final class RuleShapes {
  static final Shape<GeneralParameters> GENERAL = Shape.of(GeneralParameters.class);
  private static final Map<Class<?>, Shape<?>> ALL = all();

  private RuleShapes() {}

  private static Map<Class<?>, Shape<?>> all() {
    Map<Class<?>, Shape<?>> all = new HashMap<>();
    all.put(GeneralParameters.class, GENERAL);
    for (RuleAction action : RuleAction.values()) {
      action.parameters().ifPresent(type -> all.put(type, Shape.of(type)));
    }
    return Map.copyOf(all);
  }

  /** The shape of one kind of parameters. */
  @SuppressWarnings("unchecked")
  static <T extends Record> Shape<T> of(Class<T> parameters) {
    return (Shape<T>) ALL.get(parameters);
  }
}
