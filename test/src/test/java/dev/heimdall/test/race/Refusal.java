package dev.heimdall.test.race;

import java.sql.SQLException;

/** Errors that a judge compares, as two servers refuse the same statements. */
final class Refusal {
  private static final String LOST = "08";

  private Refusal() {}

  /** This one, unless its connection is lost: then each statement would be refused, without end. */
  static SQLException of(SQLException refusal) {
    if (refusal.getSQLState() != null && refusal.getSQLState().startsWith(LOST)) {
      throw new IllegalStateException("the judge's connection is lost", refusal);
    }
    return refusal;
  }
}
