package dev.heimdall.manager.dashboard;

import java.util.Arrays;

/**
 * What was shown at the last so many moments, in order of their numbers. A value takes two bytes,
 * of which ten bits are its precision: a graph shows no more. Memory is taken as moments come.
 */
final class Ring {
  private static final int CHUNK = 60;
  private static final char ABSENT = 0xffff;

  /** Exponents from 2^-24 to 2^38. */
  private static final int LOWEST = (127 - 24) << 10;

  private static final int FIELDS = Field.values().length;

  private final char[][] chunks;
  private final long[] numbers;
  private long newest = Long.MIN_VALUE;

  /**
   * @param moments how many are kept at least
   */
  Ring(int moments) {
    int count = moments / CHUNK + 1;
    chunks = new char[count][];
    numbers = new long[count];
  }

  void put(long moment, double[] shown) {
    long number = Math.floorDiv(moment, CHUNK);
    int at = (int) Math.floorMod(number, (long) chunks.length);
    boolean fresh = chunks[at] == null;
    if (fresh) {
      chunks[at] = new char[CHUNK * FIELDS];
    }
    if (fresh || numbers[at] != number) {
      Arrays.fill(chunks[at], ABSENT);
      numbers[at] = number;
    }
    int from = (int) Math.floorMod(moment, (long) CHUNK) * FIELDS;
    for (int i = 0; i < FIELDS; i++) {
      chunks[at][from + i] = packed(shown[i]);
    }
    newest = Math.max(newest, moment);
  }

  /** The last one that was put there; smaller than any if none was. */
  long newest() {
    return newest;
  }

  /** A value; NaN where there is none, or none any more. */
  double get(long moment, Field field) {
    long number = Math.floorDiv(moment, CHUNK);
    int at = (int) Math.floorMod(number, (long) chunks.length);
    if (chunks[at] == null || numbers[at] != number) {
      return Double.NaN;
    }
    return unpacked(
        chunks[at][(int) Math.floorMod(moment, (long) CHUNK) * FIELDS + field.ordinal()]);
  }

  static char packed(double value) {
    if (Double.isNaN(value)) {
      return ABSENT;
    }
    int bits = (Float.floatToIntBits((float) Math.max(0, value)) + (1 << 12) >>> 13) - LOWEST;
    return (char) Math.max(0, Math.min(bits, ABSENT - 1));
  }

  static double unpacked(char packed) {
    if (packed == ABSENT) {
      return Double.NaN;
    }
    return packed == 0 ? 0 : Float.intBitsToFloat((packed + LOWEST) << 13);
  }
}
