package dev.heimdall.engine.dialect.mysql.sql;

import dev.heimdall.engine.sql.Effect;

/** What statements of MySQL and MariaDB do to their session that no other dialect's do. */
public enum MysqlEffect implements Effect.Detail {
  /** It asks for warnings or errors of the statement before: SHOW WARNINGS, @@warning_count. */
  ASKS_DIAGNOSTICS,
  /** It asks for LAST_INSERT_ID() or a variable that is the same. */
  ASKS_ID,
  /** It asks for ROW_COUNT(); with the place of the call, up to its closing bracket. */
  ASKS_ROW_COUNT,
  /** It asks for FOUND_ROWS(); with the place of the call, up to its closing bracket. */
  ASKS_FOUND_ROWS,
  /** It counts rows that it does not give: SQL_CALC_FOUND_ROWS. */
  COUNTS_ROWS,
  /** It gives LAST_INSERT_ID() a value, though it need not insert anything. */
  SETS_ID,
  /** It ends the connection of this number. */
  KILL_CONNECTION,
  /** It ends what the connection of this number carries out. */
  KILL_QUERY
}
