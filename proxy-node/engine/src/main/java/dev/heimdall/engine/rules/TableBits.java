package dev.heimdall.engine.rules;

import dev.heimdall.engine.sql.Weight;
import java.util.Arrays;
import java.util.SortedSet;

/**
 * Expressions about tables that match a statement.
 *
 * @param id tells it from all others of the same event loop
 * @param bits a bit for each expression
 * @param understood whether the statement was understood
 * @param tables the statement's tables, where rules use their names; else empty
 */
record TableBits(int id, long[] bits, boolean understood, SortedSet<String> tables) {
  boolean matches(int expression) {
    return (bits[expression >> 6] & 1L << expression) != 0;
  }

  /** About how many bytes it takes in memory. */
  long weight() {
    return 150 + 8L * bits.length + Weight.of(tables);
  }

  /** The number does not count. */
  @Override
  public boolean equals(Object other) {
    return other instanceof TableBits that
        && Arrays.equals(bits, that.bits)
        && understood == that.understood
        && tables.equals(that.tables);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * Arrays.hashCode(bits) + Boolean.hashCode(understood)) + tables.hashCode();
  }
}
