package dev.heimdall.launcher;

import java.util.List;
import java.util.stream.Collectors;

/** Every problem of something that was read, one a line. */
final class Problems {
  private Problems() {}

  static String of(String what, List<?> problems) {
    return problems.stream()
        .map(problem -> System.lineSeparator() + "  " + problem)
        .collect(
            Collectors.joining(
                "", "%s has %s:".formatted(what, Plural.of(problems.size(), "problem")), ""));
  }
}
