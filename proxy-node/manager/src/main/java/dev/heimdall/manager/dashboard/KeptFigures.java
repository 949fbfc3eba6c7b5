package dev.heimdall.manager.dashboard;

import dev.heimdall.manager.archive.Archive;
import dev.heimdall.manager.archive.Archived;
import java.time.Clock;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Figures kept on disk of all nodes together, of each node and virtual database, and of lags; and
 * the figures to show of the last thirty days.
 */
final class KeptFigures implements Archived {
  private static final String FIGURES = "f\n";
  private static final String LAG = "l\n";
  private static final int TEN = 10;
  private static final int MOST_LINES = 100;

  private final LiveFigures live;
  private final Lags lags;
  private final Clock clock;

  KeptFigures(LiveFigures live, Lags lags, Clock clock) {
    this.live = live;
    this.lags = lags;
    this.clock = clock;
  }

  private static String name(Scope scope) {
    return FIGURES + scope.node() + "\n" + scope.vdb();
  }

  private static Optional<Scope> scope(String name) {
    String[] parts = name.split("\n", -1);
    return name.startsWith(FIGURES) && parts.length == 3
        ? Optional.of(new Scope(parts[1], parts[2]))
        : Optional.empty();
  }

  @Override
  public SortedMap<Long, Map<String, char[]>> minutes(long after) {
    SortedMap<Long, Map<String, char[]>> minutes = new TreeMap<>();
    live.minutes(after, clock.millis())
        .forEach(
            (minute, scopes) -> {
              Map<String, char[]> rows = new HashMap<>();
              scopes.forEach((scope, row) -> rows.put(name(scope), row));
              lags.minute(minute).forEach((server, row) -> rows.put(LAG + server, row));
              minutes.put(minute, rows);
            });
    return minutes;
  }

  @Override
  public int width(String name) {
    return name.startsWith(LAG) ? 1 : Field.values().length;
  }

  @Override
  public char[] together(String name, List<char[]> minutes) {
    return name.startsWith(LAG) ? MergedMinutes.lags(minutes) : MergedMinutes.figures(minutes);
  }

  @Override
  public void restore(long minute, Map<String, char[]> values) {
    values.forEach(
        (name, row) -> {
          if (name.startsWith(LAG) && row.length == 1) {
            lags.restore(name.substring(LAG.length()), minute, row);
          } else if (row.length == Field.values().length) {
            // Of another release, rows may be longer or shorter.
            scope(name).ifPresent(scope -> live.restore(scope, minute, row));
          }
        });
  }

  /**
   * Reads the figures of the last thirty days from disk; may wait for it.
   *
   * @param last the last ten minutes
   */
  Month month(Archive archive, Scope scope, long last) {
    long from = last - Span.MONTH.moments + 1;
    Map<String, char[]> byNode = new TreeMap<>();
    Map<String, char[]> lag = new TreeMap<>();
    for (String name : new TreeSet<>(archive.names())) {
      if (name.startsWith(LAG)) {
        lag.put(name.substring(LAG.length()), column(tens(archive, name, from, last), from, 0));
      }
      Optional<Scope> of = scope(name).filter(one -> !one.node().isEmpty());
      if (scope.node().isEmpty()
          && of.filter(one -> one.vdb().equals(scope.vdb())).isPresent()
          && byNode.size() < MOST_LINES) {
        byNode.put(
            of.get().node(),
            column(tens(archive, name, from, last), from, Field.QUERIES.ordinal()));
      }
    }
    // What is long gone may still be in the file.
    byNode.values().removeIf(KeptFigures::isEmpty);
    lag.values().removeIf(KeptFigures::isEmpty);
    return new Month(from, tens(archive, name(scope), from, last), byNode, lag);
  }

  private static boolean isEmpty(char[] column) {
    for (char value : column) {
      if (value != Ring.ABSENT) {
        return false;
      }
    }
    return true;
  }

  /**
   * The last thirty days.
   *
   * @param disk what is on disk of them
   * @param since only moments after this one, in seconds since 1970
   * @param now what there is to show of now
   */
  ShownFigures month(Month disk, Scope scope, long since, ShownFigures now) {
    long last = lastTen();
    long from = last - Span.MONTH.moments + 1;
    SortedMap<Long, char[]> kept = new TreeMap<>(disk.rows());
    // What this manager knows by itself is newer, and there without a disk.
    live.tens(scope, from, last)
        .forEach(
            (ten, rows) -> {
              if (ten >= last - 1 || !kept.containsKey(ten)) {
                kept.put(ten, MergedMinutes.figures(rows));
              }
            });
    long after = Math.floorDiv(since, (long) Span.MONTH.stepSeconds);
    long first = kept.isEmpty() ? last + 1 : Math.max(kept.firstKey(), after + 1);
    int count = (int) Math.max(0, last - first + 1);
    long[] times = new long[count];
    for (int i = 0; i < count; i++) {
      times[i] = (first + i) * Span.MONTH.stepSeconds;
    }
    Map<Field, double[]> columns = new EnumMap<>(Field.class);
    for (Field field : Field.values()) {
      columns.put(field, column(kept, first, count, field.ordinal()));
    }
    return now.with(
        Span.MONTH,
        times,
        columns,
        disk.shown(disk.byNode(), first, count),
        disk.shown(disk.lagByServer(), first, count));
  }

  long lastTen() {
    return Math.floorDiv(clock.millis(), Span.MONTH.stepMillis());
  }

  private SortedMap<Long, char[]> tens(Archive archive, String name, long from, long to) {
    return archive.tens(name, from, to, width(name));
  }

  private static char[] column(SortedMap<Long, char[]> kept, long from, int index) {
    char[] column = new char[Span.MONTH.moments];
    for (int i = 0; i < column.length; i++) {
      char[] row = kept.get(from + i);
      column[i] = row == null ? Ring.ABSENT : row[index];
    }
    return column;
  }

  private static double[] column(SortedMap<Long, char[]> kept, long first, int count, int index) {
    double[] column = new double[count];
    for (int i = 0; i < count; i++) {
      char[] row = kept.get(first + i);
      column[i] = row == null ? Double.NaN : Ring.unpacked(row[index]);
    }
    return column;
  }

  /** Number of the ten-minute interval that a minute belongs to. */
  static long ten(long minute) {
    return Math.floorDiv(minute, (long) TEN);
  }
}
