package dev.heimdall.test.suites;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The tests that docs/differences.md lists for a suite. Each row names tests, the pooling modes in
 * which they differ from a direct connection, and why; a reason that begins with "At times" lets it
 * differ or not.
 */
final class ListedDifferences {
  private static final Path PAGE = Path.of("../docs/differences.md");
  private static final Pattern ROW =
      Pattern.compile("\\| (`[^`]+`(?:, `[^`]+`)*) \\| (transaction|session|both) \\| (\\S.*) \\|");

  private static final String AT_TIMES = "At times";

  private final Map<String, Row> rows;

  /** Where a test differs, and why. */
  private record Row(String modes, String reason) {
    boolean holds(PoolingMode mode) {
      return modes.equals("both") || modes.equals(mode.toString());
    }
  }

  private ListedDifferences(Map<String, Row> rows) {
    this.rows = rows;
  }

  /** The table below the heading {@code ## suite}. */
  static ListedDifferences of(String suite) {
    try {
      Map<String, Row> rows = new TreeMap<>();
      boolean inside = false;
      for (String line : Files.readAllLines(PAGE)) {
        inside = line.startsWith("## ") ? line.equals("## " + suite) : inside;
        Matcher row = ROW.matcher(line);
        if (inside && row.matches()) {
          for (String test : row.group(1).replace("`", "").split(", ")) {
            if (rows.put(test, new Row(row.group(2), row.group(3))) != null) {
              throw new IllegalStateException(suite + " lists " + test + " twice");
            }
          }
        }
      }
      return new ListedDifferences(rows);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The same without these tests, of which nothing can be said. */
  ListedDifferences except(Collection<String> tests) {
    Map<String, Row> others = new TreeMap<>(rows);
    others.keySet().removeAll(tests);
    return new ListedDifferences(others);
  }

  /** What it says of these tests. */
  ListedDifferences among(Collection<String> tests) {
    Map<String, Row> some = new TreeMap<>(rows);
    some.keySet().retainAll(tests);
    return new ListedDifferences(some);
  }

  /**
   * What is wrong with the list after a run.
   *
   * @param differing what differed, each with where it did
   */
  List<String> against(PoolingMode mode, Map<String, String> differing) {
    List<String> wrong = new ArrayList<>();
    differing.forEach(
        (test, where) -> {
          if (!rows.containsKey(test) || !rows.get(test).holds(mode)) {
            wrong.add(test + " differs in mode " + mode + " and is not listed:\n" + where);
          }
        });
    rows.forEach(
        (test, row) -> {
          if (row.holds(mode)
              && !differing.containsKey(test)
              && !row.reason().startsWith(AT_TIMES)) {
            wrong.add(test + " is listed for mode " + mode + " and does not differ");
          }
        });
    return wrong;
  }
}
