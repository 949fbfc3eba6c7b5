package dev.heimdall.engine.sql;

import java.util.Map;

/**
 * Columns of a table that a statement reads, or writes, by whose values its rows can be told apart:
 * their equality is plain, and nothing else than the statement changes what it writes.
 *
 * @param table in full, as {@link TableName#spelled}
 * @param name without database and schema
 * @param columns by their names
 * @param count of all its columns, where these have places
 */
public record KeyColumns(String table, String name, Map<String, KeyColumn> columns, int count) {
  public KeyColumns {
    columns = Map.copyOf(columns);
  }

  /** Columns without places. */
  public KeyColumns(String table, String name, Map<String, KeyColumn> columns) {
    this(table, name, columns, 0);
  }
}
