package dev.heimdall.model;

import java.util.List;
import java.util.stream.Collectors;

/** A configuration is wrong; holds the problems that were found, at least one. */
public final class ConfigurationException extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient List<Problem> problems;

  ConfigurationException(List<Problem> problems) {
    super(
        problems.stream()
            .map(problem -> "\n  " + problem)
            .collect(
                Collectors.joining(
                    "",
                    Problem.count(problems) == 1
                        ? "1 problem in the configuration:"
                        : Problem.count(problems) + " problems in the configuration:",
                    "")));
    this.problems = List.copyOf(problems);
  }

  /** By file and then by place; of more than 100 the first, and an entry for the others. */
  public List<Problem> problems() {
    return problems;
  }
}
