package dev.heimdall.engine.dialect.mysql.changes;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Transactions that were read from the log and are not known to be visible yet. They are bounded by
 * what they hold: where a second has to pass ahead of each, thousands wait. One thread adds them,
 * another one takes them.
 */
final class WaitingTransactions {
  /** Bytes of one permit. */
  private static final int UNIT = 1 << 10;

  /** Permits: 32 MiB. */
  static final int ROOM = 32 << 10;

  // About the bytes that each holds.
  private static final int TRANSACTION = 512;
  private static final int TABLE = 256;
  private static final int STATEMENT = 128;

  /**
   * Committed transaction.
   *
   * @param cameAt by {@link System#nanoTime}
   */
  record Arrived(LoggedTransaction transaction, long cameAt) {
    /** Permits that it needs. */
    int units() {
      long bytes = TRANSACTION + (long) TABLE * transaction.rows().size();
      for (LoggedTransaction.KnownRows known : transaction.known().values()) {
        for (int column = 0; column < known.rows().size(); column++) {
          bytes += TABLE + (long) Integer.BYTES * known.rows().values(column).length;
        }
      }
      for (LoggedStatement statement : transaction.statements()) {
        bytes += STATEMENT;
        bytes += statement.text() == null ? 0 : (long) Character.BYTES * statement.text().length();
      }
      return (int) Math.min(ROOM, 1 + bytes / UNIT);
    }
  }

  private final BlockingQueue<Arrived> arrived = new LinkedBlockingQueue<>();
  private final Semaphore room = new Semaphore(ROOM);

  /** Returns false if there was no room for it in so many milliseconds. */
  boolean add(Arrived next, long millis) throws InterruptedException {
    return room.tryAcquire(next.units(), millis, TimeUnit.MILLISECONDS) && arrived.add(next);
  }

  /** The oldest one; null if there was none in so many milliseconds. */
  Arrived take(long millis) throws InterruptedException {
    Arrived first = arrived.poll(millis, TimeUnit.MILLISECONDS);
    if (first != null) {
      room.release(first.units());
    }
    return first;
  }

  boolean isEmpty() {
    return arrived.isEmpty();
  }
}
