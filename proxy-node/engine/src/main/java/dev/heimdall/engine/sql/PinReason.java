package dev.heimdall.engine.sql;

/**
 * Why a session has to stay on its server connection: state that cannot be carried to another one.
 */
public enum PinReason {
  /** A temporary table, view or sequence exists, or {@code pg_temp} is named. */
  TEMP_TABLE("temporary table"),
  /** An advisory lock at session level is held. */
  ADVISORY_LOCK("advisory lock"),
  /** A cursor outlives its transaction. */
  HOLD_CURSOR("cursor with hold"),
  /** A library was loaded into the server process. */
  LOAD("loaded library"),
  /** A setting was changed whose name or value cannot be read back. */
  COMPUTED_SETTING("computed setting"),
  /** The session acts as another user. */
  SESSION_AUTHORIZATION("session authorization"),
  /**
   * A prepared statement was made inside a batch in a way that cannot be followed; decided by the
   * session.
   */
  PREPARE_IN_BATCH("prepare in a batch"),
  /** The server process holds a connection to another database. */
  FOREIGN_CONNECTION("foreign connection"),
  /** A base backup runs in the server process, and must be ended there. */
  BACKUP("base backup"),
  /** A replication slot was made, possibly one that lives as long as the session. */
  REPLICATION_SLOT("replication slot"),
  /** What the server process writes counts as replayed from somewhere. */
  REPLICATION_ORIGIN("replication origin"),
  /** A statement, name or code block that cannot be understood may have changed the session. */
  UNKNOWN_STATEMENT("unknown statement");

  private final String label;

  PinReason(String label) {
    this.label = label;
  }

  /** A few lower-case words for people, as shown in {@code SHOW CLIENTS}. */
  public String label() {
    return label;
  }
}
