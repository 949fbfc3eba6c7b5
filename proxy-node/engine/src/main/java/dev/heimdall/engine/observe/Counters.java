package dev.heimdall.engine.observe;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A fixed set of counters with one writer, the thread of one event loop, and any number of readers.
 * Opaque access makes a value visible in time and never torn, at the price of a plain store.
 */
final class Counters {
  /** One cache line on either side keeps another loop's writes off these lines. */
  private static final int PADDING = 8;

  private static final VarHandle LONGS = MethodHandles.arrayElementVarHandle(long[].class);

  private final long[] values;

  Counters(int size) {
    values = new long[PADDING + size + PADDING];
  }

  void add(int counter, long amount) {
    int slot = PADDING + counter;
    LONGS.setOpaque(values, slot, values[slot] + amount);
  }

  void set(int counter, long value) {
    LONGS.setOpaque(values, PADDING + counter, value);
  }

  long get(int counter) {
    return (long) LONGS.getOpaque(values, PADDING + counter);
  }
}
