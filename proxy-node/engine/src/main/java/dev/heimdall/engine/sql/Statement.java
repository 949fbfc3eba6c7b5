package dev.heimdall.engine.sql;

import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Effects of a statement, after the database's catalogue was queried for the meaning of its names.
 *
 * @param parsed what the text says by itself
 * @param kind what it does: a read that calls a function which may write is a WRITE here
 * @param tablesRead all tables read, in full ({@link TableName#spelled}); a view is there beside
 *     the tables behind it, a partitioned table beside its partitions
 * @param tablesWritten all tables that may be written, cascades and triggers included
 * @param writesAnything whether tables that cannot be named may be written too
 * @param outlivesRollback whether some of what it writes may stay when its transaction is rolled
 *     back: in tables without transactions, or where that is unknown
 * @param basis what its answer rests on
 * @param changesSession what of the session it may change out of sight (inside a function), or null
 * @param outlivesDiscard whether DISCARD ALL may leave what it changes out of sight where it is: it
 *     runs code that cannot be read, or is known to do such a thing
 * @param movesPath whether unqualified names may mean something else after it, until its
 *     transaction ends: inside a function it may set {@code search_path} or the role
 * @param outOfSight what it does that its text does not show, as far as that was asked
 * @param maySeed whether it may set the random seed out of sight, though it seems to change nothing
 *     beyond its transaction
 * @param runsUnread whether it runs code that could not be read, which may have made other code
 * @param callsCode whether it reads a view or calls a function that the server did not bring, each
 *     of which may be another one by now
 * @param readsByCall whether it does nothing but call procedures of the server's own that only read
 * @param mayNotify whether it may send notifications to clients that listen, in code that it runs
 *     as well; of one that nothing is known of, it may
 * @param understood whether nothing else than these tables can be touched by what it says and by
 *     the code that it runs; not where a text or a function could not be read
 * @param keepsCode whether it is known to leave all code as it is that statements may run, so that
 *     what is known of functions, triggers, views and the like holds behind it
 * @param reason why it is not a plain read, in words for an operator; null for one
 * @param keys its tables, and by what their rows can be told apart: all that it reads, or the only
 *     one that it writes; empty where they cannot, or it may touch more
 */
public record Statement(
    ParsedStatement parsed,
    StatementClass kind,
    SortedSet<String> tablesRead,
    SortedSet<String> tablesWritten,
    boolean writesAnything,
    boolean outlivesRollback,
    Basis basis,
    String changesSession,
    boolean outlivesDiscard,
    boolean movesPath,
    Set<OutOfSight> outOfSight,
    boolean maySeed,
    boolean runsUnread,
    boolean callsCode,
    boolean readsByCall,
    boolean mayNotify,
    boolean understood,
    boolean keepsCode,
    String reason,
    List<KeyColumns> keys) {
  public Statement {
    tablesRead = Collections.unmodifiableSortedSet(new TreeSet<>(tablesRead));
    tablesWritten = Collections.unmodifiableSortedSet(new TreeSet<>(tablesWritten));
    outOfSight = Set.copyOf(outOfSight);
    keys = List.copyOf(keys);
  }

  /** Of one that is understood unless its text is not. */
  public Statement(
      ParsedStatement parsed,
      StatementClass kind,
      SortedSet<String> tablesRead,
      SortedSet<String> tablesWritten,
      boolean writesAnything,
      Basis basis,
      String changesSession,
      boolean movesPath,
      String reason) {
    this(
        parsed,
        kind,
        tablesRead,
        tablesWritten,
        writesAnything,
        writesAnything,
        basis,
        changesSession,
        false,
        movesPath,
        Set.of(),
        false,
        !parsed.understood(),
        !parsed.understood(),
        false,
        writesAnything || !parsed.understood(),
        parsed.understood(),
        false,
        reason,
        List.of());
  }

  /** True if it asks out of sight for what the session has taken from sequences. */
  public boolean readsSequences() {
    return outOfSight.contains(OutOfSight.READS_SEQUENCES);
  }

  /** Reason that it is not understood, as a sentence about it; null if it is. */
  public String doubt() {
    if (understood) {
      return null;
    }
    return parsed.understood() ? reason : "it " + parsed.doubt();
  }

  /**
   * True if the same data give the same rows: it calls no volatile or session-dependent function
   * and reads no system table.
   */
  public boolean repeatable() {
    return kind == StatementClass.READ && basis == Basis.TABLES;
  }

  /** True if it changes nothing and locks nothing, so that any replica may answer it. */
  public boolean readOnly() {
    return kind == StatementClass.READ && !writesAnything && !parsed.locking();
  }

  /** Kind of what it does to data, also where procedures of the server's own do it. */
  public StatementClass kindForData() {
    return readsByCall ? StatementClass.READ : kind;
  }

  /**
   * True if it changes nothing of its session, in sight or out of sight.
   *
   * @param effects what its text shows that it does
   */
  public boolean leavesSession(StatementFacts effects) {
    return changesSession == null && effects.leavesSession();
  }

  /** True if it may have changed what other statements do. */
  public boolean mayDefine() {
    return runsUnread
        || kind == StatementClass.DDL
        || (kind == StatementClass.UNKNOWN && parsed.definitions() == null);
  }

  /** About how many bytes it takes in memory, without {@link #parsed}. */
  public long weight() {
    return 300
        + Weight.of(tablesRead)
        + Weight.of(tablesWritten)
        + Weight.of(changesSession)
        + Weight.of(reason);
  }
}
