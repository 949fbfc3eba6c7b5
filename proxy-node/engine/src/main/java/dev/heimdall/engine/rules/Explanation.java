package dev.heimdall.engine.rules;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Rules that match a statement, in the order in which they are looked at, the reasons that the
 * others do not, and the result. Nothing is counted, so a rule with a limit that is met twice,
 * because its list is called twice, is shown both times as it would be met now.
 *
 * @param rows one for each rule of each list that is gone through
 * @param decision what would be decided now
 * @param deferred whether the text is too long to be tried on an event loop, so that it is tried
 *     beside it
 */
public record Explanation(List<Row> rows, Decision decision, boolean deferred) {
  /** The headings of {@link Row#cells}. */
  public static final List<String> COLUMNS =
      List.of("list", "rule", "comment", "action", "matched", "effect", "why");

  public Explanation {
    rows = List.copyOf(rows);
  }

  /**
   * One rule.
   *
   * @param depth how many calls led to its list
   * @param list the list's name
   * @param number the rule's place in it, from 1; 0 for a list that is switched off as a whole
   * @param comment the rule's, if it has one
   * @param action what it does, as it is written
   * @param matched whether it counts for this statement
   * @param tried whether it is met and its expressions were tried; else it was passed over,
   *     whatever they are
   * @param why what made it match, or kept it from that
   * @param effect what it does with its parameters; empty when it does not match
   */
  public record Row(
      int depth,
      String list,
      int number,
      Optional<String> comment,
      String action,
      boolean matched,
      boolean tried,
      String why,
      String effect) {

    /** The row as texts; lists that were called are indented. */
    public List<String> cells() {
      return List.of(
          "  ".repeat(depth) + list,
          number == 0 ? "" : Integer.toString(number),
          comment.orElse(""),
          action,
          matched ? "yes" : "no",
          effect,
          why);
    }
  }

  /** The decision in words, one line for each part of it. */
  public List<String> outcome() {
    List<String> lines = new ArrayList<>();
    decision.effects().forEach((what, value) -> lines.add(what + ": " + value));
    if (lines.isEmpty()) {
      lines.add(
          decision.isNone()
              ? "no rule matches: the statement goes its usual way"
              : "rules match, but nothing follows: the statement goes its usual way");
    }
    return lines;
  }

  /** A table of the rows, and then the decision. */
  public String rendered() {
    int[] widths = new int[COLUMNS.size()];
    List<List<String>> table = new ArrayList<>();
    table.add(COLUMNS);
    rows.forEach(row -> table.add(row.cells()));
    for (List<String> cells : table) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], cells.get(i).codePointCount(0, cells.get(i).length()));
      }
    }
    StringBuilder text = new StringBuilder();
    for (List<String> cells : table) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < widths.length; i++) {
        String cell = cells.get(i);
        line.append(cell).append(" ".repeat(widths[i] - cell.codePointCount(0, cell.length()) + 2));
      }
      text.append(line.toString().stripTrailing()).append('\n');
    }
    text.append("\ndecision:\n");
    outcome().forEach(line -> text.append("  ").append(line).append('\n'));
    if (deferred) {
      text.append("  (the text is long: expressions are tried on it outside of the event loop)\n");
    }
    return text.toString();
  }
}
