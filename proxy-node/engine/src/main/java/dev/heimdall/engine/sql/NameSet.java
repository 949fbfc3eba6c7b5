package dev.heimdall.engine.sql;

import java.util.Arrays;
import java.util.Collection;

/**
 * The words and names of a text, for one question: whether a name is among them. Kept by their
 * hashes, since there is one of these for each statement that is known; a name may be taken for
 * another, never missed.
 */
public final class NameSet {
  /** Of a text without any. */
  public static final NameSet EMPTY = new NameSet(new int[0]);

  /** Stands for a time without a date that a text of MySQL's has or computes. */
  public static final String TIME = "time of day";

  /** Stands for whatever it has or computes that has a date. */
  public static final String DATE = "a date";

  /** Stands for columns that take part in it and are not named. */
  public static final String ANY_COLUMN = "*";

  private final int[] hashes;

  /** Stands for a name that is used for more than to be answered or compared with a constant. */
  public static String used(String name) {
    return name + "()";
  }

  private NameSet(int[] hashes) {
    this.hashes = hashes;
  }

  /** The set of these names, as the server folds them. */
  public static NameSet of(Collection<String> names) {
    return names.isEmpty()
        ? EMPTY
        : new NameSet(names.stream().mapToInt(String::hashCode).sorted().distinct().toArray());
  }

  /** True if the name may be among them. */
  public boolean contains(String name) {
    return Arrays.binarySearch(hashes, name.hashCode()) >= 0;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof NameSet set && Arrays.equals(hashes, set.hashes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(hashes);
  }
}
