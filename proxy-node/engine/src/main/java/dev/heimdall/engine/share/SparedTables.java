package dev.heimdall.engine.share;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Of tables that are written, those whose results rules leave where they are kept: of each, how
 * young a result has to be for that. It makes no difference to replicas.
 *
 * @param nanos by the table; {@link #ALL} for however old, negative for none, nor is any new one
 *     kept for so long
 */
public record SparedTables(Map<String, Long> nanos) {
  /** Marks all earlier reads of each written table as outdated. */
  public static final SparedTables NONE = new SparedTables(Map.of());

  /** However old. */
  public static final long ALL = Long.MAX_VALUE;

  /** Begins what says that of a table, among tables' names for other nodes. */
  private static final char MARK = 1;

  public SparedTables {
    nanos = Map.copyOf(nanos);
  }

  long of(String table) {
    return nanos.getOrDefault(table, 0L);
  }

  /**
   * Tables for other nodes. One that does not know marks takes them for names of tables that nobody
   * reads, and lets go of all results.
   */
  public Collection<String> marked(Collection<String> tables) {
    if (nanos.isEmpty()) {
      return tables;
    }
    List<String> all = new ArrayList<>(tables);
    nanos.forEach((table, young) -> all.add(MARK + Long.toString(young) + MARK + table));
    return all;
  }

  /** Tables without marks. */
  static List<String> tables(List<String> marked) {
    return marked.stream().noneMatch(SparedTables::isMark)
        ? marked
        : marked.stream().filter(table -> !isMark(table)).toList();
  }

  /** Returns the spared tables that the marks name. */
  static SparedTables read(List<String> marked) {
    Map<String, Long> nanos = new HashMap<>(0);
    for (String mark : marked) {
      int end = isMark(mark) ? mark.indexOf(MARK, 1) : -1;
      if (end > 0) {
        try {
          nanos.put(mark.substring(end + 1), Long.parseLong(mark, 1, end, 10));
        } catch (NumberFormatException e) {
          // From whoever does not keep to it: nothing is spared.
        }
      }
    }
    return nanos.isEmpty() ? NONE : new SparedTables(nanos);
  }

  private static boolean isMark(String table) {
    return !table.isEmpty() && table.charAt(0) == MARK;
  }
}
