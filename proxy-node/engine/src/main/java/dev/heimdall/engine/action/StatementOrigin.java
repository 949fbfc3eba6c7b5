package dev.heimdall.engine.action;

import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * Origin of a statement.
 *
 * @param vdb the virtual database's name
 * @param user the user, as the client gave it
 * @param database the database at the server
 * @param settings variables of the session, by name, with their values as {@code SHOW} has them:
 *     all that differ from a fresh connection ({@code search_path}, {@code role} …). {@code
 *     TimeZone} should always be there: the driver sets it to the node's own
 */
public record StatementOrigin(
    String vdb, String user, String database, Map<String, String> settings) {
  public StatementOrigin {
    Objects.requireNonNull(vdb, "vdb");
    Objects.requireNonNull(user, "user");
    Objects.requireNonNull(database, "database");
    Map<String, String> sorted = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    sorted.putAll(settings);
    settings = Collections.unmodifiableMap(sorted);
  }

  @Override
  public String toString() {
    return user + "@" + vdb + "/" + database;
  }
}
