package dev.heimdall.engine.dialect.postgres.sql;

import dev.heimdall.engine.sql.Lexer;
import dev.heimdall.engine.sql.WordTable;

/** The words that mean something to the classifier; every other one is {@link #OTHER}. */
enum Word {
  OTHER(Role.PLAIN),
  ABORT(Role.PLAIN),
  ALL(Role.PLAIN),
  ALTER(Role.PLAIN),
  ANALYSE(Role.PLAIN),
  ANALYZE(Role.PLAIN),
  AND(Role.PLAIN),
  AS(Role.PLAIN),
  ATOMIC(Role.PLAIN),
  AUTHORIZATION(Role.PLAIN),
  BEGIN(Role.PLAIN),
  CALL(Role.PLAIN),
  CASE(Role.PLAIN),
  CHAIN(Role.PLAIN),
  CHARACTERISTICS(Role.PLAIN),
  CHECKPOINT(Role.PLAIN),
  CLOSE(Role.PLAIN),
  CLUSTER(Role.PLAIN),
  COMMENT(Role.PLAIN),
  COMMIT(Role.PLAIN),
  COMMITTED(Role.PLAIN),
  CONSTRAINTS(Role.PLAIN),
  COPY(Role.PLAIN),
  CREATE(Role.PLAIN),
  DEALLOCATE(Role.PLAIN),
  DECLARE(Role.PLAIN),
  DEFAULT(Role.PLAIN),
  DEFERRABLE(Role.PLAIN),
  DELETE(Role.WATCHED),
  DISCARD(Role.PLAIN),
  DO(Role.PLAIN),
  DROP(Role.PLAIN),
  ELSE(Role.PLAIN),
  END(Role.PLAIN),
  EXECUTE(Role.PLAIN),
  EXPLAIN(Role.PLAIN),
  EXTENSION(Role.PLAIN),
  FALSE(Role.PLAIN),
  FETCH(Role.PLAIN),
  FOR(Role.PLAIN),
  FROM(Role.WATCHED),
  FUNCTION(Role.PLAIN),
  GLOBAL(Role.WATCHED),
  GRANT(Role.PLAIN),
  HOLD(Role.PLAIN),
  IMPORT(Role.PLAIN),
  INSERT(Role.WATCHED),
  INTERNAL(Role.PLAIN),
  INTO(Role.WATCHED),
  ISOLATION(Role.PLAIN),
  LANGUAGE(Role.PLAIN),
  LEVEL(Role.PLAIN),
  LISTEN(Role.PLAIN),
  LOAD(Role.PLAIN),
  LOCAL(Role.WATCHED),
  LOCK(Role.PLAIN),
  LOOP(Role.PLAIN),
  MERGE(Role.WATCHED),
  MOVE(Role.PLAIN),
  NAMES(Role.PLAIN),
  NO(Role.PLAIN),
  NOT(Role.PLAIN),
  NOTIFY(Role.PLAIN),
  ON(Role.PLAIN),
  ONLY(Role.PLAIN),
  OPTION(Role.PLAIN),
  OR(Role.PLAIN),
  PG_SETTINGS(Role.WATCHED),
  PG_TEMP(Role.WATCHED),
  PLANS(Role.PLAIN),
  PLPGSQL(Role.PLAIN),
  PREPARE(Role.PLAIN),
  PREPARED(Role.PLAIN),
  PROCEDURE(Role.PLAIN),
  READ(Role.PLAIN),
  REASSIGN(Role.PLAIN),
  RECURSIVE(Role.PLAIN),
  REFRESH(Role.PLAIN),
  REINDEX(Role.PLAIN),
  RELEASE(Role.PLAIN),
  REPACK(Role.PLAIN),
  REPEATABLE(Role.PLAIN),
  REPLACE(Role.PLAIN),
  RESET(Role.PLAIN),
  REVOKE(Role.PLAIN),
  ROLE(Role.PLAIN),
  ROLLBACK(Role.PLAIN),
  SAVEPOINT(Role.PLAIN),
  SCHEMA(Role.PLAIN),
  SEARCH_PATH(Role.PLAIN),
  SECURITY(Role.PLAIN),
  SELECT(Role.WATCHED),
  SEQUENCES(Role.PLAIN),
  SERIALIZABLE(Role.PLAIN),
  SESSION(Role.PLAIN),
  SET(Role.PLAIN),
  SHOW(Role.PLAIN),
  SQL(Role.PLAIN),
  START(Role.PLAIN),
  TABLE(Role.WATCHED),
  TEMP(Role.WATCHED),
  TEMPORARY(Role.WATCHED),
  THEN(Role.PLAIN),
  TIME(Role.PLAIN),
  TO(Role.PLAIN),
  TRANSACTION(Role.PLAIN),
  TRUE(Role.PLAIN),
  TRUNCATE(Role.PLAIN),
  UESCAPE(Role.WATCHED),
  UNCOMMITTED(Role.PLAIN),
  UNLISTEN(Role.PLAIN),
  UNLOGGED(Role.PLAIN),
  UPDATE(Role.WATCHED),
  VACUUM(Role.PLAIN),
  VALUES(Role.WATCHED),
  VERBOSE(Role.PLAIN),
  WAIT(Role.PLAIN),
  WITH(Role.PLAIN),
  WORK(Role.PLAIN),
  WRITE(Role.PLAIN),
  XML(Role.PLAIN),
  ZONE(Role.PLAIN),

