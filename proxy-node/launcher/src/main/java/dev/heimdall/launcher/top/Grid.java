package dev.heimdall.launcher.top;

import java.util.ArrayList;
import java.util.List;

/**
 * A table of text: the first column to the left, the others to the right.
 *
 * @param rows the cells of each
 * @param widest so many characters are shown of a cell
 */
record Grid(List<String> columns, List<List<String>> rows, int widest) {
  private static final int WIDEST_NAME = 40;
  private static final String CUT = "…";

  Grid {
    columns = List.copyOf(columns);
    rows = List.copyOf(rows);
  }

  /** Of names and numbers. */
  Grid(List<String> columns, List<List<String>> rows) {
    this(columns, rows, WIDEST_NAME);
  }

  /**
   * Its lines.
   *
   * @param most as many at most; what is left out is counted in the last one
   */
  List<String> lines(int most) {
    int[] widths = new int[columns.size()];
    for (int i = 0; i < widths.length; i++) {
      widths[i] = columns.get(i).length();
      for (List<String> row : rows) {
        widths[i] = Math.max(widths[i], cut(row.get(i)).length());
      }
    }
    List<String> lines = new ArrayList<>();
    lines.add(line(columns, widths));
    int shown = rows.size() + 1 <= most ? rows.size() : Math.max(0, most - 2);
    rows.subList(0, shown).forEach(row -> lines.add(line(row, widths)));
    if (shown < rows.size()) {
      lines.add("  and %d more".formatted(rows.size() - shown));
    }
    return lines;
  }

  private String line(List<String> cells, int[] widths) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < widths.length; i++) {
      String cell = cut(cells.get(i));
      String padding = " ".repeat(widths[i] - cell.length());
      line.append(i == 0 ? cell + padding : "  " + padding + cell);
    }
    return line.toString().stripTrailing();
  }

  /** Names are others' texts: no control character of theirs gets to the terminal. */
  private String cut(String cell) {
    String clean = cell.replaceAll("\\p{Cntrl}", "?");
    return clean.length() <= widest ? clean : clean.substring(0, widest - 1) + CUT;
  }
}
