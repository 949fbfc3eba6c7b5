package dev.heimdall.engine.dialect.mysql.server;

import dev.heimdall.engine.wire.mysql.OkPacket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * State reported by the last answer to a client's command on a server connection that a later
 * statement could query: ROW_COUNT(), FOUND_ROWS(), LAST_INSERT_ID(), SHOW WARNINGS and so on.
 */
public final class LastAnswer {
  /** Extent of the session state change that an answer reports. */
  public enum StateChange {
    NONE,
    /** Variables or the default database have changed, which it names, and perhaps more. */
    NAMED,
    /** A change that no report names: a user variable, or a temporary table. */
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
   * Result of FOUND_ROWS() after an UPDATE of MySQL; 1 where that is not reported, as after other
   * statements.
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

  /** True if the last result had rows, if only none of them. */
  public boolean hasRows() {
    return hasRows;
  }

  /** True if some result had rows, if only none of them. */
  public boolean hadRows() {
    return hadRows;
  }

  /** Number of rows in the last result with rows. */
  public long rows() {
    return rows;
  }

  /** Number of results, an error included. */
  public int results() {
    return results;
  }

  /** The most that one of its results says. */
  public StateChange stateChange() {
    return stateChange;
  }

  /** True if a statement that comes next could find something of it but its numbers of rows. */
  boolean leavesBehind() {
    return error != 0
        || warnings > 0
        || generatedId != 0
        || results != 1
        || stateChange != StateChange.NONE;
  }

  // ---- whose it is

  /** Session whose warnings and errors the server would show; null where there may be none. */
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

  /** Session whose FOUND_ROWS() the server has; null for none. */
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
