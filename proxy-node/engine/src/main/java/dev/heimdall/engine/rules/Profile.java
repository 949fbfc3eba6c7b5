package dev.heimdall.engine.rules;

import dev.heimdall.engine.sql.Weight;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * All that rules can tell of a session. Sessions that rules cannot tell apart share one.
 *
 * @param id tells it from all others of the same event loop
 * @param bits a bit for each expression about sessions
 * @param facts of one of its sessions; only what the rules use is the same in all
 * @param tableLists the tables of each expression about tables
 */
record Profile(int id, long[] bits, SessionFacts facts, List<Set<String>> tableLists) {
  boolean matches(int expression) {
    return (bits[expression >> 6] & 1L << expression) != 0;
  }

  Profile withId(int number) {
    return new Profile(number, bits, facts, tableLists);
  }

  /** About how many bytes it takes in memory. */
  long weight() {
    long sum = 300 + 8L * bits.length + facts.weight();
    for (Set<String> tables : tableLists) {
      sum += Weight.of(tables);
    }
    return sum;
  }

  /** The number does not count. */
  @Override
  public boolean equals(Object other) {
    return other instanceof Profile that
        && Arrays.equals(bits, that.bits)
        && facts.equals(that.facts)
        && tableLists.equals(that.tableLists);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(bits) + facts.hashCode();
  }
}
