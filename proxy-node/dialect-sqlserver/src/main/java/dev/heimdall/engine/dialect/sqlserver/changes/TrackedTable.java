package dev.heimdall.engine.dialect.sqlserver.changes;

/**
 * Table whose changes a database tracks.
 *
 * @param id the server's
 * @param leastValid the version from which on its changes are known: TRUNCATE raises it, and
 *     cleaning up
 * @param begun the version with which tracking began
 */
record TrackedTable(int id, String schema, String name, long leastValid, long begun) {
  /** Readable name for SQL. */
  String quoted() {
    return quoted(schema) + "." + quoted(name);
  }

  private static String quoted(String part) {
    return "[" + part.replace("]", "]]") + "]";
  }
}
