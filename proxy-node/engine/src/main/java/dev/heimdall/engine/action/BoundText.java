package dev.heimdall.engine.action;

import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.Parameter;
import dev.heimdall.engine.sql.ParameterText;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * A text with the values of its parameters, to be made one text of.
 *
 * @param sql the text, with {@code $1} and so on
 * @param protocol whose SQL it is
 * @param lexerMode what its literals mean
 * @param types the number of each parameter's type, 0 for none
 * @param values each parameter's value in the text format; null for NULL
 */
record BoundText(
    String sql,
    ActionProtocol protocol,
    LexerMode lexerMode,
    List<Integer> types,
    List<String> values) {
  /** Empty when a value is in a format that is not known here, or is no text. */
  static Optional<BoundText> of(
      String sql, ActionProtocol protocol, LexerMode lexerMode, List<Parameter> parameters) {
    Optional<ParameterFormat> format = protocol.parameters();
    List<Integer> types = new ArrayList<>();
    List<String> values = new ArrayList<>();
    for (Parameter parameter : parameters) {
      types.add(parameter.type());
      if (parameter.value() == null) {
        values.add(null);
        continue;
      }
      Optional<String> value = format.flatMap(known -> known.text(parameter));
      if (value.isEmpty()) {
        return Optional.empty();
      }
      values.add(value.get());
    }
    return Optional.of(new BoundText(sql, protocol, lexerMode, types, values));
  }

  /** Returns the server's names of the parameter types of texts in one protocol. */
  static Map<Integer, String> typeNames(Connection connection, List<BoundText> texts)
      throws SQLException {
    Set<Integer> types = new TreeSet<>();
    texts.forEach(text -> types.addAll(text.types));
    return typeNames(connection, texts.get(0).protocol, types);
  }

  /**
   * Returns the server's names of some types.
   *
   * @param types their numbers; 0 has no name
   */
  static Map<Integer, String> typeNames(
      Connection connection, ActionProtocol protocol, Set<Integer> types) throws SQLException {
    Set<Integer> given = new TreeSet<>(types);
    given.remove(0);
    Optional<ParameterFormat> format = protocol.parameters();
    return given.isEmpty() || format.isEmpty()
        ? Map.of()
        : format.get().typeNames(connection, given);
  }

  /**
   * The text with its values.
   *
   * @param names as {@link #typeNames} has found them
   * @return empty if the text is none that could be carried out
   */
  Optional<String> inlined(Map<Integer, String> names) {
    if (values.isEmpty()) {
      return Optional.of(sql);
    }
    return new ParameterText(protocol.reading())
        .replaced(
            sql, lexerMode, number -> number > values.size() ? null : literal(number - 1, names));
  }

  private String literal(int index, Map<Integer, String> names) {
    int type = types.get(index);
    Optional<String> name = Optional.ofNullable(names.get(type));
    return type != 0 && name.isEmpty()
        ? null
        : protocol.parameters().orElseThrow().literal(values.get(index), name);
  }

  @Override
  public String toString() {
    return "a text with " + values.size() + " values";
  }
}
