package dev.heimdall.engine.backend;

import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;

/**
 * Session variables that differ from what a fresh server connection has: what must be carried from
 * one server connection to the next. Immutable; names are lower case, values are as
 * `current_setting` gives them.
 */
public final class Variables {
  private static final String ROLE = "role";
  private static final int OF_NAME = 150;

  public static final Variables NONE = new Variables(new TreeMap<>());

  private final TreeMap<String, String> values;
  private final int hash;
  private final long weight;

  private Variables(TreeMap<String, String> values) {
    this.values = values;
    this.hash = values.hashCode();
    long sum = 0;
    for (Map.Entry<String, String> entry : values.entrySet()) {
      sum += weight(entry.getKey()) + 2L * entry.getValue().length();
    }
    this.weight = sum;
  }

  public static Variables of(Map<String, String> values) {
    return values.isEmpty() ? NONE : new Variables(new TreeMap<>(values));
  }

  /** About how many bytes a name takes in a collection of them. */
  public static long weight(String name) {
    return OF_NAME + 2L * name.length();
  }

  /** About how many bytes they take in memory. */
  public long weight() {
    return weight;
  }

  public String get(String name) {
    return values.get(name);
  }

  public Set<String> names() {
    return Collections.unmodifiableSet(values.keySet());
  }

  public Map<String, String> asMap() {
    return Collections.unmodifiableMap(values);
  }

  public boolean isEmpty() {
    return values.isEmpty();
  }

  public Variables with(String name, String value) {
    if (value.equals(values.get(name))) {
      return this;
    }
    TreeMap<String, String> changed = new TreeMap<>(values);
    changed.put(name, value);
    return new Variables(changed);
  }

  public Variables without(String name) {
    if (!values.containsKey(name)) {
      return this;
    }
    TreeMap<String, String> changed = new TreeMap<>(values);
    changed.remove(name);
    return of(changed);
  }

  /**
   * The statements that turn a connection with these variables into one with the wanted ones, as
   * one simple query: what is too many goes, and then what differs is set. The role comes last,
   * because a lesser role may not be allowed to set the others; it is reset first for the same
   * reason.
   */
  public String changeTo(Variables wanted) {
    StringBuilder sql = new StringBuilder(128);
    restore(sql, wanted);
    boolean first = true;
    for (Map.Entry<String, String> entry : wanted.values.entrySet()) {
      String name = entry.getKey();
      if (name.equals(ROLE) || entry.getValue().equals(values.get(name))) {
        continue;
      }
      sql.append(first ? "SELECT " : ",");
      first = false;
      setting(sql, name, entry.getValue());
    }
    if (!first) {
      sql.append(';');
    }
    if (wanted.values.containsKey(ROLE) && !keepsRole(wanted)) {
      sql.append("SELECT ");
      setting(sql, ROLE, wanted.get(ROLE));
    }
    return sql.toString();
  }

  /** The first part of {@link #changeTo}; empty where nothing is too many. */
  public String restoreTo(Variables wanted) {
    StringBuilder sql = new StringBuilder(128);
    restore(sql, wanted);
    return sql.toString();
  }

  /** What is left of these after {@link #restoreTo}. */
  public Variables restoredTo(Variables wanted) {
    TreeMap<String, String> left = new TreeMap<>(values);
    left.keySet().retainAll(wanted.values.keySet());
    if (!keepsRole(wanted)) {
      left.remove(ROLE);
    }
    return of(left);
  }

  private void restore(StringBuilder sql, Variables wanted) {
    if (values.containsKey(ROLE) && !keepsRole(wanted)) {
      sql.append("RESET ROLE;");
    }
    for (String name : values.keySet()) {
      if (!wanted.values.containsKey(name) && !name.equals(ROLE)) {
        sql.append("RESET ");
        identifier(sql, name);
        sql.append(';');
      }
    }
  }

  /** Whether the role can stay: it is the wanted one, and nothing else has to be changed by it. */
  private boolean keepsRole(Variables wanted) {
    return Objects.equals(get(ROLE), wanted.get(ROLE))
        && (get(ROLE) == null || values.equals(wanted.values));
  }

  /** Statements that set these until the end of their transaction, and look at no table. */
  public String setLocal() {
    StringBuilder sql = new StringBuilder(128);
    for (Map.Entry<String, String> entry : values.entrySet()) {
      sql.append("SET LOCAL ");
      identifier(sql, entry.getKey());
      sql.append(" = ");
      literal(sql, entry.getValue());
      sql.append(';');
    }
    return sql.toString();
  }

  private static void setting(StringBuilder sql, String name, String value) {
    sql.append("pg_catalog.set_config(");
    literal(sql, name);
    sql.append(',');
    literal(sql, value);
    sql.append(",false)");
  }

  /** A dotted name has each part quoted. */
  private static void identifier(StringBuilder sql, String name) {
    sql.append('"').append(name.replace("\"", "\"\"").replace(".", "\".\"")).append('"');
  }

  /** An SQL literal that means the same whatever standard_conforming_strings says. */
  public static void literal(StringBuilder sql, String value) {
    boolean escaped = value.indexOf('\\') >= 0;
    if (escaped) {
      sql.append(" E");
    }
    sql.append('\'');
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == '\'' || c == '\\') {
        sql.append(c);
      }
      sql.append(c);
    }
    sql.append('\'');
  }

  @Override
  public boolean equals(Object other) {
    return this == other
        || (other instanceof Variables that && hash == that.hash && values.equals(that.values));
  }

  @Override
  public int hashCode() {
    return hash;
  }

  /** Names only: values may be secrets of the application. */
  @Override
  public String toString() {
    return "Variables" + values.keySet();
  }
}
