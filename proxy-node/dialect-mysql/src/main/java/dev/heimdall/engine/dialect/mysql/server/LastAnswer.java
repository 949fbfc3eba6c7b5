package dev.heimdall.engine.dialect.mysql.server;

import dev.heimdall.engine.wire.mysql.OkPacket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

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

  private static final byte[] MATCHED = "Rows matched: ".getBytes(StandardCharsets.US_ASCII);

  private long affectedRows;
  private long generatedId;
  private long matchedRows;
  private int warnings;
  private int error;
  private boolean hasRows;
  private boolean hadRows;
  private long rows;
  private int results;
  private StateChange stateChange = StateChange.NONE;
  private Object diagnosticsOf = this; // setting the session up has left some, perhaps
  private Object idOf;
  private Object foundRowsOf;

  void begin() {
    affectedRows = 0;
    matchedRows = -1;
    generatedId = 0;
    warnings = 0;
    error = 0;
    hasRows = false;
    hadRows = false;
    rows = 0;
    results = 0;
    stateChange = StateChange.NONE;
  }

  void rowsBegin() {
    hasRows = true;
    hadRows = true;
    rows = 0;
  }

  /** A result begins that has none. */
  void noRows() {
    hasRows = false;
  }

  void rows(int more) {
    rows += more;
  }

  void ended(OkPacket ok, StateChange change) {
    if (change.compareTo(stateChange) > 0) {
      stateChange = change;
    }
    affectedRows = ok.affectedRows();
    matchedRows = matched(ok.info());
    generatedId = ok.generatedId() == 0 ? generatedId : ok.generatedId();
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

  /**
   * What FOUND_ROWS() gives behind an UPDATE of MySQL's; 1 where that is not said, as behind
   * others.
   */
  public long matchedRows() {
    return matchedRows;
  }

  private static long matched(byte[] info) {
    if (info.length <= MATCHED.length
        || !Arrays.equals(MATCHED, 0, MATCHED.length, info, 0, MATCHED.length)) {
      return -1;
    }
    long rows = 0;
    for (int i = MATCHED.length; i < info.length && info[i] >= '0' && info[i] <= '9'; i++) {
      rows = rows * 10 + info[i] - '0';
    }
    return rows;
  }

  /**
   * The first value that an AUTO_INCREMENT column was given, or LAST_INSERT_ID(…), by the last of
   * its results that names one; 0 for none.
   */
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

  /** Whether some result had rows, if only none of them. */
  public boolean hadRows() {
    return hadRows;
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

  /** Whether a statement that comes next could find something of it but its numbers of rows. */
  boolean leavesBehind() {
    return error != 0
        || warnings > 0
        || generatedId != 0
        || results != 1
        || stateChange != StateChange.NONE;
  }

  // ---- whose it is

  /** Whose warnings and errors the server would show; null where there may be none. */
  public Object diagnosticsOf() {
    return diagnosticsOf;
  }

  public void diagnosticsOf(Object session) {
    diagnosticsOf = session;
  }

  /** The mark of the LAST_INSERT_ID() that the server has; null where that is 0. */
  public Object idOf() {
    return idOf;
  }

  public void idOf(Object mark) {
    idOf = mark;
  }

  /** Whose FOUND_ROWS() the server has; null for nobody's. */
  public Object foundRowsOf() {
    return foundRowsOf;
  }

  public void foundRowsOf(Object session) {
    foundRowsOf = session;
  }

  /** The connection is as good as new. */
  void forget() {
    foundRowsOf = null;
    diagnosticsOf = this; // MariaDB keeps them over a reset
    idOf = null;
  }
}
