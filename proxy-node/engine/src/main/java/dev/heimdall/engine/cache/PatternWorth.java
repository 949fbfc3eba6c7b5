package dev.heimdall.engine.cache;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Judgement if results of one pattern are requested often enough, before they have to go, to be
 * worth their keeping: the memory that others could have, and the time to copy and to release it.
 * Each hundred results that went are judged; where they were of no use, nothing is kept for a
 * while, and then it is tried again. May be used from any thread, and never waits for long.
 */
public final class PatternWorth {
  /** So many results that went are judged together. */
  static final int JUDGED = 100;

  /** One in so many has to have been of use, however quick the statement is. */
  private static final int ONE_IN = 4;

  /**
   * Time that a result has to save its requesters, all together, where less than that many uses are
   * enough.
   */
  private static final long SPARED = TimeUnit.MICROSECONDS.toNanos(250);

  static final long FIRST_REST = Duration.ofSeconds(1).toNanos();
  static final long LONGEST_REST = Duration.ofMinutes(1).toNanos();

  /** A statement's weight in how long such statements take is one of so many. */
  private static final int STATEMENTS = 16;

  /** So many statements in a row with unknown rows are like the next ones. */
  private static final int UNKNOWN_ROWS = 16;

  /** One in so many of those is looked at again. */
  private static final int LOOKED_AT = 1_024;

  private final boolean judges;
  private final LongSupplier served;
  private final LongSupplier clock;

  /** About how long a server takes for a statement; a race costs some of its precision. */
  private volatile long nanos;

  /** Moves under this object alone. */
  private volatile boolean rests;

  /** Statements in a row with unknown rows; a race costs some of them. */
  private int unknownRows;

  private volatile long restsUntil;

  // Guarded by this object.
  private long rest = FIRST_REST;
  private long since;
  private long servedBefore;
  private int gone;
  private long goneUses;

  /**
   * @param judges whether anything is ever found not to be worth it
   * @param served how many statements of the pattern were answered by what is kept
   * @param clock {@link System#nanoTime}
   */
  PatternWorth(boolean judges, LongSupplier served, LongSupplier clock) {
    this.judges = judges;
    this.served = served;
    this.clock = clock;
    since = clock.getAsLong();
  }

  /** True if results are to be looked for, and kept. */
  public boolean keeps() {
    return !rests || isOver();
  }

  private boolean isOver() {
    if (clock.getAsLong() - restsUntil < 0) {
      return false;
    }
    synchronized (this) {
      if (rests) {
        rests = false;
        since = clock.getAsLong(); // what was kept before that was not requested
        begin();
      }
    }
    return true;
  }

  private void begin() {
    gone = 0;
    goneUses = 0;
    servedBefore = served.getAsLong();
  }

  /**
   * True if its results may rest on certain rows of a table, as far as earlier ones tell, and how
   * they fare is judged.
   */
  public boolean mayRestOnRows() {
    return judges && (unknownRows < UNKNOWN_ROWS || unknownRows++ % LOOKED_AT == 0);
  }

  /** Notes if a result rests on certain rows, and returns that. */
  public boolean restsOnRows(boolean known) {
    unknownRows = known ? 0 : unknownRows + 1;
    return known;
  }

  /** A server has taken so long for a statement. */
  public void took(long nanosOfOne) {
    long before = nanos;
    nanos = before == 0 ? nanosOfOne : before + (nanosOfOne - before) / STATEMENTS;
  }

  /**
   * A result had to go.
   *
   * @param keptAt when it was kept, by the clock
   * @param uses how often it was found
   */
  synchronized void went(long keptAt, int uses) {
    if (!judges || rests || keptAt - since < 0) {
      return;
    }
    gone++;
    goneUses += uses;
    if (gone < JUDGED) {
      return;
    }
    // Those that went first need not be like those that stay; nor, after one write of all that was
    // kept, those who ask now like those who asked before it.
    if (isEnough(goneUses) || isEnough(served.getAsLong() - servedBefore)) {
      rest = FIRST_REST;
      begin();
    } else {
      restsUntil = clock.getAsLong() + rest;
      rest = Math.min(2 * rest, LONGEST_REST);
      rests = true;
    }
  }

  private boolean isEnough(long uses) {
    return uses * ONE_IN >= gone || uses * (double) nanos >= gone * (double) SPARED;
  }
}
