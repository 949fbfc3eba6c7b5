package dev.heimdall.launcher.top;

import java.util.ArrayList;
import java.util.List;

/**
 * Content of the screen at one time.
 *
 * @param head lines above the tables
 */
record Screen(List<String> head, List<Grid> grids) {
  Screen {
    head = List.copyOf(head);
    grids = List.copyOf(grids);
  }

  /** All of it. */
  List<String> lines() {
    return lines(Integer.MAX_VALUE, Integer.MAX_VALUE);
  }

  /** Returns the lines that fit into the given size. */
  List<String> lines(int width, int height) {
    List<String> lines = new ArrayList<>(head);
    int left = grids.size();
    for (Grid grid : grids) {
      if (grid.rows().isEmpty()) {
        left--;
        continue;
      }
      lines.add("");
      // Each may have its share of what is left.
      int room = height == Integer.MAX_VALUE ? height : (height - lines.size()) / Math.max(1, left);
      lines.addAll(grid.lines(Math.max(3, room)));
      left--;
    }
    return lines.stream()
        .limit(height)
        .map(line -> line.length() <= width ? line : line.substring(0, width))
        .toList();
  }
}
