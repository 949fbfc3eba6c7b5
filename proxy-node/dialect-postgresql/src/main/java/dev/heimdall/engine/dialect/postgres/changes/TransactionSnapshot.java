package dev.heimdall.engine.dialect.postgres.changes;

import java.util.Arrays;
import java.util.List;

/**
 * Transactions that a session sees, as {@code txid_current_snapshot} spells them.
 *
 * @param end the first number that no transaction had yet
 * @param running those before that which are not over
 */
record TransactionSnapshot(long end, List<Long> running) {
  private static final long EPOCH = 1L << 32;

  TransactionSnapshot {
    running = List.copyOf(running);
  }

  /**
   * @param text {@code xmin:xmax:xip,xip}
   */
  static TransactionSnapshot parse(String text) {
    String[] parts = text.split(":", -1);
    List<Long> running =
        parts[2].isEmpty()
            ? List.of()
            : Arrays.stream(parts[2].split(",")).map(Long::valueOf).toList();
    return new TransactionSnapshot(Long.parseLong(parts[1]), running);
  }

  /**
   * True if a transaction is over for a reader with this snapshot.
   *
   * @param number as the log has it: without its epoch
   */
  boolean sees(int number) {
    long whole = whole(number);
    return whole < end && !running.contains(whole);
  }

  /** The number with its epoch: of those that it can be, the one that is nearest to the end. */
  private long whole(int number) {
    long whole = (end & -EPOCH) | Integer.toUnsignedLong(number);
    if (whole - end >= EPOCH / 2) {
      return whole - EPOCH;
    }
    return end - whole > EPOCH / 2 ? whole + EPOCH : whole;
  }
}
