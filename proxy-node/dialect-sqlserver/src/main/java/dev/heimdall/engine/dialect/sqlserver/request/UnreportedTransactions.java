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

  /** Depth behind the request on its way; it is certain where a server reports it in any case. */
  private int next;

  private boolean certain;

  /** True if the request on its way was sent in a transaction. */
  private boolean inside;

  /** True if one of the statements of the request on its way may leave one open. */
  private boolean begun;

  /** True if the request on its way rolls the transaction back. */
  private boolean rollsBack;

  /** True if code that the request on its way calls may begin one. */
  private boolean calls;

  /** True if the request on its way may end one. */
  private boolean mayEnd;

  /** True if one that was reported may have ended without a report. */
  private boolean mayBeOver;

  /**
   * A request is on its way.
   *
   * @param implicit whether its statements begin transactions
   * @param unseen whether code that it calls may begin one
   */
  void sent(StatementFacts facts, byte[] text, boolean implicit, boolean unseen) {
    rollsBack = false;
    calls = unseen;
    mayEnd = mayEnd(facts);
    inside = depth > 0;
    int open = implicit && begins(facts.kind()) ? Math.max(depth, 1) : depth;
    begun = facts.statements() > 1 && facts.chain();
    certain = inside || facts.kind() == StatementKind.BEGIN || (implicit && changes(facts));
    next = behind(facts, text, open);
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

  private int behind(StatementFacts facts, byte[] text, int open) {
    if (facts.kind() == StatementKind.BEGIN) {
      return open + 1;
    }
    if (begun) {
      return UNKNOWN;
    }
    StatementKind ends = open > 0 ? ends(facts, text) : null;
    rollsBack = ends == StatementKind.ROLLBACK;
    return rollsBack ? 0 : ends == StatementKind.COMMIT ? open - 1 : open;
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
    if (calls && !(reports && surely)) {
      unreported = true;
      next = open ? next : UNKNOWN;
    }
    // A server that reports has reported the BEGIN: of what fails inside it has rolled that back.
    boolean silent = failed || begun ? (inside || begun) && !surely : certain;
    unreported |= !reports || (silent && next > 0 && !open);
    depth = unreported ? Math.max(next, failed ? depth : 0) : 0;
    next = depth;
    certain = false;
    mayBeOver = open && !surely && (mayEnd || mayBeOver);
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
    return rollsBack && !failed;
  }

  /** The session is as new. */
  void forget() {
    depth = 0;
    next = 0;
    mayBeOver = false;
  }
}
