package dev.heimdall.engine.session.statement;

import dev.heimdall.engine.rules.Decision;
import java.util.ArrayList;
import java.util.List;

/**
 * The columns and the first rows of a result, as text for a log. Rules ask for it: it holds data.
 */
public final class SampledResult {
  /** Further rows are only counted. */
  public static final int MOST_ROWS = 100;

  /** Longer values are cut, in characters. */
  public static final int LONGEST_VALUE = 64;

  /**
   * A column.
   *
   * @param type the type's name, or its number where it is none of the common ones
   */
  public record Column(String name, String type) {}

  private List<Column> columns = List.of();
  private final List<List<String>> rows = new ArrayList<>();
  private long rowCount;

  /** Columns of the result; empty where the server was not asked for them. */
  public List<Column> columns() {
    return columns;
  }

  /** The first rows, each value as text, {@code null} without quotes for none. */
  public List<List<String>> rows() {
    return rows;
  }

  /** Number of rows. */
  public long rowCount() {
    return rowCount;
  }

  /** The name of a column; its number, from 1, where that is not known. */
  public String name(int column) {
    return column < columns.size() ? columns.get(column).name() : Integer.toString(column + 1);
  }

  public boolean wantsRow() {
    return rowCount < MOST_ROWS;
  }

  public void columns(List<Column> known) {
    columns = known;
  }

  /** Takes a row; counts it only, if there were enough. */
  public void row(List<String> values) {
    if (rowCount++ < MOST_ROWS) {
      rows.add(values.stream().map(SampledResult::cut).toList());
    }
  }

  private static String cut(String value) {
    return value.length() > LONGEST_VALUE ? value.substring(0, LONGEST_VALUE) + "…" : value;
  }

  /** True if a decision asks for a look at the result. */
  static boolean wanted(Decision decision) {
    return decision.flag(Decision.Flag.PRINT_META).orElse(false)
        || decision.flag(Decision.Flag.PRINT_RESULTS).orElse(false)
        || decision.log().flatMap(log -> log.logcolumns()).isPresent();
  }

  @Override
  public String toString() {
    return rowCount + " rows of " + columns.size() + " columns";
  }
}
