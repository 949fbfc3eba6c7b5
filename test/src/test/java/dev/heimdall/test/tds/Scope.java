package dev.heimdall.test.tds;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** Variables of a batch or a procedure, and what its CATCH blocks see. */
final class Scope {
  /** A variable. */
  static final class Variable {
    final SqlType type;
    Object value;

    Variable(SqlType type, Object value) {
      this.type = type;
      this.value = value;
    }
  }

  /** Empty outside procedures. */
  final String procedure;

  final int level;
  private final Map<String, Variable> variables = new HashMap<>();
  final Map<String, String> tables = new HashMap<>();
  int tries;
  SqlError caught;
  int returned;

  Scope(String procedure, int level) {
    this.procedure = procedure;
    this.level = level;
  }

  void declare(String name, SqlType type, Object value) {
    variables.put(name.toLowerCase(Locale.ROOT), new Variable(type, value));
  }

  Variable variable(String name) {
    Variable variable = variables.get(name.toLowerCase(Locale.ROOT));
    if (variable == null) {
      throw new SqlErrorException(137, 15, "Must declare the scalar variable \"" + name + "\".");
    }
    return variable;
  }
}
