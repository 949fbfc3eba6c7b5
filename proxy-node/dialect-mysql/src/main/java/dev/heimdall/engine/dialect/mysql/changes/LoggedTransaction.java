package dev.heimdall.engine.dialect.mysql.changes;

import dev.heimdall.engine.sql.KeyColumns;
import dev.heimdall.engine.sql.RowChange;
import dev.heimdall.engine.sql.RowKeys;
import dev.heimdall.engine.sql.TableName;
import dev.heimdall.engine.wire.Position;
import dev.heimdall.engine.wire.mysql.BinlogPosition;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A transaction of the log, committed.
 *
 * @param rows the tables of which it has changed rows, and how
 * @param known those of them of which the rows are known
 * @param statements what the log has as text instead
 * @param anything whether it may have written other tables besides
 * @param texts that the log had before its end
 * @param gtid its own, or {@link Position#NONE} where it has none that can be read
 * @param end where it ends in the log
 */
record LoggedTransaction(
    Map<TableName, Set<RowChange>> rows,
    Map<TableName, KnownRows> known,
    List<LoggedStatement> statements,
    boolean anything,
    long texts,
    Position gtid,
    BinlogPosition end) {
  /**
   * Rows of a table.
   *
   * @param of the definition by which they were read
   */
  record KnownRows(KeyColumns of, RowKeys rows) {}

  /** As whom the node's own writes are known: by GTID where there are GTIDs. */
  Position at() {
    return gtid == Position.NONE ? end : gtid;
  }
}
