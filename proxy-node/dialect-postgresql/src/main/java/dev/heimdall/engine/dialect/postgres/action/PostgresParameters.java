package dev.heimdall.engine.dialect.postgres.action;

import dev.heimdall.engine.action.ParameterFormat;
import dev.heimdall.engine.sql.Parameter;
import dev.heimdall.engine.wire.postgres.ValueText;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Values of Bind messages, as literals of PostgreSQL. */
final class PostgresParameters implements ParameterFormat {
  /** The type of literals that have none yet. */
  private static final String UNKNOWN = "unknown";

  /** Names of common types, equal on every server. */
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
          Map.entry(705, UNKNOWN),
          Map.entry(1043, "character varying"),
          Map.entry(1082, "date"),
          Map.entry(1114, "timestamp without time zone"),
          Map.entry(1184, "timestamp with time zone"),
          Map.entry(1700, "numeric"),
          Map.entry(2950, "uuid"),
          Map.entry(3802, "jsonb"));

  @Override
  public Optional<String> text(Parameter parameter) {
    return ValueText.of(parameter.type(), parameter.binary(), parameter.value());
  }

  /** Asks the server only for types that are not among those of everyday. */
  @Override
  public Map<Integer, String> typeNames(Connection connection, Set<Integer> types)
      throws SQLException {
    Map<Integer, String> names = new HashMap<>(KNOWN);
    names.keySet().retainAll(types);
    Set<Integer> others = new HashSet<>(types);
    others.removeAll(KNOWN.keySet());
    if (others.isEmpty()) {
      return names;
    }
    try (PreparedStatement ask =
        connection.prepareStatement(
            "SELECT oid, pg_catalog.format_type(oid, -1) FROM pg_catalog.pg_type"
                + " WHERE oid::pg_catalog.int8 OPERATOR(pg_catalog.=) ANY (?)")) {
      // As bigint: an OID has no sign.
      Long[] oids = others.stream().map(Integer::toUnsignedLong).toArray(Long[]::new);
      ask.setArray(1, connection.createArrayOf("int8", oids));
      try (ResultSet rows = ask.executeQuery()) {
        while (rows.next()) {
          names.put((int) rows.getLong(1), rows.getString(2));
        }
      }
    }
    return names;
  }

  @Override
  public String literal(String value, Optional<String> type) {
    String literal = value == null ? "NULL" : quoted(value);
    return type.isEmpty() || type.get().equals(UNKNOWN)
        ? literal
        : "(" + literal + "::" + type.get() + ")";
  }

  /** Means the same whatever standard_conforming_strings is. */
  private static String quoted(String value) {
    String doubled = value.replace("'", "''");
    // The space keeps the E from becoming a part of a word before it.
    return value.indexOf('\\') < 0
        ? "'" + doubled + "'"
        : " E'" + doubled.replace("\\", "\\\\") + "'";
  }
}
