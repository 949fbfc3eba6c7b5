package dev.heimdall.manager.pages;

import dev.heimdall.manager.history.LineChange;
import java.util.ArrayList;
import java.util.List;

/** Two texts, line by line, with a few lines around what differs. */
public final class ChangedLines {
  private static final int AROUND = 3;

  private final List<LineChange> all;
  private final List<View.Line> lines = new ArrayList<>();
  private int before;
  private int after;

  private ChangedLines(List<LineChange> all) {
    this.all = all;
  }

  /** Empty where they are the same. */
  public static List<View.Line> of(String before, String after) {
    List<LineChange> all = LineChange.between(before.lines().toList(), after.lines().toList());
    return all.stream().allMatch(ChangedLines::same) ? List.of() : new ChangedLines(all).compared();
  }

  private static boolean same(LineChange line) {
    return line.kind() == LineChange.Kind.SAME;
  }

  private List<View.Line> compared() {
    boolean gap = false;
    for (int i = 0; i < all.size(); i++) {
      if (isNearAChange(i)) {
        add(all.get(i));
        gap = false;
      } else {
        before++;
        after++;
        if (!gap) {
          lines.add(new View.Line("gap", "", "⋯", "⋯", ""));
        }
        gap = true;
      }
    }
    return lines;
  }

  private boolean isNearAChange(int index) {
    return !all
        .subList(Math.max(0, index - AROUND), Math.min(all.size(), index + AROUND + 1))
        .stream()
        .allMatch(ChangedLines::same);
  }

  private void add(LineChange line) {
    String was = line.kind() == LineChange.Kind.ADDED ? "" : Integer.toString(++before);
    String is = line.kind() == LineChange.Kind.REMOVED ? "" : Integer.toString(++after);
    lines.add(
        switch (line.kind()) {
          case SAME -> new View.Line("same", " ", was, is, line.text());
          case REMOVED -> new View.Line("gone", "−", was, is, line.text());
          case ADDED -> new View.Line("new", "+", was, is, line.text());
        });
  }
}
