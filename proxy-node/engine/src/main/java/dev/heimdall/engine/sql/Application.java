package dev.heimdall.engine.sql;

import java.util.List;

/**
 * An operator or function with what it is applied to at one place of a text.
 *
 * @param name the operator, or the function without its schema
 * @param operator which of them it is
 * @param operands the operands in order; null where the text does not show them
 */
public record Application(String name, boolean operator, List<Operand> operands) {
  public Application {
    operands = operands == null ? null : List.copyOf(operands);
  }
}
