package dev.heimdall.engine.sql;

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

  CURRVAL(Role.FUNCTION),
  DBLINK_CONNECT(Role.FUNCTION),
  DBLINK_CONNECT_U(Role.FUNCTION),
  LASTVAL(Role.FUNCTION),
  PG_ADVISORY_LOCK(Role.FUNCTION),
  PG_ADVISORY_LOCK_SHARED(Role.FUNCTION),
  PG_ADVISORY_UNLOCK_ALL(Role.FUNCTION),
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

  /** How the reader treats a word wherever it stands. */
  enum Role {
    /** Only of interest where a statement's grammar asks for it. */
    PLAIN,
    /** Looked at wherever it stands without quotes. */
    WATCHED,
    /** Has an effect if called. */
    FUNCTION
  }

  private static final Word[] ALL_WORDS = values();
  private static final int MASK = 2047;
  private static final int LONGEST = longest();
  private static final Word[] BY_SPELLING = bySpelling();

  private final Role role;
  private final byte[] spelling;

  Word(Role role) {
    this.role = role;
    spelling = new byte[name().length()];
    for (int i = 0; i < spelling.length; i++) {
      spelling[i] = ByteClass.lower((byte) name().charAt(i));
    }
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
    int length = end - start;
    if (length < 2 || length > LONGEST) {
      return OTHER;
    }
    int slot =
        slot(
            ByteClass.lower(text[start]),
            ByteClass.lower(text[start + (length >> 1)]),
            ByteClass.lower(text[end - 1]),
            length);
    Word word = BY_SPELLING[slot];
    while (word != null) {
      if (word.isSpelledBy(text, start, length)) {
        return word;
      }
      slot = (slot + 1) & MASK;
      word = BY_SPELLING[slot];
    }
    return OTHER;
  }

  private boolean isSpelledBy(byte[] text, int start, int length) {
    byte[] expected = spelling;
    if (expected.length != length) {
      return false;
    }
    for (int i = 0; i < length; i++) {
      if (ByteClass.lower(text[start + i]) != expected[i]) {
        return false;
      }
    }
    return true;
  }

  private static int slot(byte first, byte middle, byte last, int length) {
    return (first * 7 + middle * 61 + last * 331 + length * 1021) & MASK;
  }

  private static int longest() {
    int longest = 0;
    for (Word word : values()) {
      longest = Math.max(longest, word.spelling.length);
    }
    return longest;
  }

  private static Word[] bySpelling() {
    Word[] table = new Word[MASK + 1];
    for (Word word : values()) {
      if (word == OTHER) {
        continue;
      }
      byte[] s = word.spelling;
      int slot = slot(s[0], s[s.length >> 1], s[s.length - 1], s.length);
      while (table[slot] != null) {
        slot = (slot + 1) & MASK;
      }
      table[slot] = word;
    }
    return table;
  }
}
