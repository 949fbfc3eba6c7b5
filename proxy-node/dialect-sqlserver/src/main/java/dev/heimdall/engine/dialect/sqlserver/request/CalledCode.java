package dev.heimdall.engine.dialect.sqlserver.request;

import dev.heimdall.engine.dialect.sqlserver.sql.SqlServerEffect;
import dev.heimdall.engine.dialect.sqlserver.sql.SystemProcedures;
import dev.heimdall.engine.session.statement.NextStatement;
import dev.heimdall.engine.sql.Effect;
import dev.heimdall.engine.sql.FoldedName;
import dev.heimdall.engine.sql.FunctionName;
import dev.heimdall.engine.sql.OutOfSight;
import dev.heimdall.engine.sql.RunText;
import dev.heimdall.engine.sql.Statement;
import dev.heimdall.engine.sql.StatementFacts;
import java.util.Collection;

/**
 * Procedures that a request calls, as the catalogue has judged them.
 *
 * @param judged what it does; null where that is not known
 * @param comparing whether the session is held for what may have changed it only until the
 *     catalogue is compared with the database
 */
record CalledCode(Statement judged, boolean comparing) {
  static final CalledCode UNKNOWN = new CalledCode(null, false);

  /**
   * Code that the next request calls.
   *
   * @param reports whether its server reports the transactions that this begins
   */
  static CalledCode of(NextStatement next, boolean reports) {
    return new CalledCode(next.statement(), reports && next.judgedBy() == null);
  }

  /**
   * True if a call leaves the session as it was, or what it may leave is followed elsewhere.
   *
   * @param procedure the last part of its name
   */
  boolean leavesSession(String procedure) {
    return !SystemProcedures.mayChangeSession(procedure)
        || (judged != null
            && (comparing || judged.changesSession() == null)
            && isJudged(procedure));
  }

  private boolean isJudged(String procedure) {
    String name = FoldedName.of(procedure);
    if (SystemProcedures.isOfServer(null, name)) {
      return false;
    }
    if (has(judged.parsed().functions(), name)) {
      return true;
    }
    for (RunText text : judged.parsed().runs()) {
      if (has(text.body().procedures(), name)) {
        return true;
      }
    }
    return false;
  }

  private static boolean has(Collection<FunctionName> names, String name) {
    for (FunctionName each : names) {
      if (each.name().equals(name)) {
        return true;
      }
    }
    return false;
  }

  /** True if a transaction may be open behind what procedures of users have done. */
  boolean mayBegin(StatementFacts said) {
    if (judged == null || !judged.outOfSight().contains(OutOfSight.BEGINS_TRANSACTION)) {
      return false; // a call of which less is known keeps the connection as it is
    }
    for (Effect effect : said.effects()) {
      if (effect.is(SqlServerEffect.CALLS_UNSEEN)) {
        return true;
      }
    }
    return false;
  }
}
