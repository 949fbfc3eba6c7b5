package dev.heimdall.engine.sql;

import java.util.List;

/**
 * What unqualified names of a session mean.
 *
 * @param database the database at the server
 * @param user the server's user, for {@code "$user"} in the path
 * @param searchPath the schemas of the session's {@code search_path}, unquoted; null when the
 *     session has not set one, so that the server's own holds
 */
public record NameScope(String database, String user, List<String> searchPath) {
  public NameScope {
    searchPath = searchPath == null ? null : List.copyOf(searchPath);
  }
}
