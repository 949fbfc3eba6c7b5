package dev.heimdall.engine.share;

import dev.heimdall.engine.sql.RowKeys;
import dev.heimdall.engine.wire.Position;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/**
 * Up to where a replica must have come to show what was written: for each table, and for all of
 * them. What was written before this node began to listen counts as written when it did.
 *
 * <p>Where the commit itself does not say where it is, a write is noted without a position, before
 * its reply goes to the client, and the writer is asked afterwards how far it has written: one
 * question for all writes that were noted before it. May be used from any thread, and never waits.
 */
public final class WritePositions {
  private static final int MOST_TABLES = 100_000;

  /** Nanoseconds: longer than anything is kept. */
  private static final long LONG_AGO = 1L << 61;

  private static final int MOST_REPORTED = 10_000;

  /**
   * Weight of all columns by which rows are told apart, 32 KiB each and more where many values are
   * written; then further tables count as a whole.
   */
  private static final int MOST_GROUPED = 250;

  private final Supplier<CompletableFuture<Position>> writtenByNow;
  private final int mostTables;
  private final Map<String, Written> tables = new ConcurrentHashMap<>();

  /**
   * Number of writes that were noted. Several may have one mark, as they are asked about together;
   * each has a number of its own, by which results of before are told from results of after.
   */
  private volatile long noted;

  /** Writes of which it is unknown whether, and when, they are committed. */
  private final DoubtfulWrites doubtful = new DoubtfulWrites(System::nanoTime);

  private final WritesInFlight inFlight = new WritesInFlight();

  private final NotedMarks marks = new NotedMarks();

  private final WritesElsewhere elsewhere = new WritesElsewhere();

  /** Tables of which rules keep nothing for a while. */
  private final DoubtfulWrites keptOut = new DoubtfulWrites(System::nanoTime);

  /** The last commits of which the server has said where they are. Guarded by itself. */
  private final Set<Position> reported = new LinkedHashSet<>();

  private final KeptColumns kept = new KeptColumns();

  /** Weight of the columns by which rows are told apart. Guarded by this object. */
  private int grouped;

  /** Takes the writes that come until the next question is asked. */
  private final AtomicReference<WriteMark> open = new AtomicReference<>(new WriteMark(1));

  private final AtomicBoolean asking = new AtomicBoolean();

  /** The mark that the question under way, or one that failed, is about. */
  private volatile WriteMark asked;

  private volatile Written anything;
  private volatile WriteMark latest;

  /**
   * Position that covers every noted write, as long as none waits for its position. Guarded by this
   * object.
   */
  private Position settled = Position.NONE;

  /**
   * The last write of a table.
   *
   * @param number among all that were noted
   * @param outdates what was read before that one is outdated, however young
   * @param aged whether what was read until {@code since}, by {@link System#nanoTime}, is outdated,
   *     too
   * @param groups by which rows are told apart; null while no write has said which it was
   */
  private record Written(
      WriteMark mark, long number, long outdates, boolean aged, long since, KeyGroups groups) {
    Written(WriteMark mark, long number) {
      this(mark, number, number, false, 0, null);
    }

    Written by(KeyGroups known) {
      return new Written(mark, number, outdates, aged, since, known);
    }

    /**
     * Returns the write for a table of which results stay that are younger than so many
     * nanoseconds.
     *
     * @param before the last write before; null for none
     */
    Written sparing(long young, Written before, long now) {
      if (young <= 0) {
        return this;
      }
      long still = before == null ? 0 : before.outdates;
      boolean agedBefore = before != null && before.aged;
      if (young == SparedTables.ALL) {
        return new Written(mark, number, still, agedBefore, agedBefore ? before.since : 0, groups);
      }
      long from = now - young;
      boolean later = agedBefore && before.since - from > 0;
      return new Written(mark, number, still, true, later ? before.since : from, groups);
    }

    /**
     * @param rows those that were read; null where nothing is known of them
     */
    boolean outdated(long count, long at, RowKeys rows) {
      return (outdates > count && (rows == null || groups == null || groups.outdated(rows, count)))
          || (aged && at - since < 0);
    }
  }

  /**
   * @param writtenByNow asks how far the writer has written, everything included that was committed
   *     before the call
   */
  public WritePositions(Supplier<CompletableFuture<Position>> writtenByNow) {
    this(writtenByNow, MOST_TABLES);
  }

  WritePositions(Supplier<CompletableFuture<Position>> writtenByNow, int mostTables) {
    this.writtenByNow = writtenByNow;
    this.mostTables = mostTables;
    note(List.of(), true, Position.NONE, SparedTables.NONE);
    resolve();
  }

  /**
   * A transaction has committed that wrote these tables. To be called when the server has said so
   * and before the client is told.
   *
   * @param written names in full, as the catalogue spells them
   * @param others whether tables that cannot be named may have been written too
   */
  public WriteMark committed(Collection<String> written, boolean others) {
    return committed(written, others, Position.NONE);
  }

