package dev.heimdall.manager.problems;

import java.util.List;

/**
 * What the templates of problems are given.
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

  /** What is being silenced. */
  public record Form(String kind, String about, String node, String hours, String reason) {}
}
