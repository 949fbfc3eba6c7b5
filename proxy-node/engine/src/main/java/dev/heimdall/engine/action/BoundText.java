package dev.heimdall.engine.action;

import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.Parameter;
import dev.heimdall.engine.sql.ParameterText;
import dev.heimdall.engine.sql.ParameterValue;
import dev.heimdall.engine.sql.SqlDialect;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntFunction;

/**
 * A text with the values of its parameters, to be made one text of.
 *
 * @param sql the text, with {@code $1} and so on
 * @param reading whose SQL it is
 * @param lexerMode what its literals mean
 * @param types the OID of each parameter's type, 0 for none
 * @param values each parameter's value in the text format; null for NULL
 */
record BoundText(
    String sql, SqlDialect reading, LexerMode lexerMode, List<Integer> types, List<String> values) {
  private static final int UNKNOWN = 705;

  /** What the types of everyday are called at every server. */
  private static final Map<Integer, String> KNOWN =
      Map.ofEntries(
          Map.entry(16, "boolean"),
          Map.entry(17, "bytea"),
          Map.entry(20, "bigint"),
          Map.entry(21, "smallint"),
          Map.entry(23, "integer"),
          Map.entry(25, "text"),
          Map.entry(114, "json"),
          Map.entry(700, "real"),
          Map.entry(701, "double precision"),
          Map.entry(1043, "character varying"),
          Map.entry(1082, "date"),
          Map.entry(1114, "timestamp without time zone"),
          Map.entry(1184, "timestamp with time zone"),
          Map.entry(1700, "numeric"),
          Map.entry(2950, "uuid"),
          Map.entry(3802, "jsonb"));

  /** Empty when a value is in a binary format that is not known here, or is no text. */
  static Optional<BoundText> of(
      String sql, SqlDialect reading, LexerMode lexerMode, List<Parameter> parameters) {
    List<Integer> types = new ArrayList<>();
    List<String> values = new ArrayList<>();
    for (Parameter parameter : parameters) {
      types.add(parameter.type());
      if (parameter.value() == null) {
        values.add(null);
        continue;
      }
      Optional<String> value = ParameterValue.text(parameter);
      if (value.isEmpty()) {
        return Optional.empty();
      }
      values.add(value.get());
    }
    return Optional.of(new BoundText(sql, reading, lexerMode, types, values));
  }

  /** The types whose names only the server knows. */
  Set<Integer> unknownTypes() {
    Set<Integer> unknown = new TreeSet<>(types);
    unknown.removeAll(KNOWN.keySet());
    unknown.removeAll(Arrays.asList(0, UNKNOWN));
    return unknown;
  }

  /**
   * The text with its values.
   *
   * @param names gives the name of one of {@link #unknownTypes}
   * @return empty if the text is none that could be carried out
   */
  Optional<String> inlined(IntFunction<String> names) {
    if (values.isEmpty()) {
      return Optional.of(sql);
    }
    return new ParameterText(reading)
        .replaced(
            sql, lexerMode, number -> number > values.size() ? null : literal(number - 1, names));
  }

  private String literal(int index, IntFunction<String> names) {
    String value = values.get(index);
    int type = types.get(index);
    String literal = value == null ? "NULL" : ParameterText.literal(value);
    if (type == 0 || type == UNKNOWN) {
      return literal;
    }
    String name = KNOWN.get(type);
    name = name == null ? names.apply(type) : name;
    return name == null ? null : "(" + literal + "::" + name + ")";
  }

  @Override
  public String toString() {
    return "a text with " + values.size() + " values";
  }
}
