package dev.heimdall.engine.sql;

/**
 * Rows of its only table that a statement can write.
 *
 * @param rows null where nothing is known of them
 * @param ifOne those that it has written if the server reports that no more than one row was
 *     affected, so that it has replaced or updated none; null where that says no more
 */
public record StatementRows(RowKeys rows, RowKeys ifOne) {
  public static final StatementRows UNKNOWN = new StatementRows(null, null);

  /**
   * Those that it has written, once it is answered.
   *
   * @param affected as the server has reported it; negative where it has not
   */
  public RowKeys behind(long affected) {
    return ifOne != null && (affected == 0 || affected == 1) ? ifOne : rows;
  }

  /** Those of this statement and of another one. */
  public StatementRows and(StatementRows other) {
    return rows == null || other.rows == null
        ? UNKNOWN
        : new StatementRows(other.rows.and(rows), null);
  }
}
