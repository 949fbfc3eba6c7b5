package dev.heimdall.engine.cache;

import java.util.Arrays;

/**
 * Key of a result: the database would answer any request with an equal key the same, as long as
 * nothing is written.
 */
public final class CacheKey {
  /** Of the arrays' headers, this object, the entry and its place in the table. */
  private static final int OVERHEAD = 300;

  private final Object asker;
  private final long textHigh;
  private final long textLow;
  private final byte[] values;
  private final int hash;
  private final int weight;

  /**
   * @param asker who asks, as far as that makes a difference: database, user, settings
   * @param askerWeight about how many bytes that takes; others may have the same, and count it too
   * @param textHigh with {@code textLow} the name of the very text
   * @param values of its parameters, their types and formats and those of the columns; not to be
   *     changed
   */
  public CacheKey(Object asker, long askerWeight, long textHigh, long textLow, byte[] values) {
    this.asker = asker;
    this.weight = (int) Math.min(Integer.MAX_VALUE / 2, OVERHEAD + askerWeight + values.length);
    this.textHigh = textHigh;
    this.textLow = textLow;
    this.values = values;
    this.hash =
        31 * (31 * asker.hashCode() + Long.hashCode(textLow ^ textHigh)) + Arrays.hashCode(values);
  }

  /** A number that few others have. */
  public long name() {
    return 0x9E3779B97F4A7C15L * (textHigh ^ Long.rotateLeft(textLow, 32) ^ hash);
  }

  int weight() {
    return weight;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof CacheKey that
        && hash == that.hash
        && textHigh == that.textHigh
        && textLow == that.textLow
        && Arrays.equals(values, that.values)
        && asker.equals(that.asker);
  }

  @Override
  public int hashCode() {
    return hash;
  }

  /** Values are secrets. */
  @Override
  public String toString() {
    return "CacheKey";
  }
}
