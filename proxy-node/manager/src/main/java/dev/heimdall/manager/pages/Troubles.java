package dev.heimdall.manager.pages;

import dev.heimdall.model.ConfigurationException;
import dev.heimdall.model.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Problems of a configuration in the words of pages. */
public final class Troubles {
  private static final String FOLDERS = "(sources|vdbs|users|drivers)";
  private static final Pattern DOCUMENT =
      Pattern.compile(FOLDERS + "/[A-Za-z0-9_-][A-Za-z0-9_.-]*\\.json|\\bnode\\.json");
  private static final Pattern MISSING = Pattern.compile("name of a document in " + FOLDERS);
  private static final Pattern NAME = Pattern.compile("\"([A-Za-z0-9_-][A-Za-z0-9_.-]{0,99})\"");
  private static final int MOST_WAYS = 3;

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
        problem.path() + ": " + problem.words(),
        1,
        ways(problem, looked));
  }

  /** The documents that a problem names, and the one that it misses. */
  private static List<View.Way> ways(Problem problem, String looked) {
    List<View.Way> ways = new ArrayList<>();
    Matcher missing = MISSING.matcher(problem.expected());
    Matcher name = NAME.matcher(problem.got());
    if (missing.find() && name.matches()) {
      String document = missing.group(1) + "/" + name.group(1) + ".json";
      ways.add(new View.Way(Links.object(document, name.group(1)), "Create " + document));
    }
    DOCUMENT
        .matcher(problem.words())
        .results()
        .map(MatchResult::group)
        .distinct()
        .filter(document -> !document.equals(problem.file()) && !document.equals(looked))
        .limit(MOST_WAYS)
        .forEach(document -> ways.add(new View.Way(Links.form(document), "Open " + document)));
    return ways;
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
