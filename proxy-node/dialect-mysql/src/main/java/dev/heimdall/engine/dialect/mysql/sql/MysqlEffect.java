package dev.heimdall.engine.dialect.mysql.sql;

import dev.heimdall.engine.sql.Effect;

/**
 * Effects that statements of MySQL and MariaDB have, and those of no other dialect. A call of a
 * function has its place, brackets included, and so has what reads a connection's number in a
 * variable. What a text reads of the statement before is an effect only where that was ahead of the
 * text.
 */
public enum MysqlEffect implements Effect.Detail {
  /** The default database becomes the one that the effect's name says. */
  USES_DATABASE,
  /** Reads the last generated id: {@code LAST_INSERT_ID()}, {@code @@identity}. */
  READS_LAST_INSERT_ID,
  /** Sets what that is: {@code LAST_INSERT_ID(expression)}, {@code SET last_insert_id}. */
  SETS_LAST_INSERT_ID,
  /** Reads how many rows the statement before has found. */
  READS_FOUND_ROWS,
  /**
   * Reads the number of rows that the statement before has found, out of sight: its text has no
   * place where that number could stand.
   */
  READS_FOUND_ROWS_UNSEEN,
  /** Has its rows counted beyond its LIMIT, for {@code FOUND_ROWS()}. */
  COUNTS_FOUND_ROWS,
  /** Sets a result of {@code FOUND_ROWS()} that no answer reports. */
  FINDS_UNTOLD,
  /** That is always another one, unless the statement fails: its rows come from a query. */
  FINDS_ALWAYS,
  /** Reads how many rows the statement before has changed. */
  READS_ROW_COUNT,
  /**
   * Reads the number of changed rows by {@code GET DIAGNOSTICS}: its place is that of the whole
   * statement.
   */
  GETS_ROW_COUNT,
  /** Reads warnings and errors of the statement before, or their number. */
  READS_DIAGNOSTICS,
  /** Reads what the last transaction of the connection is called in its server's binary log. */
  READS_LAST_GTID,
  /** Reads the connection's number, which is another one to the client. */
  READS_CONNECTION_ID,
  /** Ends the connection of this number; the name is empty where that is computed. */
  KILLS_CONNECTION,
  /** Ends the statement that runs there; the name is empty where the number is computed. */
  KILLS_QUERY,
  /** The client is asked for a file. */
  LOADS_LOCAL_FILE,
  /** Begins a transaction with a snapshot of this moment: it must not be delayed. */
  TAKES_SNAPSHOT,
  /** Sets which changes of a session's state servers report; the value has its place. */
  SETS_TRACKING,
  /**
   * Sets a variable by which texts and results are read, written with @@: MariaDB reports nothing
   * of it.
   */
  SETS_UNREPORTED,
  /** Gives back all named locks where it has a row: a limit of the session's may leave it none. */
  RELEASES_NAMED_LOCKS,
  /** The server ends the connection after it. */
  ENDS_CONNECTION,
  /**
   * Said of what pins: no routine, trigger or view has a part in it. So nothing but the server's
   * own reading of the text can say that this is wrong.
   */
  RUNS_NO_CODE,
  /**
   * Calls something that is not built in: what it does to the session only the server can tell,
   * which reports that the state has changed.
   */
  CALLS_UNSEEN;

  @Override
  public boolean movesNames() {
    return this == USES_DATABASE;
  }
}
