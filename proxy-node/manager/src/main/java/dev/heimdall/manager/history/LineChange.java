package dev.heimdall.manager.history;

import java.util.ArrayList;
import java.util.List;

/**
 * A line of a comparison.
 *
 * @param text may hold a password
 */
public record LineChange(Kind kind, String text) {
  /** Larger tables than this are not worth their memory: what is between counts as replaced. */
  private static final long MOST_CELLS = 4_000_000;

  /** What became of a line. */
  public enum Kind {
    SAME,
    REMOVED,
    ADDED
  }

  /** It may hold a password. */
  @Override
  public String toString() {
    return kind.name();
  }

  /** All lines of both, those that they have in common once. */
  public static List<LineChange> between(List<String> before, List<String> after) {
    int start = 0;
    int shorter = Math.min(before.size(), after.size());
    while (start < shorter && before.get(start).equals(after.get(start))) {
      start++;
    }
    int end = 0;
    while (end < shorter - start
        && before.get(before.size() - 1 - end).equals(after.get(after.size() - 1 - end))) {
      end++;
    }
    List<LineChange> all = new ArrayList<>();
    add(Kind.SAME, before.subList(0, start), all);
    middle(
        before.subList(start, before.size() - end), after.subList(start, after.size() - end), all);
    add(Kind.SAME, before.subList(before.size() - end, before.size()), all);
    return all;
  }

  private static void middle(List<String> before, List<String> after, List<LineChange> all) {
    if ((long) before.size() * after.size() > MOST_CELLS) {
      add(Kind.REMOVED, before, all);
      add(Kind.ADDED, after, all);
      return;
    }
    int[][] common = common(before, after);
    int i = 0;
    int j = 0;
    while (i < before.size() && j < after.size()) {
      if (before.get(i).equals(after.get(j))) {
        all.add(new LineChange(Kind.SAME, before.get(i)));
        i++;
        j++;
      } else if (common[i + 1][j] >= common[i][j + 1]) {
        all.add(new LineChange(Kind.REMOVED, before.get(i++)));
      } else {
        all.add(new LineChange(Kind.ADDED, after.get(j++)));
      }
    }
    add(Kind.REMOVED, before.subList(i, before.size()), all);
    add(Kind.ADDED, after.subList(j, after.size()), all);
  }

  /** How many lines two ends of the texts have in common, in order. */
  private static int[][] common(List<String> before, List<String> after) {
    int[][] common = new int[before.size() + 1][after.size() + 1];
    for (int i = before.size() - 1; i >= 0; i--) {
      for (int j = after.size() - 1; j >= 0; j--) {
        common[i][j] =
            before.get(i).equals(after.get(j))
                ? common[i + 1][j + 1] + 1
                : Math.max(common[i + 1][j], common[i][j + 1]);
      }
    }
    return common;
  }

  private static void add(Kind kind, List<String> lines, List<LineChange> all) {
    lines.forEach(line -> all.add(new LineChange(kind, line)));
  }
}
