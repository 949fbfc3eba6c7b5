package dev.heimdall.manager.pages;

import dev.heimdall.model.ConfigurationException;
import dev.heimdall.model.Problem;
import java.util.List;
import java.util.stream.Collectors;

/** Problems of a configuration in the words of pages. */
public final class Troubles {
  private Troubles() {}

  /**
   * @param looked the document that is on the page; empty: none
   */
  public static List<View.Trouble> of(List<Problem> problems, String looked) {
    return problems.stream().map(problem -> of(problem, looked)).toList();
  }

  private static View.Trouble of(Problem problem, String looked) {
    if (problem.isOthers()) {
      return new View.Trouble("", "", problem.toString(), Problem.count(List.of(problem)));
    }
    boolean here = problem.file().equals(looked);
    String line = problem.line() > 0 ? "line " + problem.line() : "";
    String where = here ? line : problem.file() + (line.isEmpty() ? "" : ", " + line);
    return new View.Trouble(
        where,
        here || !problem.file().endsWith(".json") ? "" : Links.document(problem.file()),
        problem.path() + ": " + problem.words());
  }

  /**
   * Problems of something small, as sentences.
   *
   * @param all what is wrong where no setting is
   */
  public static String sentences(ConfigurationException wrong, String all) {
    return wrong.problems().stream()
        .map(
            problem -> {
              String setting = problem.path().replaceFirst("^\\$\\.?", "");
              String words = problem.words();
              return (setting.isEmpty() ? all : setting)
                  + ": "
                  + words
                  + (words.endsWith("?") ? "" : ".");
            })
        .distinct()
        .collect(Collectors.joining(" "));
  }

  /** One that is in no document. */
  public static List<View.Trouble> of(String words) {
    return List.of(new View.Trouble("", "", words));
  }
}
