package dev.heimdall.manager.problems;

import java.util.List;

/**
 * Data for the templates of problems.
 *
 * @param may whether he who looks may acknowledge and silence
 * @param mayConfigure whether he may change thresholds
 * @param kinds all that can be wrong
 */
public record ProblemsView(
    List<ProblemRow> rows,
    List<Ended> ended,
    List<Silenced> silences,
    boolean may,
    boolean mayConfigure,
    String csrf,
    String problem,
    List<String> kinds,
    Form form) {
  /** An alert that has ended. */
  public record Ended(
      String words, String look, String severity, String started, String lasted, String by) {}

  /** A silence that holds. */
  public record Silenced(String id, String of, String until, String by, String reason) {}

  /** Input of the form that silences alerts. */
  public record Form(String kind, String about, String node, String hours, String reason) {}
}