  CURRENT_SETTING(Role.FUNCTION),
  CURRVAL(Role.FUNCTION),
  DBLINK_CONNECT(Role.FUNCTION),
  DBLINK_CONNECT_U(Role.FUNCTION),
  LASTVAL(Role.FUNCTION),
  PG_ADVISORY_LOCK(Role.FUNCTION),
  PG_ADVISORY_LOCK_SHARED(Role.FUNCTION),
  PG_ADVISORY_UNLOCK(Role.FUNCTION),
  PG_ADVISORY_UNLOCK_ALL(Role.FUNCTION),
  PG_ADVISORY_UNLOCK_SHARED(Role.FUNCTION),
  PG_BACKUP_START(Role.FUNCTION),
  PG_COPY_LOGICAL_REPLICATION_SLOT(Role.FUNCTION),
  PG_COPY_PHYSICAL_REPLICATION_SLOT(Role.FUNCTION),
  PG_CREATE_LOGICAL_REPLICATION_SLOT(Role.FUNCTION),
  PG_REPLICATION_ORIGIN_SESSION_SETUP(Role.FUNCTION),
  PG_CREATE_PHYSICAL_REPLICATION_SLOT(Role.FUNCTION),
  PG_START_BACKUP(Role.FUNCTION),
  PG_TRY_ADVISORY_LOCK(Role.FUNCTION),
  PG_TRY_ADVISORY_LOCK_SHARED(Role.FUNCTION),
  SETSEED(Role.FUNCTION),
  SET_CONFIG(Role.FUNCTION),
  SET_LIMIT(Role.FUNCTION);

  /** Treatment of a word by the reader, wherever the word stands. */
  enum Role {
    /** Only of interest where a statement's grammar asks for it. */
    PLAIN,
    /** Looked at wherever it stands without quotes. */
    WATCHED,
    /** Has an effect if called. */
    FUNCTION
  }

  private static final Word[] ALL_WORDS = values();
  private static final WordTable SPELLINGS = WordTable.of(ALL_WORDS);

  private final Role role;

  Word(Role role) {
    this.role = role;
  }

  Role role() {
    return role;
  }

  /** The word of this ordinal. */
  static Word of(int ordinal) {
    return ALL_WORDS[ordinal];
  }

  /** The word that these bytes spell, in whatever case. */
  static Word find(byte[] text, int start, int end) {
    return ALL_WORDS[SPELLINGS.find(text, start, end)];
  }

  /** The word that stands between the quotes of the current token, in whatever case. */
  static Word inQuotes(Lexer lexer) {
    return find(lexer.text(), lexer.contentStart(), lexer.contentEnd());
  }
}
