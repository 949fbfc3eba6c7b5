package dev.heimdall.test.tds;

/**
 * A message of the server; below severity 11 it informs only.
 *
 * @param procedure that it comes from, or empty
 */
record SqlError(int number, int severity, int state, String message, String procedure, int line) {
  private static final int FIRST_ERROR = 11;

  static SqlError of(int number, int severity, String message) {
    return new SqlError(number, severity, 1, message, "", 1);
  }

  static SqlError info(int number, String message) {
    return of(number, 0, message);
  }

  boolean isError() {
    return severity >= FIRST_ERROR;
  }

  SqlError at(String inProcedure, int inLine) {
    return new SqlError(
        number, severity, state, message, procedure.isEmpty() ? inProcedure : procedure, inLine);
  }
}
