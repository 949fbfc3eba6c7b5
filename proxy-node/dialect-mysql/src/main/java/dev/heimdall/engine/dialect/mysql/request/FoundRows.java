package dev.heimdall.engine.dialect.mysql.request;

import dev.heimdall.engine.backend.InternalQuery;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.dialect.mysql.server.LastAnswer;
import dev.heimdall.engine.dialect.mysql.sql.MysqlEffect;
import dev.heimdall.engine.dialect.mysql.sql.MysqlPins;
import dev.heimdall.engine.session.HandledClient;
import dev.heimdall.engine.session.lease.ClientRequests;
import dev.heimdall.engine.session.state.SessionState;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.sql.StatementKind;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.mysql.StatusFlag;

/**
 * Result of FOUND_ROWS() for a session. Mostly answers tell it. Behind a statement of which none
 * does, such as a CALL, it is read back from the connection; and as such a statement may leave it
 * as it was, it is what the session has had before on the connection to which that is sent. A large
 * number would cost the server as much again each time: a small one stands in for it, and where it
 * is read back the statement has left what was there.
 */
final class FoundRows {
  private static final int DIGITS = 10;

  /** Up to here a number costs a server next to nothing. */
  private static final long MOST_COUNTED = 10_000;

  /**
   * Highest number that costs a server next to nothing where the statement may show it, out of
   * sight.
   */
  private static final long MOST_SHOWN = 1_000_000;

  private static final long STAND_IN = 9_973;

  private final HandledClient client;
  private final SessionState carried;
  private final ClientRequests control;

  private long number;

  /** True if only the server knows that number, as there are more rows than were sent. */
  private boolean counted;

  /** True if it is another one, which is to be read back. */
  private boolean due;

  /** The connection on which FOUND_ROWS() is what it is to the session; 0 for none. */
  private long on;

  /** True if that connection has the number that stands in for the session's. */
  private boolean standsIn;

  FoundRows(HandledClient client, SessionState carried, ClientRequests control) {
    this.client = client;
    this.carried = carried;
    this.control = control;
  }

  long number() {
    return number;
  }

  boolean counted() {
    return counted;
  }

  boolean due() {
    return due;
  }

  /** True if the server alone knows it, and would lose it by a question. */
  boolean isToBeRead(ServerConnection server) {
    return (due || counted) && isOn(server);
  }

  /** True if the server gives it there. */
  boolean isGivenBy(ServerConnection server) {
    return isOn(server) && !standsIn;
  }

  /** True if it is to be read back there before it is asked for, as the server may not give it. */
  boolean isHiddenBy(ServerConnection server) {
    return due && isOn(server) && standsIn;
  }

  /** True if what is there is the session's, or stands in for that. */
  private boolean isOn(ServerConnection server) {
    return on == server.id() && ServerSide.of(server).last().foundRowsOf() == this;
  }

  // ---- before a statement is sent

  /** The session goes on there: what was to be read back from another connection is lost. */
  void comesTo(ServerConnection server) {
    due &= isOn(server);
  }

  /**
   * True if the server has the session's number where the statement may leave it as it is without
   * saying so, or asks for it out of sight; if not, it is being given that, and the reader comes
   * again.
   */
  boolean ready(ServerConnection server, StatementFacts facts) {
    // An XA transaction that was ended takes no questions.
    boolean large = number > (mayShow(facts) ? MOST_SHOWN : MOST_COUNTED);
    if (!needs(server, facts)
        || (isOn(server) && (large || !standsIn))
        || carried.pins().all().contains(MysqlPins.XA)) {
      return true;
    }
    control.block();
    server.query(
        counting(large ? STAND_IN : number),
        new InternalQuery() {
          @Override
          protected void done(ServerConnection from, ServerError error) {
            // A limit of the session's may be in the way: so be it, the statement is not at fault.
            LastAnswer last = ServerSide.of(from).last();
            if (error != null) {
              last.diagnosticsOf(last);
            }
            last.foundRowsOf(FoundRows.this);
            on = from.id();
            standsIn = large;
            client.resumeReading();
          }
        });
    return false;
  }

  /** True if it may ask for the number, or what it prepares or executes may. */
  static boolean mayShow(StatementFacts facts) {
    return facts.kind() == StatementKind.UNKNOWN
        || facts.has(MysqlEffect.READS_FOUND_ROWS)
        || facts.has(MysqlEffect.READS_FOUND_ROWS_UNSEEN)
        || GeneratedId.prepares(facts);
  }

  private static boolean needs(ServerConnection server, StatementFacts facts) {
    return facts.has(MysqlEffect.READS_FOUND_ROWS_UNSEEN)
        || GeneratedId.prepares(facts)
        || (facts.kind() != StatementKind.SELECT
            && findsUntold(server, facts)
            && !findsAlways(server, facts));
  }

  /**
   * True if what was there cannot stay but by an error, behind which it is what the session has had
   * before: in MariaDB it may be 0 then as well.
   */
  private static boolean findsAlways(ServerConnection server, StatementFacts facts) {
    return facts.kind() == StatementKind.DML
        && facts.has(MysqlEffect.FINDS_ALWAYS)
        && !ServerSide.of(server).mariadb();
  }

