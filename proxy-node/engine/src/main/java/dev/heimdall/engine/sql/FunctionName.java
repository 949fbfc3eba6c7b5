package dev.heimdall.engine.sql;

import java.util.Objects;

/**
 * The name of a function that a statement calls, as written.
 *
 * @param schema null where the text does not say
 * @param name folded as the dialect folds it, without quotes
 */
public record FunctionName(String schema, String name) {
  /** Name that stands for each variable of MySQL's own, whatever it is called. */
  public static final FunctionName SYSTEM_VARIABLE = new FunctionName(null, "@@");

  public FunctionName {
    Objects.requireNonNull(name, "name");
  }

  @Override
  public String toString() {
    return schema == null ? name : schema + '.' + name;
  }
}
