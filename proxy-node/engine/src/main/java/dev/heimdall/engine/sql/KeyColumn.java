package dev.heimdall.engine.sql;

/**
 * A column whose equality is plain, and the values that it takes as they are written; conversions
 * of others are unknown here.
 *
 * @param least the least integer
 * @param most the largest integer, or the longest text in characters
 * @param everyUnique whether each unique index of the table has it, with its whole values, so that
 *     rows which conflict have the same one
 * @param place among all columns of the table, from 1; 0 where no log has rows by places
 */
public record KeyColumn(KeyType type, long least, long most, boolean everyUnique, int place) {
  /** A column that takes nothing as something else. */
  public KeyColumn(KeyType type) {
    this(type, Long.MIN_VALUE, Long.MAX_VALUE);
  }

  public KeyColumn(KeyType type, long least, long most) {
    this(type, least, most, false, 0);
  }

  /** The column, where it is part of each unique index. */
  public KeyColumn ofEveryUnique() {
    return new KeyColumn(type, least, most, true, place);
  }

  /** The column at its place. */
  public KeyColumn at(int itsPlace) {
    return new KeyColumn(type, least, most, everyUnique, itsPlace);
  }

  /** The number of an integer that the column has. */
  long number(long integer) {
    boolean fits = integer >= least && integer <= most && integer != KeyType.NONE;
    return fits ? KeyType.number(integer) : KeyType.NONE;
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
