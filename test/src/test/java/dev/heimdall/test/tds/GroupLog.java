package dev.heimdall.test.tds;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/** The log of an availability group: what was committed, in its order. Guarded by itself. */
final class GroupLog {
  private static final BigInteger FIRST = new BigInteger("35000000012300001");
  private static final BigInteger STEP = BigInteger.valueOf(100_000);

  /** A change of a transaction. */
  sealed interface Change {
    String schema();
  }

  /** A row as it was and as it is; null for none. */
  record Row(String schema, String table, Object[] before, Object[] after) implements Change {}

  /** A statement of the engine's that defines something. */
  record Definition(String schema, String sql, List<Object> parameters) implements Change {}

  /**
   * A transaction.
   *
   * @param at when it was committed, by the clock of the computer
   */
  record Entry(long at, List<Change> changes) {}

  private final List<Entry> entries = new ArrayList<>();

  synchronized int size() {
    return entries.size();
  }

  synchronized Entry entry(int index) {
    return entries.get(index);
  }

  synchronized void append(List<Change> changes) {
    entries.add(new Entry(System.currentTimeMillis(), List.copyOf(changes)));
    notifyAll();
  }

  /** Forgets what is behind so many transactions. */
  synchronized int truncate(int size) {
    int lost = entries.size() - size;
    entries.subList(size, entries.size()).clear();
    return lost;
  }

  /** Number of the record with which the last of so many transactions was committed. */
  static BigInteger lsn(int size) {
    return FIRST.add(STEP.multiply(BigInteger.valueOf(size)));
  }
}
