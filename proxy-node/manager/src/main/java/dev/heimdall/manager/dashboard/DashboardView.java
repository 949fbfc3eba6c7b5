package dev.heimdall.manager.dashboard;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * The dashboard's figures as texts; the page's script writes them anew by the same rules.
 *
 * @param node that is looked at; empty: all
 * @param vdb that is looked at; empty: all
 * @param empty whether no node has ever reported
 */
public record DashboardView(
    String node,
    String vdb,
    boolean empty,
    List<Choice> nodes,
    List<Choice> vdbs,
    List<Choice> spans,
    List<Tile> tiles,
    List<Column> columns,
    List<Row> byNode,
    List<Row> byVdb) {
  private static final String NOTHING = "–";

  /** Option to choose. */
  public record Choice(String value, String words, boolean chosen) {}

  /**
   * A number and what it is.
   *
   * @param field that the script puts there
   * @param format how it writes it
   * @param notes what stands below, with other numbers perhaps
   */
  public record Tile(String title, String field, String format, String value, List<Note> notes) {}

  /**
   * A second number below the first.
   *
   * @param before the words before it; {@code after} those behind
   */
  public record Note(String before, String field, String format, String value, String after) {}

  /** A column of the tables. */
  public record Column(String title, String field, String format) {}

  /** A line of a table. */
  public record Row(String name, boolean reports, List<String> cells) {}

  private static final List<Column> COLUMNS =
      List.of(
          new Column("Queries/s", "queries", "rate"),
          new Column("Response ms", "average", "millis"),
          new Column("p99 ms", "p99", "millis"),
          new Column("Server ms", "server", "millis"),
          new Column("Reads", "readPercent", "percent"),
          new Column("Cache", "cachePercent", "percent"),
          new Column("Errors/s", "errors", "rate"),
          new Column("Clients", "clients", "whole"),
          new Column("Waiting", "waiting", "whole"),
          new Column("In use", "inUse", "whole"),
          new Column("Pool size", "size", "whole"));

  static DashboardView of(Scope scope, ShownFigures shown, Readiness nodes) {
    return new DashboardView(
        scope.node(),
        scope.vdb(),
        shown.nodes().isEmpty(),
        choices("All nodes", shown.nodes(), scope.node()),
        choices("All virtual databases", shown.vdbs(), scope.vdb()),
        Stream.of(Span.values())
            .map(span -> new Choice(span.spelling, span.words, span == shown.span()))
            .toList(),
        tiles(shown, nodes),
        COLUMNS,
        rows(shown.nodes()),
        rows(shown.vdbs().stream().filter(ShownFigures.Line::reports).toList()));
  }

  private static List<Choice> choices(String all, List<ShownFigures.Line> lines, String chosen) {
    List<Choice> choices = new ArrayList<>();
    choices.add(new Choice("", all, chosen.isEmpty()));
    lines.forEach(
        line -> choices.add(new Choice(line.name(), line.name(), line.name().equals(chosen))));
    if (choices.stream().noneMatch(Choice::chosen)) {
      choices.add(new Choice(chosen, chosen, true));
    }
    return choices;
  }

  private static List<Tile> tiles(ShownFigures shown, Readiness nodes) {
    return List.of(
        tile(shown, "Queries/s", Field.QUERIES, "rate", "", Field.ERRORS, "rate", "errors/s"),
        tile(shown, "Response", Field.AVERAGE, "time", "p99", Field.P99, "time", ""),
        tile(
            shown,
            "Reads",
            Field.READ_PERCENT,
            "percent",
            "",
            Field.REPLICA_READS,
            "rate",
            "/s on replicas"),
        tile(
            shown,
            "In transactions",
            Field.TRANSACTION_PERCENT,
            "percent",
            "",
            Field.TRANSACTIONS,
            "rate",
            "a second"),
        tile(shown, "From cache", Field.CACHE_PERCENT, "percent", "of", null, "", "lookups"),
        tile(shown, "Clients", Field.CLIENTS, "whole", "", Field.WAITING, "whole", "waiting"),
        tile(
            shown, "Connections used", Field.IN_USE, "whole", "of", Field.SIZE, "whole", "at most"),
        new Tile(
            "Nodes ready",
            "ready",
            "whole",
            text(nodes.ready(), "whole"),
            List.of(
                new Note("of", "known", "whole", text(nodes.known(), "whole"), ","),
                note(shown, "", Field.CPU, "cores", "CPUs busy"))));
  }

  private static Tile tile(
      ShownFigures shown,
      String title,
      Field field,
      String format,
      String before,
      Field second,
      String secondFormat,
      String after) {
    return new Tile(
        title,
        field.spelling,
        format,
        text(shown.of(field), format),
        List.of(
            second == null
                ? new Note(before, "", "", "", after)
                : note(shown, before, second, secondFormat, after)));
  }

  private static Note note(
      ShownFigures shown, String before, Field field, String format, String after) {
    return new Note(before, field.spelling, format, text(shown.of(field), format), after);
  }

  private static List<Row> rows(List<ShownFigures.Line> lines) {
    return lines.stream()
        .map(
            line ->
                new Row(
                    line.name(),
                    line.reports(),
                    COLUMNS.stream()
                        .map(column -> text(line.of(field(column.field())), column.format()))
                        .toList()))
        .toList();
  }

  private static Field field(String spelling) {
    return Stream.of(Field.values())
        .filter(field -> field.spelling.equals(spelling))
        .findFirst()
        .orElseThrow();
  }

  /** As the script writes it, too. */
  static String text(double value, String format) {
    if (!Double.isFinite(value)) {
      return NOTHING;
    }
    return switch (format) {
      case "percent" -> digits(value, 0) + " %";
      case "time" -> time(value);
      case "millis" -> digits(value, value < 10 ? 2 : 1);
      case "cores" -> digits(value, 2);
      case "rate" -> digits(value, value < 10 && value != Math.rint(value) ? 1 : 0);
      default -> digits(value, 0);
    };
  }

  private static String time(double millis) {
    if (millis < 1) {
      return digits(millis * 1000, 0) + " µs";
    }
    return millis < 1000
        ? digits(millis, millis < 10 ? 2 : 1) + " ms"
        : digits(millis / 1000, 2) + " s";
  }

  private static String digits(double value, int after) {
    return String.format(Locale.ROOT, "%,." + after + "f", value);
  }
}
