package dev.heimdall.engine.dialect.postgres.server;

import dev.heimdall.engine.backend.StateChange;
import dev.heimdall.engine.backend.Variables;
import dev.heimdall.engine.dialect.postgres.sql.PostgresLiteral;
import dev.heimdall.engine.dialect.postgres.sql.PostgresPins;
import dev.heimdall.engine.sql.PinReason;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** The statements that change session variables of a server connection. */
final class StateStatements {
  /**
   * Conditions that are true as long as a session is pinned for a reason, outside a transaction.
   */
  static final Map<PinReason, String> PINS =
      Map.of(
          PostgresPins.ADVISORY_LOCK,
          "EXISTS (SELECT FROM pg_catalog.pg_locks"
              + " WHERE locktype OPERATOR(pg_catalog.=) 'advisory'::pg_catalog.text"
              + " AND pid OPERATOR(pg_catalog.=) pg_catalog.pg_backend_pid())",
          // Whatever is in a schema depends on it, be it a table, a function or a type.
          PinReason.TEMP_TABLE,
          "EXISTS (SELECT FROM pg_catalog.pg_depend"
              + " WHERE refclassid OPERATOR(pg_catalog.=) 2615::pg_catalog.oid"
              + " AND refobjid OPERATOR(pg_catalog.=) pg_catalog.pg_my_temp_schema())");

  /** Beginning of each statement here that reads the database: SET and RESET do not. */
  static final String TAKES_SNAPSHOT = "SELECT ";

  private StateStatements() {}

  /** Asks which of these are still there; they are some of {@link #PINS}. */
  static String readPins(Collection<PinReason> reasons) {
    return reasons.stream().map(PINS::get).collect(Collectors.joining(",", "SELECT ", ""));
  }

  /**
   * A whole change as one simple query. What is only tried is set until the end of the query's
   * transaction.
   */
  static String of(StateChange change) {
    String statements = change(change.from(), change.to());
    Variables first = change.triedFirst();
    Variables last = change.triedLast();
    if (first.isEmpty() && last.isEmpty()) {
      return statements;
    }
    String separator = statements.isEmpty() || statements.endsWith(";") ? "" : ";";
    return setLocal(first) + statements + separator + setLocal(last);
  }

  /**
   * Returns the statements that turn a connection with some variables into one with the wanted
   * ones: surplus values are reset first, and then different ones are set. The role comes last,
   * because a lesser role may not be allowed to set the others; it is reset first for the same
   * reason.
   */
  private static String change(Variables from, Variables wanted) {
    StringBuilder sql = new StringBuilder(128);
    restore(sql, from, wanted);
    boolean first = true;
    for (Map.Entry<String, String> entry : wanted.asMap().entrySet()) {
      String name = entry.getKey();
      if (name.equals(Variables.ROLE) || entry.getValue().equals(from.get(name))) {
        continue;
      }
      sql.append(first ? "SELECT " : ",");
      first = false;
      setting(sql, name, entry.getValue());
    }
    if (!first) {
      sql.append(';');
    }
    String role = wanted.get(Variables.ROLE);
    if (role != null && !from.keepsRole(wanted)) {
      sql.append("SELECT ");
      setting(sql, Variables.ROLE, role);
    }
    return sql.toString();
  }

  /** The first part of a change: what puts back what is too many. */
  static String restore(Variables from, Variables wanted) {
    StringBuilder sql = new StringBuilder(128);
    restore(sql, from, wanted);
    return sql.toString();
  }

  private static void restore(StringBuilder sql, Variables from, Variables wanted) {
    if (from.get(Variables.ROLE) != null && !from.keepsRole(wanted)) {
      sql.append("RESET ROLE;");
    }
    for (String name : from.names()) {
      if (wanted.get(name) == null && !name.equals(Variables.ROLE)) {
        sql.append("RESET ");
        identifier(sql, name);
        sql.append(';');
      }
    }
  }

  /** Statements that set these until the end of their transaction, and look at no table. */
  private static String setLocal(Variables variables) {
    StringBuilder sql = new StringBuilder(128);
    variables
        .asMap()
        .forEach(
            (name, value) -> {
              sql.append("SET LOCAL ");
              identifier(sql, name);
              sql.append(" = ");
              PostgresLiteral.append(sql, name, value);
              sql.append(';');
            });
    return sql.toString();
  }

  /**
   * Returns the statement that reads these, in their order; for some, only the values that the
   * session itself has set.
   */
  static String read(Collection<String> names, Predicate<String> set) {
    StringBuilder sql = new StringBuilder("SELECT ");
    String separator = "";
    for (String name : names) {
      sql.append(separator);
      separator = ",";
      boolean own = set.test(name);
      sql.append(own ? "(SELECT pg_catalog.current_setting(" : "pg_catalog.current_setting(");
      PostgresLiteral.append(sql, name);
      sql.append(",true)");
      if (own) {
        sql.append(
            " FROM pg_catalog.pg_settings WHERE source OPERATOR(pg_catalog.=) 'session'"
                + " AND pg_catalog.lower(name) OPERATOR(pg_catalog.=) ");
        PostgresLiteral.append(sql, name.toLowerCase(Locale.ROOT));
        sql.append(")");
      }
    }
    return sql.toString();
  }

  private static void setting(StringBuilder sql, String name, String value) {
    sql.append("pg_catalog.set_config(");
    PostgresLiteral.append(sql, name);
    sql.append(',');
    PostgresLiteral.append(sql, name, value);
    sql.append(",false)");
  }

  /** A dotted name has each part quoted. */
  private static void identifier(StringBuilder sql, String name) {
    sql.append('"').append(name.replace("\"", "\"\"").replace(".", "\".\"")).append('"');
  }
}
