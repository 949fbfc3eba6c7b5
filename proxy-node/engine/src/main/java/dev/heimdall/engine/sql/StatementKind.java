package dev.heimdall.engine.sql;

/** What a statement is, by its leading words. Text with several statements is {@link #MULTI}. */
public enum StatementKind {
  /** No statement at all: nothing but white space, comments and semicolons. */
  EMPTY,
  /**
   * SELECT, VALUES, TABLE, and WITH … without a data-modifying part. Locking clauses do not change
   * the kind.
   */
  SELECT,
  /** INSERT, UPDATE, DELETE, MERGE, also below WITH. */
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
  /** PREPARE TRANSACTION: ends the transaction of this session. */
  PREPARE_TRANSACTION,
  /** SET in all its forms, transaction-local ones included. */
  SET,
  RESET,
  SHOW,
  /** DISCARD, well formed: with one DISCARD_… effect and no other. */
  DISCARD,
  /** PREPARE of a statement: its first effect is PREPARE, with the place of the name. */
  PREPARE,
  /**
   * EXECUTE at the head of the statement; inside EXPLAIN or CREATE TABLE AS it is an effect only.
   */
  EXECUTE,
  /** DEALLOCATE, well formed: with one effect, DEALLOCATE or DEALLOCATE_ALL, and no other. */
  DEALLOCATE,
  /** LISTEN, well formed: with one LISTEN effect and no other. */
  LISTEN,
  /** UNLISTEN, well formed: with one effect, UNLISTEN or UNLISTEN_ALL, and no other. */
  UNLISTEN,
  NOTIFY,
  DECLARE,
  /** FETCH and MOVE. */
  FETCH,
  CLOSE,
  COPY,
  CALL,
  DO,
  LOCK,
  EXPLAIN,
  LOAD,
  /** VACUUM, ANALYZE, CHECKPOINT, COMMIT PREPARED, ROLLBACK PREPARED and other maintenance. */
  UTILITY,
  /** More than one non-empty statement. */
  MULTI,
  /**
   * Not understood: an unknown leading word, a malformed statement of a kind that is promised to be
   * well formed, or text that ends inside a token.
   */
  UNKNOWN
}
