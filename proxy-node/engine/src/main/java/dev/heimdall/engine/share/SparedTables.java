package dev.heimdall.engine.share;

import dev.heimdall.engine.sql.RowKeys;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Of tables that are written, those of which results stay where they are kept: as rules want it,
 * with how young a result has to be for that, or as only some rows are written. It makes no
 * difference to replicas.
 *
 * @param nanos by the table; {@link #ALL} for however old, negative for none, nor is any new one
 *     kept for so long
 * @param rows by the table, those that are written of it, where that is known
 */
public record SparedTables(Map<String, Long> nanos, Map<String, RowKeys> rows) {
  /** Marks all earlier reads of each written table as outdated. */
  public static final SparedTables NONE = new SparedTables(Map.of(), Map.of());

  /** However old. */
  public static final long ALL = Long.MAX_VALUE;

  /** Begins what says that of a table, among tables' names for other nodes. */
  private static final char MARK = 1;

  /** Begins what is written of a table, where a number would be. */
  private static final char ROWS = 'r';

  public SparedTables {
    nanos = Map.copyOf(nanos);
    rows = Map.copyOf(rows);
  }

  /** As rules want it. */
  public SparedTables(Map<String, Long> nanos) {
    this(nanos, Map.of());
  }

  long of(String table) {
    return nanos.getOrDefault(table, 0L);
  }

  /**
   * Tables for other nodes. One that does not know marks takes them for names of unused tables, and
   * lets go of all results.
   */
  public Collection<String> marked(Collection<String> tables) {
    if (nanos.isEmpty() && rows.isEmpty()) {
      return tables;
    }
    List<String> all = new ArrayList<>(tables);
    rows.forEach((table, keys) -> all.add("" + MARK + ROWS + keys.spelled() + MARK + table));
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
    Map<String, RowKeys> rows = new HashMap<>(0);
    for (String mark : marked) {
      int end = isMark(mark) ? mark.indexOf(MARK, 1) : -1;
      if (end > 1 && mark.charAt(1) == ROWS) {
        String table = mark.substring(end + 1);
        RowKeys keys = RowKeys.read(table, mark.substring(2, end));
        if (keys != null) {
          rows.put(table, keys);
        }
      } else if (end > 0) {
        try {
          nanos.put(mark.substring(end + 1), Long.parseLong(mark, 1, end, 10));
        } catch (NumberFormatException e) {
          // From a node that does not keep to it: nothing is spared.
        }
      }
    }
    return nanos.isEmpty() && rows.isEmpty() ? NONE : new SparedTables(nanos, rows);
  }

  private static boolean isMark(String table) {
    return !table.isEmpty() && table.charAt(0) == MARK;
  }
}
