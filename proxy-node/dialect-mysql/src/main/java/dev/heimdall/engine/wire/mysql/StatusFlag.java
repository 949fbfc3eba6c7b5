package dev.heimdall.engine.wire.mysql;

/** State that a server reports in each OK and EOF packet (SERVER_STATUS_*), one bit each. */
public final class StatusFlag {
  public static final int IN_TRANSACTION = 1;
  public static final int AUTOCOMMIT = 1 << 1;
  public static final int MORE_RESULTS = 1 << 3;
  public static final int NO_GOOD_INDEX = 1 << 4;
  public static final int NO_INDEX = 1 << 5;
  public static final int CURSOR_EXISTS = 1 << 6;
  public static final int LAST_ROW_SENT = 1 << 7;
  public static final int DATABASE_DROPPED = 1 << 8;
  public static final int NO_BACKSLASH_ESCAPES = 1 << 9;

  /** The prepared statement was prepared anew, and its columns are other ones. */
  public static final int METADATA_CHANGED = 1 << 10;

  public static final int SLOW_QUERY = 1 << 11;
  public static final int OUT_PARAMETERS = 1 << 12;
  public static final int IN_READ_ONLY_TRANSACTION = 1 << 13;

  /** The OK packet carries what has changed of the session's state. */
  public static final int SESSION_STATE_CHANGED = 1 << 14;

  private StatusFlag() {}
}
