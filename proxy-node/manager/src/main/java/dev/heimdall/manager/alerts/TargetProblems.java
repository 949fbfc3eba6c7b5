package dev.heimdall.manager.alerts;

import dev.heimdall.model.ConfigurationException;
import dev.heimdall.model.Problem;
import java.util.stream.Collectors;

/** What is wrong with a target, for people. */
final class TargetProblems {
  private TargetProblems() {}

  static String words(ConfigurationException problems) {
    return problems.problems().stream()
        .map(TargetProblems::words)
        .distinct()
        .collect(Collectors.joining(" "));
  }

  private static String words(Problem problem) {
    String setting = problem.path().replaceFirst("^\\$\\.?", "");
    String words = problem.words();
    return (setting.isEmpty() ? "A target" : setting)
        + ": "
        + words
        + (words.endsWith("?") ? "" : ".");
  }
}
