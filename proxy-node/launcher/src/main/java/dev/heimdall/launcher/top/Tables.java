package dev.heimdall.launcher.top;

import java.util.List;

/** The tables that nodes and managers have alike. */
final class Tables {
  private static final int WIDEST_STATEMENT = 72;

  private Tables() {}

  /**
   * Builds the table of query figures.
   *
   * @param of the heading of what each row is of
   */
  static Grid queries(String of, List<List<String>> rows) {
    return new Grid(
        List.of(
            of,
            "QUERIES/S",
            "AVG MS",
            "P99 MS",
            "SERVER MS",
            "READS",
            "IN TX",
            "CACHE",
            "ERRORS/S",
            "CLIENTS",
            "WAITING",
            "IN USE",
            "OPEN",
            "SIZE"),
        rows);
  }

  /** The statements that take the most time. */
  static Grid statements(List<List<String>> rows) {
    return new Grid(
        List.of(
            "STATEMENT",
            "VIRTUAL DATABASE",
            "TIME",
            "CALLS",
            "AVG MS",
            "P99 MS",
            "SERVER MS",
            "ERRORS"),
        rows,
        WIDEST_STATEMENT);
  }
}
