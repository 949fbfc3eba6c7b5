package dev.heimdall.engine.dialect.sqlserver.request;

import dev.heimdall.engine.dialect.sqlserver.sql.SqlServerEffect;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.sql.StatementKind;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A client's transaction where its server says nothing of it: SQL Server tells no client of TDS 7.1
 * (and never sets the bit of DONE), others do not report transactions that texts begin. It is known
 * by the texts, and taken to be open where they leave that open.
 */
final class UnreportedTransactions {
  /** As JDBC's drivers end transactions, also where they switch autocommit on. */
  private static final Pattern ENDS_ANY =
      Pattern.compile(
          "\\s*(SET\\s+IMPLICIT_TRANSACTIONS\\s+OFF[\\s;]+)?IF\\s+@@TRANCOUNT\\s*>\\s*0\\s+(COMMIT|ROLLBACK)(\\s+(TRAN|TRANSACTION|WORK))?[\\s;]*",
          Pattern.CASE_INSENSITIVE);

  /** Deeper than any: only ROLLBACK, or the end of the session, ends it for certain. */
  private static final int UNKNOWN = 1 << 20;

  /** True if a server has said nothing of a transaction that there was. */
  private boolean unreported;

  /** Number of COMMITs that end the transaction; 0 outside of one. */
  private int depth;

  /** True if one that was reported may have ended without a report. */
  private boolean mayBeOver;

  private Sent sent = Sent.NOTHING;

  /**
   * The request on its way, or answered last.
   *
   * @param inside whether it was sent in a transaction
   * @param depth behind it
   * @param certain whether a server that reports transactions reports that depth in any case
   * @param begins whether one of several statements may leave one open
   * @param rollsBack whether it rolls the transaction back
   * @param mayEnd whether it may end one
   * @param calls whether code that it calls may begin one
   */
  private record Sent(
      boolean inside,
      int depth,
      boolean certain,
      boolean begins,
      boolean rollsBack,
      boolean mayEnd,
      boolean calls) {
    static final Sent NOTHING = new Sent(false, 0, false, false, false, false, false);

    /** The same once it is answered, with what has become of the transaction. */
    Sent answered(int then) {
      return new Sent(inside, then, false, begins, rollsBack, mayEnd, calls);
    }
  }

  /**
   * A request is on its way.
   *
   * @param implicit whether its statements begin transactions
   * @param unseen whether code that it calls may begin one
   */
  void sent(StatementFacts facts, byte[] text, boolean implicit, boolean unseen) {
    boolean inside = depth > 0;
    boolean begins = facts.statements() > 1 && facts.chain();
    int open = implicit && begins(facts.kind()) ? Math.max(depth, 1) : depth;
    StatementKind ends = open > 0 && !begins ? ends(facts, text) : null;
    sent =
        new Sent(
            inside,
            behind(facts.kind(), ends, begins, open),
            inside || facts.kind() == StatementKind.BEGIN || (implicit && changes(facts)),
            begins,
            ends == StatementKind.ROLLBACK,
            mayEnd(facts),
            unseen);
  }

  /** Of several statements, one may end the transaction: it is taken to be open then. */
  private static boolean changes(StatementFacts facts) {
    return facts.kind() == StatementKind.DML
        || facts.transactionControlInside()
        || facts.has(SqlServerEffect.RUNS_TEXT);
  }

  private static boolean mayEnd(StatementFacts facts) {
    return facts.kind() == StatementKind.COMMIT
        || facts.transactionControlInside()
        || facts.has(SqlServerEffect.RUNS_TEXT)
        || facts.has(SqlServerEffect.CALLS_UNSEEN);
  }

  private static int behind(StatementKind kind, StatementKind ends, boolean begins, int open) {
    if (kind == StatementKind.BEGIN) {
      return open + 1;
    }
    if (begins) {
      return UNKNOWN;
    }
    return ends == StatementKind.ROLLBACK ? 0 : ends == StatementKind.COMMIT ? open - 1 : open;
  }

  /** COMMIT or ROLLBACK for what is that, and nothing else; anything else for the rest. */
  private static StatementKind ends(StatementFacts facts, byte[] text) {
    if (!facts.has(SqlServerEffect.BRANCHES)) {
      return facts.kind();
    }
    Matcher idiom = ENDS_ANY.matcher(new String(text, StandardCharsets.UTF_8));
    return idiom.matches() ? kind(idiom) : StatementKind.UNKNOWN;
  }

  private static StatementKind kind(Matcher idiom) {
    return StatementKind.valueOf(idiom.group(2).toUpperCase(Locale.ROOT));
  }

  /** COMMIT or ROLLBACK for a text that ends the transaction if one is open; else null. */
  static StatementKind ends(byte[] text) {
    Matcher idiom = ENDS_ANY.matcher(new String(text, StandardCharsets.UTF_8));
    return idiom.matches() && idiom.group(1) == null ? kind(idiom) : null;
  }

  /** The node has begun one ahead of the request on its way. */
  void begun() {
    depth = 1;
  }

  private static boolean begins(StatementKind kind) {
    return switch (kind) {
      case EMPTY, SET, SHOW, BEGIN, COMMIT, ROLLBACK, SAVEPOINT -> false;
      default -> true;
    };
  }

  /**
   * The request is answered.
   *
   * @param reports whether its server may have reported what became of the transaction
   * @param surely whether it is known to report it
   * @param open if the server has reported an open one
   */
  void answered(boolean reports, boolean surely, boolean open, boolean failed) {
    int next = sent.depth();
    if (sent.calls() && !(reports && surely)) {
      unreported = true;
      next = open ? next : UNKNOWN;
    }
    // A server that reports has reported the BEGIN: of what fails inside it has rolled that back.
    boolean silent =
        failed || sent.begins() ? (sent.inside() || sent.begins()) && !surely : sent.certain();
    unreported |= !reports || (silent && next > 0 && !open);
    depth = unreported ? Math.max(next, failed ? depth : 0) : 0;
    mayBeOver = open && !surely && (sent.mayEnd() || mayBeOver);
    sent = sent.answered(depth);
  }

  /** True if it is not known for certain that what is open, or not, is what the server says. */
  boolean inDoubt() {
    return depth > 0 || mayBeOver;
  }

  /** True if a transaction may be open that the server says nothing of. */
  boolean open() {
    return depth > 0;
  }

  /** True if the request has rolled back a transaction, as its server does not report. */
  boolean rolledBack(boolean failed) {
    return sent.rollsBack() && !failed;
  }

  /** The session is as new. */
  void forget() {
    depth = 0;
    mayBeOver = false;
    sent = Sent.NOTHING;
  }
}
