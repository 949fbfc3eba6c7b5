package dev.heimdall.manager.pages;

import dev.heimdall.manager.history.LineChange;
import dev.heimdall.manager.history.LineComparison;
import dev.heimdall.manager.history.Room;
import java.util.ArrayList;
import java.util.List;

/** Two texts, line by line, with a few lines around what differs. */
public final class ChangedLines {
  private static final int AROUND = 3;

  private final List<LineChange> all;
  private final List<View.Line> lines = new ArrayList<>();
  private int before;
  private int after;

  private ChangedLines(LineComparison compared) {
    all = compared.lines();
    before = compared.skipped();
    after = compared.skipped();
  }

  /** Empty where they are the same; beyond what there is room for, lines are counted. */
  public static List<View.Line> of(String before, String after, Room room) {
    if (before.equals(after)) {
      return List.of();
    }
    LineComparison compared = LineComparison.of(before, after, room);
    boolean isWhole = compared.more() == 0;
    return isWhole && compared.lines().stream().allMatch(ChangedLines::same)
        ? List.of()
        : new ChangedLines(compared).compared(compared);
  }

  private static boolean same(LineChange line) {
    return line.kind() == LineChange.Kind.SAME;
  }

  private List<View.Line> compared(LineComparison compared) {
    boolean gap = compared.skipped() > 0;
    if (gap) {
      lines.add(new View.Line("gap", "", "⋯", "⋯", ""));
    }
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
    if (compared.more() > 0) {
      lines.add(new View.Line("gap", "", "⋯", "⋯", "%d more lines".formatted(compared.more())));
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
