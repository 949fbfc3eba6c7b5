package dev.heimdall.engine.admin;

/** Reason that an operator's command could not be executed, in the words for the operator. */
public final class AdminException extends RuntimeException {
  private final String sqlstate;
  private final String hint;

  public AdminException(String sqlstate, String message) {
    this(sqlstate, message, null);
  }

  /**
   * @param hint what the operator may do about it, or null
   */
  public AdminException(String sqlstate, String message, String hint) {
    super(message, null, false, false);
    this.sqlstate = sqlstate;
    this.hint = hint;
  }

  /** Five characters. */
  public String sqlstate() {
    return sqlstate;
  }

  /** Remedy, or null. */
  public String hint() {
    return hint;
  }
}
