package dev.heimdall.launcher.conf;

import dev.heimdall.model.Problem;
import java.util.List;

/** The file cannot be read or is wrong; holds every problem that was found, at least one. */
public final class ConfException extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient List<Problem> problems;

  ConfException(List<Problem> problems) {
    super(String.join("\n", problems.stream().map(Problem::toString).toList()));
    this.problems = List.copyOf(problems);
  }

  /** All problems, by line. */
  public List<Problem> problems() {
    return problems;
  }
}
