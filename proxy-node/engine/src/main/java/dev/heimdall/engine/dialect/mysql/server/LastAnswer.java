package dev.heimdall.engine.dialect.mysql.server;

import dev.heimdall.engine.wire.mysql.OkPacket;

/**
 * What the last answer to a client's command on a server connection has said that a later statement
 * could ask for: ROW_COUNT(), FOUND_ROWS(), LAST_INSERT_ID(), SHOW WARNINGS and so on.
 */
public final class LastAnswer {
  /** What an answer says of the state of its session. */
  public enum StateChange {
    NONE,
    /** Variables or the default database have changed, which it names, and perhaps more. */
    NAMED,
    /** Something has changed that no report names: a user variable, or a temporary table. */
    UNNAMED,
    /** The default database was dropped, and perhaps more has changed. */
    NO_DATABASE
  }

  private long affectedRows;
  private long generatedId;
  private int warnings;
  private int error;
  private boolean hasRows;
  private long rows;
  private int results;
  private StateChange stateChange = StateChange.NONE;
  private Object diagnosticsOf;
  private Object idOf;

  void begin() {
    affectedRows = 0;
    generatedId = 0;
    warnings = 0;
    error = 0;
    hasRows = false;
    rows = 0;
    results = 0;
    stateChange = StateChange.NONE;
  }

  void rowsBegin() {
    hasRows = true;
    rows = 0;
  }

  /** A result begins that has none. */
  void noRows() {
    hasRows = false;
  }

  void row() {
    rows++;
  }

  void ended(OkPacket ok, StateChange change) {
    if (change.compareTo(stateChange) > 0) {
      stateChange = change;
    }
    affectedRows = ok.affectedRows();
    generatedId = ok.generatedId();
    warnings = ok.warnings();
    results++;
  }

  void ended(int found) {
    warnings = found;
    results++;
  }

  void failed(int number) {
    error = number;
    results++;
  }

  public long affectedRows() {
    return affectedRows;
  }

  /** The first value that an AUTO_INCREMENT column was given, or LAST_INSERT_ID(…); 0 for none. */
  public long generatedId() {
    return generatedId;
  }

  public int warnings() {
    return warnings;
  }

  /** The number of the error that it ended with; 0 for none. */
  public int error() {
    return error;
  }

  /** Whether the last result had rows, if only none of them. */
  public boolean hasRows() {
    return hasRows;
  }

  /** How many rows the last result with rows had. */
  public long rows() {
    return rows;
  }

  /** How many results there were, an error included. */
  public int results() {
    return results;
  }

  /** The most that one of its results says. */
  public StateChange stateChange() {
    return stateChange;
  }

  // ---- whose it is

  /** Whose warnings and errors the server would show; null where there may be none. */
  public Object diagnosticsOf() {
    return diagnosticsOf;
  }

  public void diagnosticsOf(Object session) {
    diagnosticsOf = session;
  }

  /** The mark of the LAST_INSERT_ID() that the server has; null where it has generated none. */
  public Object idOf() {
    return idOf;
  }

  public void idOf(Object mark) {
    idOf = mark;
  }

  /** The connection is as good as new. */
  void forget() {
    diagnosticsOf = null;
    idOf = null;
  }
}
