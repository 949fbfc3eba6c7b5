package dev.heimdall.manager.dashboard;

import java.util.List;
import java.util.Map;

/**
 * Figures to show for a selection.
 *
 * @param times of the moments, in seconds since 1970
 * @param columns values at these; NaN where there is none
 * @param byNode queries a second of each node, at the same times; empty for one node
 * @param lagByServer milliseconds that servers are behind, at the same times
 * @param nodes each node, as it was last
 * @param vdbs each virtual database, as it was last
 * @param newest what was last, by {@link Field}
 * @param counted since the manager knows the nodes, by {@link Count}
 */
record ShownFigures(
    Span span,
    long[] times,
    Map<Field, double[]> columns,
    Map<String, double[]> byNode,
    Map<String, double[]> lagByServer,
    List<Line> nodes,
    List<Line> vdbs,
    double[] newest,
    long[] counted) {
  double of(Field field) {
    return newest[field.ordinal()];
  }

  /** Returns a copy with other graphs. */
  ShownFigures with(
      Span other,
      long[] at,
      Map<Field, double[]> values,
      Map<String, double[]> queriesByNode,
      Map<String, double[]> lags) {
    return new ShownFigures(other, at, values, queriesByNode, lags, nodes, vdbs, newest, counted);
  }

  /** Returns a copy with these lags. */
  ShownFigures with(Map<String, double[]> lags) {
    return with(span, times, columns, byNode, lags);
  }

  /**
   * A node or virtual database.
   *
   * @param newest by {@link Field}
   */
  record Line(String name, double[] newest) {
    double of(Field field) {
      return newest[field.ordinal()];
    }

    /** True if it was heard of at the end. */
    boolean reports() {
      return !Double.isNaN(of(Field.NODES));
    }
  }
}
