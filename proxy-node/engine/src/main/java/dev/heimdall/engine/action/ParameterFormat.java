package dev.heimdall.engine.action;

import dev.heimdall.engine.sql.Parameter;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Format in which values that clients send apart from a text are written into it. */
public interface ParameterFormat {
  /** A value as a text; empty where it is no text, or in a format that is not known here. */
  Optional<String> text(Parameter parameter);

  /**
   * Returns the server's names of parameter types, by their numbers, so that the name can be used
   * with the connection's variables.
   */
  Map<Integer, String> typeNames(Connection connection, Set<Integer> types) throws SQLException;

  /**
   * SQL that means the same whatever the session's variables are.
   *
   * @param value null for NULL
   * @param type what the server calls its type; empty: the server is to find out
   */
  String literal(String value, Optional<String> type);
}
