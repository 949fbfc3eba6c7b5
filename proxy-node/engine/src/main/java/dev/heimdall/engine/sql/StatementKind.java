package dev.heimdall.engine.sql;

/**
 * Kind of a statement, by its leading words, in terms that fit every dialect's statements; what
 * only one of them has is in its effects. Text with several statements is {@link #MULTI}.
 */
public enum StatementKind {
  /** No statement at all: nothing but white space, comments and semicolons. */
  EMPTY,
  /**
   * A query: SELECT, VALUES, TABLE, and WITH … without a data-modifying part. Locking clauses do
   * not change the kind.
   */
  SELECT,
  /** INSERT, UPDATE, DELETE, MERGE and the like, also below WITH. */
  DML,
  /**
   * CREATE, ALTER, DROP, TRUNCATE, COMMENT, GRANT and the like; also SELECT … INTO, which creates a
   * table.
   */
  DDL,
  /** BEGIN or START TRANSACTION, known to be well formed. */
  BEGIN,
  /** COMMIT or END, known to be well formed. */
  COMMIT,
  /** ROLLBACK or ABORT of the whole transaction, known to be well formed. */
  ROLLBACK,
  /** SAVEPOINT, RELEASE, ROLLBACK TO. */
  SAVEPOINT,
  /**
   * Ends the transaction of this session, whose outcome is another statement's: the first phase of
   * two.
   */
  PREPARE_TRANSACTION,
  /** Changes settings of the session or of its transaction, or puts them back, and nothing else. */
  SET,
  SHOW,
  /**
   * Well formed, about nothing else than what the session has, and calling nothing: what it does is
   * in its effects.
   */
  SESSION,
  /** PREPARE of a statement: its first effect is PREPARE, with the place of the name. */
  PREPARE,
  /**
   * EXECUTE at the head of the statement; inside EXPLAIN or CREATE TABLE AS it is an effect only.
   */
  EXECUTE,
  /** DEALLOCATE, well formed: with one effect, DEALLOCATE or DEALLOCATE_ALL, and no other. */
  DEALLOCATE,
  /** Makes a cursor. */
  DECLARE,
  /** Moves a cursor, with rows or without. */
  FETCH,
  /** Closes a cursor, or all. */
  CLOSE,
  /** Data in bulk, to the client or from it: the client may have to send more. */
  BULK,
  /** Calls a routine, which may end transactions. */
  CALL,
  /** Runs a block of code that stands in the text, which may end transactions. */
  BLOCK,
  /** Locks tables. */
  LOCK,
  EXPLAIN,
  /** Maintenance; also the second phase of a transaction in two, which may be another session's. */
  UTILITY,
  /** More than one non-empty statement. */
  MULTI,
  /**
   * Not understood: an unknown leading word, a malformed statement of a kind that is promised to be
   * well formed, or text that ends inside a token.
   */
  UNKNOWN
}
