package dev.heimdall.engine.dialect.mysql.changes;

import dev.heimdall.engine.sql.RowChange;
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
 * @param statements what the log has as text instead
 * @param anything whether it may have written other tables besides
 * @param gtid its own, or {@link Position#NONE} where it has none that can be read
 * @param end where it ends in the log
 */
record LoggedTransaction(
    Map<TableName, Set<RowChange>> rows,
    List<LoggedStatement> statements,
    boolean anything,
    Position gtid,
    BinlogPosition end) {
  /** As whom the node's own writes are known: by GTID where there are GTIDs. */
  Position at() {
    return gtid == Position.NONE ? end : gtid;
  }
}
