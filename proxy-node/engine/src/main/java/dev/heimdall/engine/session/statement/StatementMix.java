package dev.heimdall.engine.session.statement;

import dev.heimdall.engine.observe.PoolMetrics;
import dev.heimdall.engine.sql.Statement;
import dev.heimdall.engine.sql.StatementFacts;

/** Counts how many statements read, and how many write. */
public final class StatementMix {
  private StatementMix() {}

  /**
   * A statement is being sent.
   *
   * @param statement what it does to data; null where it was not judged, and its first word decides
   * @param facts null where not even that is known: it is not counted then
   */
  public static void count(PoolMetrics counters, Statement statement, StatementFacts facts) {
    if (statement != null) {
      switch (statement.kindForData()) {
        case READ -> {
          if (statement.readOnly() || statement.readsByCall()) {
            counters.readSent();
          } else {
            counters.writeSent();
          }
        }
        case LOCK, WRITE, CALL, DDL, UNKNOWN -> counters.writeSent();
        case EMPTY, TRANSACTION, SESSION, UTILITY -> {
          // Neither.
        }
      }
    } else if (facts != null) {
      switch (facts.kind()) {
        case SELECT -> counters.readSent();
        case DML, DDL, BULK, CALL, BLOCK, LOCK, MULTI, UNKNOWN -> counters.writeSent();
        default -> {
          // Neither, or it cannot be told.
        }
      }
    }
  }
}