  /** A query that finds so many rows, and has one at most. */
  static String counting(long rows) {
    if (rows == 0) {
      return "SELECT 1 FROM (SELECT 1 AS n) AS d WHERE 0 LIMIT 1";
    }
    StringBuilder tables = new StringBuilder();
    StringBuilder sum = new StringBuilder();
    int tens = 0;
    for (long weight = 1, left = rows - 1; left > 0; weight *= DIGITS, left /= DIGITS) {
      tables.append(tens == 0 ? " FROM " : " JOIN ").append("(SELECT 0 AS n");
      for (int digit = 1; digit < DIGITS && (left >= DIGITS || digit <= left); digit++) {
        tables.append(" UNION ALL SELECT ").append(digit);
      }
      tables.append(") AS d").append(tens);
      sum.append(tens == 0 ? " WHERE d" : " + d").append(tens++).append(".n * ").append(weight);
    }
    return tens == 0
        ? "SELECT 1 LIMIT 1"
        : "SELECT SQL_CALC_FOUND_ROWS 1" + tables + sum + " < " + rows + " LIMIT 1";
  }

  // ---- when it is answered

  /**
   * The statement that was sent last was answered.
   *
   * @param asksOnly whether it has shown what those before it have left
   */
  void answered(ServerConnection from, LastAnswer last, StatementFacts facts, boolean asksOnly) {
    boolean untold = findsUntold(from, facts) && (last.error() == 0 || last.foundRowsOf() == this);
    long updated = ServerSide.of(from).mariadb() ? -1 : last.matchedRows();
    boolean found = last.hadRows() ? countsRows(facts) : setsFound(facts, updated);
    if (last.error() != 0) {
      found &= last.hadRows() && ServerSide.of(from).mariadb(); // MySQL counts whole results only
    }
    if (!found && last.foundRowsOf() != this) {
      last.foundRowsOf(null); // it may have become another one than that of whose it was
    }
    // What only the server knows may be there still: MySQL says of no row whether it was looked
    // for.
    boolean mayStay = updated == 0 && (untold || (counted && isGivenBy(from)));
    if (found && !asksOnly && !mayStay) {
      number = found(last, facts, updated);
      boolean fetched = (ServerSide.of(from).status() & StatusFlag.CURSOR_EXISTS) != 0;
      counted = fetched || facts.has(MysqlEffect.COUNTS_FOUND_ROWS);
      if (updated == 0 && !isGivenBy(from)) {
        // An UPDATE of which no row can be meant has left there what another session has found.
        last.foundRowsOf(null);
        served(0);
        due = false;
      } else {
        standsIn = false;
        leave(from, false);
      }
    }
    if (untold) {
      leave(from, true);
    }
  }

  /** Notes that the session's FOUND_ROWS() is on this connection. */
  private void leave(ServerConnection there, boolean untold) {
    ServerSide.of(there).last().foundRowsOf(this);
    on = there.id();
    due = untold;
  }

  /** Handles the answer where other sessions use the connection as well. */
  void answeredShared(LastAnswer last, StatementFacts facts) {
    if (last.hadRows() && last.error() == 0) {
      served(found(last, facts, -1));
      last.foundRowsOf(null);
    }
    counted = false;
  }

  /** A read was answered with so many rows, and no connection has that number. */
  void served(long rows) {
    number = rows;
    on = 0;
    standsIn = false;
  }

  /**
   * Takes the number that the server has reported; by this query the number there is a different
   * one.
   */
  void read(long rows) {
    served(standsIn && rows == STAND_IN ? number : rows);
    counted = false;
    due = false;
  }

  /** The session is as new, but for the number. */
  void forget() {
    counted = false;
    due = false;
  }

  /**
   * Returns the result of FOUND_ROWS() after an answer that sets it.
   *
   * @param updated how many rows an UPDATE has found, which is what counts in MySQL; or negative
   */
  private static long found(LastAnswer last, StatementFacts facts, long updated) {
    if (updated >= 0 && !last.hasRows()) {
      return updated;
    }
    return last.hadRows() && facts.kind() != StatementKind.DML ? last.rows() : 1;
  }

  /**
   * True if FOUND_ROWS() is another one behind it, though it has no rows. Most of what writes
   * leaves it as it is.
   *
   * @param updated how many rows an UPDATE has found, where that counts; or negative
   */
  private static boolean setsFound(StatementFacts facts, long updated) {
    return switch (facts.kind()) {
      case SELECT -> true;
      case DML, DDL -> updated >= 0 || facts.has(MysqlEffect.FINDS_UNTOLD);
      default -> false;
    };
  }

  /**
   * True if no answer says what FOUND_ROWS() gives behind it. In MariaDB, what functions find is
   * forgotten when they end.
   */
  private static boolean findsUntold(ServerConnection server, StatementFacts facts) {
    return switch (facts.kind()) {
      case SET ->
          facts.has(MysqlEffect.FINDS_UNTOLD)
              || (facts.has(MysqlEffect.CALLS_UNSEEN) && !ServerSide.of(server).mariadb());
      case UTILITY -> facts.has(MysqlEffect.FINDS_UNTOLD) || !ServerSide.of(server).mariadb();
      case EXPLAIN, MULTI -> true;
      case DML, DDL -> facts.has(MysqlEffect.FINDS_UNTOLD);
      default -> facts.has(MysqlEffect.FINDS_UNTOLD) || GeneratedId.maySet(facts);
    };
  }

  /** True if its rows are counted: those that say how something went are not. */
  private static boolean countsRows(StatementFacts facts) {
    return facts.kind() != StatementKind.EXPLAIN && facts.kind() != StatementKind.UTILITY;
  }
}
