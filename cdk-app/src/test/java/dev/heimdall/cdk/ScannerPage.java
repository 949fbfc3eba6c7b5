package dev.heimdall.cdk;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The page with the answers to what scanners say, which is where they are given: its tables are
 * held equal to what is found.
 *
 * @param lines of its text
 */
record ScannerPage(List<String> lines) {
  private static final Path FILE = Path.of("..", "docs", "aws-scanners.md");
  private static final Pattern NAME = Pattern.compile("`([^`]+)`");

  static ScannerPage read() throws IOException {
    return new ScannerPage(Files.readAllLines(FILE));
  }

  /** The rows of the table below a heading. */
  private List<String[]> rows(String heading) {
    return lines.stream()
        .dropWhile(line -> !line.equals("## " + heading))
        .skip(1)
        .takeWhile(line -> !line.startsWith("## "))
        .filter(line -> line.startsWith("| `"))
        .map(line -> line.substring(2, line.length() - 2).split(" \\| "))
        .toList();
  }

  /** Rules and what they are about, each with a reason: {@code RULE of RESOURCE}. */
  Set<String> answered(String heading) {
    Set<String> answered = new TreeSet<>();
    for (String[] row : rows(heading)) {
      if (row.length != 3 || row[2].isBlank()) {
        throw new AssertionError("a rule, what it is about, and an answer: " + row[0]);
      }
      for (String rule : names(row[0])) {
        for (String resource : names(row[1])) {
          if (!answered.add(rule + " of " + resource)) {
            throw new AssertionError(rule + " of " + resource + " is answered twice");
          }
        }
      }
    }
    return answered;
  }

  /** Rules and reasons: {@code RULE: REASON}. */
  Set<String> reasons(String heading) {
    Set<String> reasons = new TreeSet<>();
    for (String[] row : rows(heading)) {
      reasons.add(names(row[0]).get(0) + ": " + row[1]);
    }
    return reasons;
  }

  private static List<String> names(String cell) {
    return NAME.matcher(cell).results().map(found -> found.group(1)).toList();
  }

  /**
   * What a resource is called there: by its place in the stack, without numbers. A logical id comes
   * out like a path.
   */
  static String name(String idOrPath) {
    String name = idOrPath.replaceAll("(?<=[^0-9A-F])[0-9A-F]{8}$", "");
    Matcher joiner = Pattern.compile("(Peering|ZoneAssociation).*Joiner").matcher(name);
    name = joiner.find() ? "Joiner" + name.substring(joiner.end()) : name;
    return name.replaceAll("(^|/)(Default|Resource)(?=/|$)", "").replaceAll("[^A-Za-z]", "");
  }
}
