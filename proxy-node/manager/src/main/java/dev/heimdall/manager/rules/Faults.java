package dev.heimdall.manager.rules;

import dev.heimdall.model.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Which field of which rule a problem is about. */
final class Faults {
  private static final Pattern RULE =
      Pattern.compile("\\$\\.rules\\[([0-9]{1,9})\\](?:\\.([A-Za-z]+))?(.*)", Pattern.DOTALL);
  private static final Pattern INDEX = Pattern.compile("\\[([0-9]{1,9})\\]");
  private static final Pattern KEY = Pattern.compile("\\.([A-Za-z_][A-Za-z0-9_]*)");

  private Faults() {}

  /** The place of the rule that a problem of this document is about; -1: it is about none. */
  static int rule(Problem problem, String document) {
    Matcher path = RULE.matcher(problem.path());
    return problem.file().equals(document) && path.matches() ? Integer.parseInt(path.group(1)) : -1;
  }

  /** The name of the field; empty: it has none. */
  static String field(Problem problem) {
    Matcher path = RULE.matcher(problem.path());
    if (!path.matches() || path.group(2) == null) {
      return "";
    }
    String rest = path.group(3);
    return switch (path.group(2)) {
      case "action", "join", "inTransaction", "comment" -> path.group(2);
      case "match" -> {
        Matcher index = INDEX.matcher(rest);
        yield RuleForm.EXPRESSION + (index.matches() ? index.group(1) : "0");
      }
      case "parameters" -> {
        Matcher key = KEY.matcher(rest);
        yield key.matches() ? RuleForm.PARAMETER + key.group(1) : "";
      }
      default -> "";
    };
  }

  static String words(Problem problem) {
    return "got %s, expected %s%s"
        .formatted(
            problem.got(),
            problem.expected(),
            problem.suggestion().map(near -> "; did you mean \"" + near + "\"?").orElse(""));
  }

  /**
   * What is wrong with one rule, by the names of fields.
   *
   * @param place of the rule
   * @param numbers of the fields that its expressions came from
   */
  static Map<String, List<String>> of(
      List<Problem> problems, String document, int place, List<Integer> numbers) {
    Map<String, List<String>> faults = new TreeMap<>();
    for (Problem problem : problems) {
      if (rule(problem, document) == place) {
        String field = field(problem);
        String words =
            field.isEmpty()
                ? problem.path().replaceFirst("^\\$\\.rules\\[\\d+\\]\\.?", "")
                    + ": "
                    + words(problem)
                : words(problem);
        faults.computeIfAbsent(inForm(field, numbers), key -> new ArrayList<>()).add(words);
      }
    }
    return faults;
  }

  private static String inForm(String field, List<Integer> numbers) {
    if (!field.startsWith(RuleForm.EXPRESSION)) {
      return field;
    }
    int index = Integer.parseInt(field.substring(RuleForm.EXPRESSION.length()));
    return index < numbers.size() ? RuleForm.EXPRESSION + numbers.get(index) : field;
  }
}
