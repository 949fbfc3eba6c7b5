package dev.heimdall.manager.rules;

import dev.heimdall.manager.forms.FormFaults;
import dev.heimdall.model.Problem;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Assignment of problems to rules. */
final class Faults {
  private static final Pattern RULE =
      Pattern.compile("\\$\\.rules\\[([0-9]{1,9})\\]\\.?(.*)", Pattern.DOTALL);

  private Faults() {}

  /** The place of the rule that a problem of this document is about; -1: it is about none. */
  static int rule(Problem problem, String document) {
    Matcher path = RULE.matcher(problem.path());
    return problem.file().equals(document) && path.matches() ? Integer.parseInt(path.group(1)) : -1;
  }

  /**
   * Returns the member of the rule that a problem is about; empty if it is about the whole rule.
   */
  static String member(Problem problem) {
    return RULE.matcher(problem.path()).replaceFirst("$2");
  }

  /** Returns the problems that belong to no field of a rule. */
  static Stream<String> words(FormFaults faults) {
    return faults.others().stream().map(problem -> member(problem) + ": " + problem.words());
  }
}
