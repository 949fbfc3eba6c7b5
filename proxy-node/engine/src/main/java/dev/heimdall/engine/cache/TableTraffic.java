package dev.heimdall.engine.cache;

import dev.heimdall.engine.share.WritesElsewhere;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/**
 * Rates of reads of a virtual database's tables through this node, and of writes through it and
 * other nodes, and the tables written so often that their results are not worth being kept. What
 * was counted weighs less with each second, so that about the last five seconds count. May be used
 * from any thread.
 */
public final class TableTraffic {
  /** A share of all statements that is never reached. */
  static final int ALL = 100;

  private static final long ROUND = Duration.ofSeconds(1).toNanos();

  /** Weight of all earlier counts after one more round: about the last five count. */
  private static final double KEPT = 0.8;

  /** Fewer statements say nothing of a table. */
  private static final double LEAST = 100;

  /** A table is forgotten when so little is left of its statements. */
  private static final double NOTHING = 0.5;

  /** By so much the share of writes must be less for a table not to be written often any more. */
  private static final double LESS = 0.8;

  /** Tables of which this is known; with more nothing is known of the others. */
  private static final int MOST_TABLES = 10_000;

  private final int percent;
  private final LongSupplier clock;
  private final Map<String, Table> tables = new ConcurrentHashMap<>();

  /** End of the round. */
  private final AtomicLong end;

  /** Counts of this round, and the remainder of those before. */
  private static final class Table {
    final LongAdder reads = new LongAdder();
    final LongAdder writes = new LongAdder();

    /** True if it was not read since it was written: more writes take no more results. */
    private volatile boolean unread;

    /** Of interest to the thread alone that ends a round. */
    double allReads;

    double allWrites;

    /** Counter of writes elsewhere, and its counts at that time; null before the first. */
    WritesElsewhere asked;

    long told;

    volatile boolean often;

    /** A race costs, or adds, one of them. */
    void read() {
      reads.increment();
      if (unread) {
        unread = false;
      }
    }

    void write() {
      if (!unread) {
        unread = true;
        writes.increment();
      }
    }

    void hear(WritesElsewhere elsewhere, String name) {
      long now = elsewhere.of(name);
      if (asked == elsewhere) {
        writes.add(now - told);
      }
      asked = elsewhere;
      told = now;
    }

    void endRound(double kept, int percent) {
      allReads = kept * (allReads + reads.sumThenReset());
      allWrites = kept * (allWrites + writes.sumThenReset());
      double all = allReads + allWrites;
      double share = ALL * allWrites / Math.max(1, all);
      often =
          often ? all >= LEAST * LESS && share > percent * LESS : all >= LEAST && share > percent;
    }

    boolean isIdle() {
      return allReads + allWrites < NOTHING;
    }
  }

  /**
   * @param percent of a table's statements that may be writes
   * @param clock {@link System#nanoTime}
   */
  TableTraffic(int percent, LongSupplier clock) {
    this.percent = percent;
    this.clock = clock;
    this.end = new AtomicLong(clock.getAsLong() + ROUND);
  }

  /**
   * A statement is carried out, or answered; what it both reads and writes, it writes. Writes with
   * no read between them count as one.
   *
   * @param elsewhere what other nodes write, where the statement would go
   */
  public void count(
      Collection<String> read, Collection<String> written, WritesElsewhere elsewhere) {
    if (percent == ALL) {
      return;
    }
    for (String name : written) {
      Table table = table(name);
      if (table != null) {
        table.write();
      }
    }
    for (String name : read) {
      Table table = written.contains(name) ? null : table(name);
      if (table != null) {
        table.read();
      }
    }
    endRound(elsewhere);
  }

  private Table table(String name) {
    Table table = tables.get(name);
    if (table == null && tables.size() < MOST_TABLES) {
      table = tables.computeIfAbsent(name, key -> new Table());
    }
    return table;
  }

  /** The first statement after the end of a round counts what came in it. */
  private void endRound(WritesElsewhere elsewhere) {
    long now = clock.getAsLong();
    long ends = end.get();
    if (now - ends < 0 || !end.compareAndSet(ends, now + ROUND)) {
      return;
    }
    synchronized (this) { // who ended the round before may be at it still
      double kept = Math.pow(KEPT, 1 + (now - ends) / ROUND);
      tables.forEach(
          (name, table) -> {
            table.hear(elsewhere, name);
            table.endRound(kept, percent);
          });
      tables.values().removeIf(Table::isIdle); // a count that comes just now is lost with it
    }
  }

  /** True if more of the statements with one of these tables write it than may. */
  public boolean writtenOften(Collection<String> of) {
    return writtenOften(of, Set.of());
  }

  /** As the other, but for these tables. */
  public boolean writtenOften(Collection<String> of, Set<String> but) {
    for (String table : of) {
      Table one = tables.get(table);
      if (one != null && one.often && !but.contains(table)) {
        return true;
      }
    }
    return false;
  }
}
