package dev.heimdall.engine.dialect.sqlserver.changes;

/** Texts of the queries by which change tracking is polled. */
public final class TrackingQueries {
  private static final String SNAPSHOTS =
      "SELECT snapshot_isolation_state, CAST(is_read_committed_snapshot_on AS int)"
          + " FROM sys.databases WHERE name = DB_NAME()";

  private static final String NOW =
      "SELECT CHANGE_TRACKING_CURRENT_VERSION(),"
          + " CAST(DATABASEPROPERTYEX(DB_NAME(), 'Updateability') AS nvarchar(60))";

  private static final String TABLES =
      "SELECT c.object_id, s.name, t.name, c.min_valid_version, c.begin_version"
          + " FROM sys.change_tracking_tables c"
          + " JOIN sys.tables t ON t.object_id = c.object_id"
          + " JOIN sys.schemas s ON s.schema_id = t.schema_id";

  private static final String COUNT =
      "SELECT %1$d, COUNT_BIG(*), MAX(c.SYS_CHANGE_VERSION),"
          + " SUM(CASE WHEN c.SYS_CHANGE_VERSION > %2$d THEN 1 ELSE 0 END)"
          + " FROM CHANGETABLE(CHANGES %3$s, %4$d) AS c";

  private static final String ROWS = "SELECT TOP %d c.* FROM CHANGETABLE(CHANGES %s, %d) AS c";

  private TrackingQueries() {}

  /** Ways in which the database keeps rows as they were: snapshots, and read committed by them. */
  public static String snapshots() {
    return SNAPSHOTS;
  }

  /** Its current version, null where it tracks nothing, and whether it takes writes. */
  public static String now() {
    return NOW;
  }

  /** All tables that are tracked. */
  public static String tables() {
    return TABLES;
  }

  /**
   * Changes of a table in one row.
   *
   * @param number comes back in the row
   * @param table quoted, with its schema
   * @param from changes behind this version are counted
   * @param next of these, those behind this version too
   */
  public static String count(int number, String table, long from, long next) {
    return COUNT.formatted(number, next, table, from);
  }

  /** The keys of changed rows, so many at most. */
  public static String rows(int most, String table, long from) {
    return ROWS.formatted(most, table, from);
  }
}
