package dev.heimdall.manager.dashboard;

import java.util.Arrays;
import java.util.Optional;

/**
 * Values shown at a number of last moments, in order of their numbers. A value takes two bytes, of
 * which ten bits are its precision: a graph shows no more. Memory is taken as moments come.
 */
final class Ring {
  private static final int CHUNK = 60;
  static final char ABSENT = 0xffff;

  /** Exponents from 2^-24 to 2^38. */
  private static final int LOWEST = (127 - 24) << 10;

  private final int fields;
  private final char[][] chunks;
  private final long[] numbers;
  private long newest = Long.MIN_VALUE;

  /**
   * @param moments how many are kept at least
   * @param fields how many values there are of each
   */
  Ring(int moments, int fields) {
    this.fields = fields;
    int count = moments / CHUNK + 1;
    chunks = new char[count][];
    numbers = new long[count];
  }

  void put(long moment, double[] shown) {
    char[] packed = new char[fields];
    for (int i = 0; i < fields; i++) {
      packed[i] = packed(shown[i]);
    }
    putPacked(moment, packed);
  }

  /** Puts values of a moment in the form in which they are kept. */
  void putPacked(long moment, char[] packed) {
    long number = Math.floorDiv(moment, CHUNK);
    int at = (int) Math.floorMod(number, (long) chunks.length);
    boolean fresh = chunks[at] == null;
    if (fresh) {
      chunks[at] = new char[CHUNK * fields];
    }
    if (fresh || numbers[at] != number) {
      Arrays.fill(chunks[at], ABSENT);
      numbers[at] = number;
    }
    System.arraycopy(
        packed, 0, chunks[at], (int) Math.floorMod(moment, (long) CHUNK) * fields, fields);
    newest = moment; // a clock may be put back
  }

  /** Puts a moment there that is none of the last ones. */
  void restore(long moment, char[] packed) {
    long before = newest;
    putPacked(moment, packed);
    newest = Math.max(before, moment);
  }

  /** The last one that was put there; smaller than any if none was. */
  long newest() {
    return newest;
  }

  /** A value; NaN where there is none, or none any more. */
  double get(long moment, int field) {
    long number = Math.floorDiv(moment, CHUNK);
    int at = (int) Math.floorMod(number, (long) chunks.length);
    if (chunks[at] == null || numbers[at] != number) {
      return Double.NaN;
    }
    return unpacked(chunks[at][(int) Math.floorMod(moment, (long) CHUNK) * fields + field]);
  }

  /** All values of a moment as they are kept; empty: there are none. */
  Optional<char[]> row(long moment) {
    char[] row = new char[fields];
    boolean any = false;
    for (int i = 0; i < fields; i++) {
      row[i] = packed(get(moment, i));
      any |= row[i] != ABSENT;
    }
    return any ? Optional.of(row) : Optional.empty();
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
