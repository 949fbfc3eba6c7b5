package dev.heimdall.engine.sql;

import java.util.List;

/**
 * Semantics of a dialect's expressions of constants: literals, parameters, operators, casts and
 * functions of the server's own. Whatever is not certain, on any server of the dialect, in any of
 * its sessions, is null: errors, overflows, conversions that a setting or a language decides on.
 */
public interface ConstantRules {
  /** A whole number that stands in the text. */
  Constant number(long number);

  /** A literal of plain ASCII. */
  Constant literal(Constant untyped);

  /**
   * The value of a parameter.
   *
   * @param elsewhere whether the parameter stands elsewhere, too, which may give it another type
   */
  Constant parameter(Parameter parameter, boolean elsewhere);

  /** The word NULL. */
  default Constant nothing() {
    return null;
  }

  /** Value behind a unary minus, negated. */
  Constant negated(Constant value);

  /**
   * An operation of two values.
   *
   * @param operator one of {@code + - * / %}, or a bar for the operator of two bars
   */
  Constant operation(char operator, Constant left, Constant right);

  /**
   * The result of a function.
   *
   * @param name in small letters, without quotes and schema
   */
  Constant call(String name, List<Constant> arguments);

  /**
   * A value that is converted.
   *
   * @param type name in small letters
   * @param length in brackets behind it; -1 for none
   */
  Constant cast(Constant value, String type, int length);

  /** True if a column is compared with such a value, and such a value written into it, exactly. */
  boolean comparesAs(KeyType column, Constant value);

  /** True if {@code value::type} and {@code type 'value'} convert a value. */
  default boolean hasShortCasts() {
    return false;
  }

  /** True if the type stands first in {@code CONVERT}. */
  default boolean convertsToFirst() {
    return false;
  }

  /** True if with a blank ahead of its bracket a function may be another one. */
  default boolean callsWithoutBlank() {
    return false;
  }

  /** True if nothing equals NULL, whatever the session's settings. */
  default boolean nullEqualsNothing() {
    return false;
  }
}
