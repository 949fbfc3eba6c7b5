package dev.heimdall.engine.dialect.sqlserver.sql;

import dev.heimdall.engine.sql.Effect;

/** Effects that statements of SQL Server have, and those of no other dialect. */
public enum SqlServerEffect implements Effect.Detail {
  /** The database becomes the one that the effect's name says; empty where that is not plain. */
  USES_DATABASE,
  /**
   * The text branches, loops, catches errors or returns early: which of its statements run is not
   * known.
   */
  BRANCHES,
  /** Begins a transaction with a name, a mark or a coordinator: it must not be delayed. */
  NAMES_TRANSACTION,
  /** A rollback to a name, which may be a savepoint's or that of the whole transaction. */
  ROLLS_BACK_TO_NAME,
  /** Calls a procedure of this name, which may do anything; empty where it is computed. */
  CALLS_UNSEEN,
  /** Runs a text whose effects are known; it may fail to be read when the rest was carried out. */
  RUNS_TEXT,
  /** Sets the session's CONTEXT_INFO. */
  SETS_CONTEXT_INFO,
  /** Sets a key of the session's context. */
  SETS_SESSION_CONTEXT,
  /** Has the server wait for rows, which come as a message of their own. */
  AWAITS_ROWS,
  /** Inserts rows, which may get identities. */
  GENERATES_IDENTITY,
  /** Reads the last generated identity of the session, which its own text has not generated. */
  READS_IDENTITY,
  /** Reads what the batch before has left: row count, error, cursor status. */
  READS_LAST_RESULT,
  /** Reads the connection's number, which is another one to the client. */
  READS_SPID,
  /** Ends another session. */
  KILLS_CONNECTION,
  /** Runs a text on another server, which may do anything there. */
  RUNS_ELSEWHERE;

  @Override
  public boolean movesNames() {
    return this == USES_DATABASE;
  }
}
