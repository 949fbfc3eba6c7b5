package dev.heimdall.engine.share;

import java.util.OptionalLong;

/**
 * Numbers of writes that this node had noted when it sent each of its messages. With many messages
 * it forgets some and goes by the one before, which had no more. Thread-safe.
 */
final class SentMessages {
  private static final int MOST = 1024;

  private final long[] numbers = new long[MOST];
  private final long[] noted = new long[MOST];
  private int size;

  /**
   * A message is about to be sent.
   *
   * @param number larger than those of all before
   * @param writes noted by now
   */
  synchronized void sending(long number, long writes) {
    if (size > 0 && noted[size - 1] == writes) {
      return;
    }
    if (size == MOST) {
      thin();
    }
    numbers[size] = number;
    noted[size] = writes;
    size++;
  }

  /** Every other one of the older three quarters goes: what is old is kept coarsely, but kept. */
  private void thin() {
    int old = MOST / 4 * 3;
    int kept = 0;
    for (int i = 0; i < size; i++) {
      if (i >= old || i % 2 == 0) {
        numbers[kept] = numbers[i];
        noted[kept] = noted[i];
        kept++;
      }
    }
    size = kept;
  }

  /**
   * Number of writes that had been noted when a message was sent, or some fewer; empty for one that
   * this node has not sent.
   */
  synchronized OptionalLong notedBefore(long number) {
    int low = 0;
    int high = size;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (numbers[middle] <= number) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low == 0 ? OptionalLong.empty() : OptionalLong.of(noted[low - 1]);
  }
}