  /**
   * Notes the commit of a transaction whose position the server has reported. Who has that need not
   * have what others have committed before: it counts with what covers the writes before it, and
   * only where that is known.
   *
   * @param own {@link Position#NONE} where the server has not said so
   */
  public WriteMark committed(Collection<String> written, boolean others, Position own) {
    return committed(written, others, own, SparedTables.NONE);
  }

  /**
   * Notes a commit after which, as rules want, not all that was read of these tables is outdated.
   *
   * @param spared of no meaning to tables that cannot be named
   */
  public WriteMark committed(
      Collection<String> written, boolean others, Position own, SparedTables spared) {
    spared
        .nanos()
        .forEach(
            (table, young) -> {
              if (young < 0) {
                keptOut.add(List.of(table), false, -young);
              }
            });
    WriteMark mark = note(written, others, own, spared);
    if (own != Position.NONE) {
      synchronized (reported) {
        reported.add(own);
        if (reported.size() > MOST_REPORTED) {
          reported.remove(reported.iterator().next());
        }
      }
    }
    resolve();
    return mark;
  }

  /** Another node says that it has committed a transaction that wrote these tables. */
  WriteMark committedElsewhere(Collection<String> written, SparedTables spared) {
    elsewhere.count(written);
    return committed(written, false, Position.NONE, spared);
  }

  /** Counts of other nodes' writes, by table. */
  public WritesElsewhere elsewhere() {
    return elsewhere;
  }

  /**
   * True if this is the very place of a commit that was noted here, by what the server has said of
   * it: it was there before it was noted. Of the last commits only.
   */
  public boolean reported(Position commit) {
    synchronized (reported) {
      return reported.contains(commit);
    }
  }

  /** Servers may give the places of before to other commits: their logs can be begun anew. */
  public void forgetReported() {
    synchronized (reported) {
      reported.clear();
    }
  }

  /**
   * Writes may have been missed: the connection to other nodes was lost and is there again. They
   * count as committed now, all over.
   */
  public WriteMark missed() {
    return committed(List.of(), true);
  }

  private synchronized WriteMark note(
      Collection<String> written, boolean others, Position own, SparedTables spared) {
    // The commit was before this, and only a later question takes the mark away: its position has
    // the write within it.
    WriteMark mark = open.get();
    Position with =
        own == Position.NONE || pending() ? Position.BEYOND : Position.further(settled, own);
    if (with != Position.BEYOND) {
      settled = with;
      mark.resolve(with);
      open.set(new WriteMark(mark.number() + 1)); // unused marks are not removed
    }
    mark.used(System.nanoTime());
    boolean forget = tables.size() + written.size() > mostTables;
    Written now = new Written(mark, noted + 1);
    if (others || forget) {
      anything = now;
    }
    latest = mark;
    if (forget) {
      // A reader of one of the forgotten tables waits for more than need be, never for less.
      tables.clear();
      grouped = 0;
    } else {
      long at = System.nanoTime();
      written.forEach(
          table -> {
            Written before = tables.get(table);
            Written last = now.by(groups(before, now.number(), spared, table));
            tables.put(table, last.sparing(spared.of(table), before, at));
          });
    }
    marks.noted(mark, now.number());
    noted = now.number(); // after the tables: who knows the number finds them written
    return mark;
  }

  /** Returns a table's groups of rows, with this write; null where none has said its rows. */
  private KeyGroups groups(Written before, long number, SparedTables spared, String table) {
    KeyGroups groups = before == null ? null : before.groups();
    long young = spared.of(table);
    if (young > 0) {
      return groups; // what there is stays
    }
    RowKeys rows = young < 0 ? null : spared.rows().get(table);
    if (rows == null || (groups == null && grouped >= MOST_GROUPED)) {
      if (groups != null) {
        groups.written(number);
      }
      return groups;
    }
    long last = before == null ? 0 : before.outdates();
    KeyGroups known = groups == null ? new KeyGroups(last) : groups;
    int weight = known.weight();
    known.written(rows, number, last, MOST_GROUPED - grouped);
    grouped += known.weight() - weight;
    return known;
  }

  /**
   * Number of writes that were noted: whatever is read from the writer after this call has all of
   * them.
   */
  public long noted() {
    return noted;
  }

  /**
   * The same for what is read from a server that has come to this position: negative where it is
   * not known which writes it has.
   */
  public long notedAt(Position there) {
    return marks.reached(there);
  }

  /**
   * True if what was read of these tables when so many writes were noted is what the writer would
   * answer now, as far as anybody was told.
   */
  public boolean unwrittenSince(long count, Collection<String> read) {
    return unwrittenSince(count, System.nanoTime(), read);
  }

