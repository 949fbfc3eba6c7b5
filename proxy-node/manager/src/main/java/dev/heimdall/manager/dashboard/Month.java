package dev.heimdall.manager.dashboard;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Figures on disk of thirty days, by ten minutes.
 *
 * @param from the number of the first ten minutes of the columns
 * @param rows of whom one looks at, by their numbers
 * @param byNode queries a second
 * @param lagByServer milliseconds
 */
record Month(
    long from,
    SortedMap<Long, char[]> rows,
    Map<String, char[]> byNode,
    Map<String, char[]> lagByServer) {
  static Month empty() {
    return new Month(0, new TreeMap<>(), Map.of(), Map.of());
  }

  /** Some of these moments; what is not known is NaN. */
  Map<String, double[]> shown(Map<String, char[]> columns, long first, int count) {
    Map<String, double[]> shown = new TreeMap<>();
    columns.forEach(
        (name, kept) -> {
          double[] column = new double[count];
          for (int i = 0; i < count; i++) {
            long at = first + i - from;
            column[i] = at < 0 || at >= kept.length ? Double.NaN : Ring.unpacked(kept[(int) at]);
          }
          shown.put(name, column);
        });
    return shown;
  }
}
