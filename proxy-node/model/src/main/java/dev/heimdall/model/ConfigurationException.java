package dev.heimdall.model;

import java.util.List;
import java.util.stream.Collectors;

/** A configuration is wrong; holds every problem that was found, at least one. */
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
                    problems.size() == 1
                        ? "1 problem in the configuration:"
                        : problems.size() + " problems in the configuration:",
                    "")));
    this.problems = List.copyOf(problems);
  }

  /** All problems, by file and then by place. */
  public List<Problem> problems() {
    return problems;
  }
}
