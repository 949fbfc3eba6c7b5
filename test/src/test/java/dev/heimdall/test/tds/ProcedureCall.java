package dev.heimdall.test.tds;

import java.util.List;

/** A call of a procedure, by text or by RPC. */
record ProcedureCall(String name, List<Argument> arguments) {
  /** An argument, whose value is the parameter's at the end. */
  static final class Argument {
    private final String name;
    private final SqlType type;
    private Object value;
    private final boolean output;
    private final Scope.Variable variable;

    /** Made of a value; the name, the type, and the variable of text may be null. */
    Argument(String name, SqlType type, Object value, boolean output, Scope.Variable variable) {
      this.name = name == null || name.isEmpty() ? null : name;
      this.type = type;
      this.value = value;
      this.output = output;
      this.variable = variable;
    }

    String name() {
      return name;
    }

    SqlType type() {
      return type;
    }

    Object value() {
      return value;
    }

    void value(Object changed) {
      value = changed;
    }

    boolean output() {
      return output;
    }

    Scope.Variable variable() {
      return variable;
    }
  }

  Argument argument(int position, String named) {
    for (Argument argument : arguments) {
      if (named != null && named.equalsIgnoreCase(argument.name())) {
        return argument;
      }
    }
    boolean positional = position < arguments.size() && arguments.get(position).name() == null;
    return positional ? arguments.get(position) : null;
  }

  String text(int position, String named) {
    Argument argument = argument(position, named);
    return argument == null || argument.value() == null ? null : argument.value().toString();
  }

  ProcedureCall from(int position) {
    return new ProcedureCall(
        name, arguments.subList(Math.min(position, arguments.size()), arguments.size()));
  }

  /** Declares the parameters. */
  void bind(List<Tsql.Parameter> parameters, Scope scope, QueryRunner queries) {
    if (arguments.size() > parameters.size()) {
      throw new SqlErrorException(
          8144, 16, "Procedure or function " + name + " has too many arguments specified.");
    }
    for (int i = 0; i < parameters.size(); i++) {
      Tsql.Parameter parameter = parameters.get(i);
      Argument argument = argument(i, parameter.name());
      if (argument != null && argument.value() instanceof TableValue table) {
        queries.declareTable(parameter.name(), parameter.type(), table, scope);
        continue;
      }
      SqlType type = SqlType.required(parameter.type());
      if (argument == null && parameter.value() == null) {
        throw new SqlErrorException(
            201,
            16,
            "Procedure or function '"
                + name
                + "' expects parameter '"
                + parameter.name()
                + "', which was not supplied.");
      }
      Object value =
          argument == null ? queries.value(parameter.value(), scope, type) : argument.value();
      scope.declare(parameter.name(), type, value);
    }
  }

  /** Values of the parameters at the end. */
  void collect(List<Tsql.Parameter> parameters, Scope scope) {
    for (int i = 0; i < parameters.size(); i++) {
      Argument argument = argument(i, parameters.get(i).name());
      if (argument != null && argument.output()) {
        argument.value(scope.variable(parameters.get(i).name()).value);
      }
    }
  }

  @Override
  public String toString() {
    return "ProcedureCall[" + name + ", " + arguments.size() + " arguments]";
  }
}
