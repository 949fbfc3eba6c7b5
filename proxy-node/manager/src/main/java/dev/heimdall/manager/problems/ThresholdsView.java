package dev.heimdall.manager.problems;

import java.util.List;

/** What the template of thresholds is given. */
public record ThresholdsView(String problem, List<Row> rows) {
  /** A setting. */
  public record Row(String name, String title, String value, String byDefault, String meaning) {}
}