  /**
   * True if what was read of these tables and kept some time ago is what the writer would answer
   * now, as far as is known.
   *
   * @param at when it was, by {@link System#nanoTime}
   */
  public boolean unwrittenSince(long count, long at, Collection<String> read) {
    return unwrittenSince(count, at, read, Map.of());
  }

  /**
   * As the other, for one that rests on certain rows of the tables.
   *
   * @param rows by the table; all of a table that is not there
   */
  public boolean unwrittenSince(
      long count, long at, Collection<String> read, Map<String, RowKeys> rows) {
    // First: what was in flight a moment ago is noted, and what was not had not been committed.
    if (inFlight.any(read, rows)
        || doubtful.any(read)
        || keptOut.any(read)
        || anything.number() > count) {
      return false;
    }
    for (String table : read) {
      Written last = tables.get(table);
      if (last != null && last.outdated(count, at, rows.get(table))) {
        return false;
      }
    }
    // After the tables, as above.
    return anything.number() <= count;
  }

  /**
   * True if what was read of these tables at any time since, and perhaps kept elsewhere, is what
   * the writer would answer now.
   */
  public boolean unwrittenSinceAnyTime(long count, Collection<String> read) {
    return unwrittenSince(count, System.nanoTime() - LONG_AGO, read);
  }

  /** A result is kept that rests on these rows, by the table. */
  public void keptBy(Map<String, RowKeys> rows) {
    if (!rows.isEmpty()) {
      kept.add(rows);
    }
  }

  /** Columns of a table by whose values results are kept. */
  public List<String> keptColumns(String table) {
    return kept.of(table);
  }

  /**
   * A statement is about to be sent that may commit what was written to these tables; until it is
   * over, nothing that was read of them is unwritten.
   *
   * @return to be run when it is over, after {@link #committed} where that was to be called
   */
  public Runnable committing(Collection<String> written, boolean others) {
    return committing(written, others, Map.of());
  }

  /**
   * As the other, where it is known of some of these tables which rows are written.
   *
   * @param rows by the table
   */
  public Runnable committing(
      Collection<String> written, boolean others, Map<String, RowKeys> rows) {
    return inFlight.begin(written, others, rows);
  }

  /**
   * The connection over which these were being written is lost: it is unknown whether they are
   * committed, or will be when the server has come to their end. To be called beside {@link
   * #committed}.
   */
  public void doubted(Collection<String> written, boolean others) {
    doubted(written, others, DoubtfulWrites.LASTS.toNanos());
  }

  /** Notes doubtful writes that another node reports, for so many nanoseconds. */
  void doubted(Collection<String> written, boolean others, long nanos) {
    doubtful.add(written, others, Math.min(nanos, DoubtfulWrites.LASTS.toNanos()));
  }

  /** The writes of which it is unknown whether they are committed. */
  List<DoubtfulWrites.Doubt> doubts() {
    return doubtful.present();
  }

  /** Whatever the last writer has not committed by now, it can commit no more. */
  public WriteMark otherWriter() {
    doubtful.clear();
    return missed();
  }

  /** The last write to any of these tables, or to one that cannot be named. */
  public WriteMark last(Collection<String> read) {
    Written last = null;
    for (String table : read) {
      Written written = tables.get(table);
      if (written != null && (last == null || written.number() > last.number())) {
        last = written;
      }
    }
    // After the tables: it takes the place of those that are forgotten.
    Written any = anything;
    return (last == null || any.number() > last.number() ? any : last).mark();
  }

  /** The last write of all: for statements of which it is unknown what they read. */
  public WriteMark last() {
    return latest;
  }

  /**
   * Asks the writer where the writes are that have no position yet, if there are such and no
   * question is under way. Done after each write; to be called again when a writer was found,
   * because an earlier question may have failed.
   */
  public void resolve() {
    while (pending() && asking.compareAndSet(false, true)) {
      WriteMark mark = asked;
      if (mark == null && open.get().used()) {
        mark = next();
      }
      if (mark != null) {
        ask(mark);
        return;
      }
      asking.set(false);
    }
  }

  private boolean pending() {
    return asked != null || open.get().used();
  }

  private synchronized WriteMark next() {
    WriteMark mark = open.getAndSet(new WriteMark(open.get().number() + 1));
    asked = mark;
    return mark;
  }

  private void ask(WriteMark mark) {
    writtenByNow
        .get()
        .whenComplete(
            (position, failure) -> {
              boolean known = failure == null && position != Position.NONE;
              if (known) {
                resolved(mark, position);
              }
              asking.set(false);
              if (known) {
                resolve();
              }
            });
  }

  /** The writer has what was noted before, unless it was lost with another one. */
  private synchronized void resolved(WriteMark mark, Position position) {
    mark.resolveAsked(position);
    settled = position;
    asked = null;
  }

  /** True if writes wait for their position. */
  public boolean unresolved() {
    return pending();
  }
}
