package dev.heimdall.engine.session.placement;

import dev.heimdall.engine.catalog.Catalogue;
import dev.heimdall.engine.share.ChangeInProgress;
import dev.heimdall.engine.sql.StatementRows;
import java.util.Collection;

/**
 * Writes of a statement that was sent and is not answered.
 *
 * @param group the group of messages that it belongs to, counted by the session
 * @param rows those of one of the tables that are written
 * @param anything whether tables that cannot be named may be written too
 * @param code whether it calls something that may write where definitions have changed
 * @param ends whether a transaction may be committed by it
 * @param single whether it is one statement, and no procedure that commits as it likes
 * @param judgedBy the catalogue by which this was told; null for none
 * @param change what it was announced as; null for nothing
 * @param committing to be run when it can commit nothing any more; null for nothing
 */
record SentWrite(
    long group,
    Collection<String> tables,
    StatementRows rows,
    boolean anything,
    boolean code,
    boolean ends,
    boolean single,
    Defines defines,
    Catalogue.Edition judgedBy,
    ChangeInProgress change,
    Runnable committing) {
  /** The same in another group, which is answered together with others. */
  SentWrite in(long other) {
    StatementRows whatever = new StatementRows(rows.rows(), null);
    return new SentWrite(
        other,
        tables,
        whatever,
        anything,
        code,
        ends,
        single,
        defines,
        judgedBy,
        change,
        committing);
  }

  private SentWrite of(StatementRows other) {
    return new SentWrite(
        group, tables, other, anything, code, ends, single, defines, judgedBy, change, committing);
  }

  SentWrite until(Runnable over) {
    return new SentWrite(
        group, tables, rows, anything, code, ends, single, defines, judgedBy, change, over);
  }

  /** True if nothing new is said by this one behind that one. */
  boolean repeats(SentWrite other) {
    return other != null
        && group == other.group
        && equals(other.committing == null ? other : other.until(null));
  }

  /**
   * Returns this one and the one before as one, so that a batch of writes of other rows each takes
   * no more room than one; null where they differ by more than by their rows.
   */
  SentWrite and(SentWrite before) {
    if (before == null || !of(before.rows).repeats(before)) {
      return null;
    }
    return of(rows.and(before.rows));
  }

  void over() {
    if (committing != null) {
      committing.run();
    }
  }

  /** True if it matters by which definitions it was judged. */
  boolean judged() {
    return code || !tables.isEmpty();
  }
}
