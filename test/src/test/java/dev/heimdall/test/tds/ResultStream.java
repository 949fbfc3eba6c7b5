package dev.heimdall.test.tds;

import java.util.List;

/** A reply in order: each statement's DONE waits until it is known if something follows it. */
final class ResultStream {
  private final TokenWriter tokens;
  private int depth;
  private boolean pending;
  private int pendingToken;
  private int pendingStatus;
  private int pendingCommand;
  private long pendingRows;

  ResultStream(TokenWriter tokens) {
    this.tokens = tokens;
  }

  /** Tokens behind what waits. */
  TokenWriter tokens() {
    flush(true);
    return tokens;
  }

  void enterProcedure() {
    depth++;
  }

  void leaveProcedure() {
    depth--;
  }

  boolean inProcedure() {
    return depth > 0;
  }

  /** A statement is complete; rows are negative where it has no count. */
  void done(int command, long rows, boolean error) {
    int status = error ? TokenWriter.ERROR : 0;
    status |= rows >= 0 ? TokenWriter.COUNT : 0;
    wait(depth > 0 ? TokenWriter.DONE_IN_PROCEDURE : TokenWriter.DONE, status, command, rows);
  }

  /** A procedure is complete. */
  void doneProcedure(boolean error) {
    int status = error ? TokenWriter.ERROR : 0;
    wait(depth > 0 ? TokenWriter.DONE_IN_PROCEDURE : TokenWriter.DONE_PROCEDURE, status, 0xE0, -1);
  }

  private void wait(int token, int status, int command, long rows) {
    flush(true);
    pending = true;
    pendingToken = token;
    pendingStatus = status;
    pendingCommand = command;
    pendingRows = Math.max(0, rows);
  }

  private void flush(boolean more) {
    if (pending) {
      pending = false;
      int status = pendingStatus | (more ? TokenWriter.MORE : 0);
      tokens.done(pendingToken, status, pendingCommand, pendingRows);
    }
  }

  void message(SqlError error) {
    tokens().error(error);
  }

  void columns(List<TokenWriter.Column> columns) {
    tokens().columns(columns);
  }

  void row(List<TokenWriter.Column> columns, Object[] values) {
    tokens.row(columns, values);
  }

  /** Nothing follows but session state, which goes before the last token. */
  void end(SessionStates states) {
    if (!pending) {
      done(0xFD, -1, false);
    }
    if (states != null) {
      states.report(tokens);
    }
    flush(false);
    tokens.out().finish();
  }

  /**
   * What an attention interrupted ends here. Its acknowledgement is a message of its own:
   * mssql-jdbc waits for another packet behind the one that ends the reply.
   */
  void interrupted() {
    depth = 0;
    done(0xFD, -1, true);
    flush(false);
    tokens.out().finish();
  }

  /** The acknowledgement of an attention. */
  void attention() {
    tokens.done(TokenWriter.DONE, TokenWriter.ATTENTION, 0xFD, 0);
    tokens.out().finish();
  }
}
