package dev.heimdall.engine.dialect.mysql.action;

import java.sql.PreparedStatement;
import java.sql.SQLException;

/** Values for a statement's parameters that are unknown, in the order in which they are tried. */
enum StandIns {
  /** A text that is a number can be compared with columns of both, and their indexes used. */
  TEXTS("1", 0),
  /** A number of rows comes last. */
  LIMIT_LAST("1", 1),
  /** A number of rows and an offset come last. */
  LIMIT_AND_OFFSET_LAST("1", 2),
  DATES("2001-01-01", 0),
  DATES_AND_LIMIT("2001-01-01", 1),
  DATES_LIMIT_AND_OFFSET("2001-01-01", 2),
  NUMBERS("1", Integer.MAX_VALUE);

  private final String text;
  private final int numbers;

  /**
   * @param numbers how many of the last ones are numbers
   */
  StandIns(String text, int numbers) {
    this.text = text;
    this.numbers = numbers;
  }

  void set(PreparedStatement statement, int parameters) throws SQLException {
    for (int i = 1; i <= parameters; i++) {
      if (parameters - i < numbers) {
        statement.setInt(i, 1);
      } else {
        statement.setString(i, text);
      }
    }
  }
}
