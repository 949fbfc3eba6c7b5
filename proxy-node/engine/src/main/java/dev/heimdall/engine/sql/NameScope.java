package dev.heimdall.engine.sql;

import java.util.List;

/**
 * Meaning of unqualified names of a session.
 *
 * @param database the database at the server
 * @param user the server's user, for {@code "$user"} in the path
 * @param searchPath the schemas of the session's {@code search_path}, unquoted; null when the
 *     session has not set one, so that the server's own holds
 * @param anywhere true if the path is unknown at the moment, so that a name may mean what has it in
 *     any schema
 */
public record NameScope(String database, String user, List<String> searchPath, boolean anywhere) {
  public NameScope {
    searchPath = searchPath == null ? null : List.copyOf(searchPath);
  }

  /** A scope whose path is known. */
  public NameScope(String database, String user, List<String> searchPath) {
    this(database, user, searchPath, false);
  }

  /** Returns this scope for the time while the path cannot be known. */
  public NameScope unsure() {
    return new NameScope(database, user, searchPath, true);
  }
}
