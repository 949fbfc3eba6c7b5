package dev.heimdall.engine.dialect.mysql.answer;

import dev.heimdall.engine.wire.ServerError;

/**
 * Last answer of the node's own to a session, as far as later statements may query it: no server
 * has it.
 */
public final class OwnAnswer {
  private static final long OF_SERVER = Long.MIN_VALUE;
  private static final long NONE = -1;

  private long rows = OF_SERVER;

  /** Null where SHOW ERRORS has none of the node's own to show. */
  private ServerError error;

  /** True if the session's last statement was answered by the node. */
  public boolean isLast() {
    return rows != OF_SERVER;
  }

  /** Value of ROW_COUNT() behind it. */
  public long rows() {
    return rows;
  }

  /** A statement was carried out on so many rows; what was wrong before it stays to be shown. */
  public void ok(long changed) {
    rows = changed;
  }

  /** A statement has failed, or a command that is none. */
  public void failed(ServerError said) {
    rows = NONE;
    error = said;
  }

  /** A statement had rows. */
  public void hadRows() {
    rows = NONE;
  }

  /** The last answer is a server's. */
  public void ofServer() {
    rows = OF_SERVER;
  }

  /** The error of the node's own that SHOW ERRORS is to show; null for none. */
  public ServerError error() {
    return error;
  }

  /**
   * Nothing of the node's own is to be shown: a statement has come behind it, or a server knows.
   */
  public void forgetError() {
    error = null;
  }
}
