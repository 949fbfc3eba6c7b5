package dev.heimdall.engine.sql;

/**
 * A column whose equality is plain, and the values that it takes as they are written; conversions
 * of others are unknown here.
 *
 * @param least the least integer
 * @param most the largest integer, or the longest text in characters
 * @param everyUnique whether each unique index of the table has it, with its whole values, so that
 *     rows which conflict have the same one
 */
public record KeyColumn(KeyType type, long least, long most, boolean everyUnique) {
  /** A column that takes nothing as something else. */
  public KeyColumn(KeyType type) {
    this(type, Long.MIN_VALUE, Long.MAX_VALUE);
  }

  public KeyColumn(KeyType type, long least, long most) {
    this(type, least, most, false);
  }

  /** The column, where it is part of each unique index. */
  public KeyColumn ofEveryUnique() {
    return new KeyColumn(type, least, most, true);
  }

  /**
   * A value's number, as {@link KeyType} has it.
   *
   * @param limit of integers, whatever their sign
   */
  long number(byte[] value, int from, int to, long limit) {
    return type.number(value, from, to, least(limit), most(limit));
  }

  /** The number of a value in its binary format. */
  long binary(byte[] value, long limit) {
    return type.binary(value, least(limit), most(limit));
  }

  private long least(long limit) {
    return Math.max(least, -limit);
  }

  private long most(long limit) {
    return type == KeyType.INTEGER ? Math.min(most, limit) : most;
  }
}
