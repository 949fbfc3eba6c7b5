package dev.heimdall.test.race;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.sql.SQLException;
import java.util.Arrays;

/** Errors that a judge compares, as two servers refuse the same statements. */
final class Refusal {
  private static final String LOST = "08";

  private Refusal() {}

  /** This one, unless its connection is lost: then each statement would be refused, without end. */
  static SQLException of(SQLException refusal) {
    if (refusal.getSQLState() != null && refusal.getSQLState().startsWith(LOST)) {
      throw new IllegalStateException(
          "the judge's connection is lost; threads that wait for each other: " + deadlocks(),
          refusal);
    }
    return refusal;
  }

  private static String deadlocks() {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long[] some = threads.findDeadlockedThreads();
    return some == null ? "none" : Arrays.toString(threads.getThreadInfo(some, true, true));
  }
}
