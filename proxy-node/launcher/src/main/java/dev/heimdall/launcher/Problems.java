package dev.heimdall.launcher;

import dev.heimdall.model.Problem;
import java.util.List;
import java.util.stream.Collectors;

/** The problems of something that was read, one a line. */
final class Problems {
  private Problems() {}

  static String of(String what, List<Problem> problems) {
    return of(what, Problem.count(problems), problems);
  }

  /** Lists problems that are of another kind, one a line. */
  static String ofOther(String what, List<?> problems) {
    return of(what, problems.size(), problems);
  }

  private static String of(String what, int count, List<?> problems) {
    return problems.stream()
        .map(problem -> System.lineSeparator() + "  " + problem)
        .collect(
            Collectors.joining("", "%s has %s:".formatted(what, Plural.of(count, "problem")), ""));
  }
}
