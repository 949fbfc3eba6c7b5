package dev.heimdall.engine.admin;

import dev.heimdall.engine.analytics.PatternFigures;
import dev.heimdall.engine.analytics.QueryPatterns;
import dev.heimdall.engine.observe.OnWriter;
import dev.heimdall.engine.observe.Uncached;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Counts of statements of one pattern. */
public record PatternRow(PatternFigures figures) {
  /** Name under which patterns are counted that had to make room for others. */
  static final String FORGOTTEN = "(forgotten)";

  static final Table<PatternRow> TABLE =
      new Table<>(
              Comparator.comparing(PatternRow::figures, QueryPatterns.BY_TIME)
                  .thenComparing(row -> row.figures().vdb()))
          .text("vdb", row -> row.figures().vdb())
          .number("calls", row -> row.figures().calls())
          .number("total_us", row -> row.figures().micros())
          .number("avg_us", row -> row.figures().averageMicros())
          .number("max_us", row -> row.figures().mostMicros())
          .number("wait_us", row -> row.figures().waitMicros())
          .number("response_avg_us", row -> row.figures().averageResponseMicros())
          .number("response_p50_us", row -> row.figures().responses().percentile(50))
          .number("response_p99_us", row -> row.figures().responses().percentile(99))
          .number("errors", row -> row.figures().errors())
          .number("bytes", row -> row.figures().bytes())
          .number("hits", row -> row.figures().hits())
          .number("hit_percent", row -> row.figures().hitPercent())
          .number("replica", row -> row.figures().replica())
          .text("not_cached", row -> row.figures().whyUncached().map(Uncached::label).orElse(null))
          .text("on_writer", row -> row.figures().whyOnWriter().map(OnWriter::label).orElse(null))
          .text("rules", PatternRow::rules)
          .text("tables", PatternRow::tables)
          .text("last", PatternRow::last)
          .text("statement", row -> row.figures().text());

  /** The patterns of a virtual database, and what it has forgotten. */
  public static List<PatternRow> of(QueryPatterns patterns) {
    List<PatternRow> rows =
        new ArrayList<>(patterns.figures().stream().map(PatternRow::new).toList());
    QueryPatterns.Forgotten forgotten = patterns.forgotten();
    if (forgotten.calls() > 0) {
      rows.add(new PatternRow(PatternFigures.of(patterns.vdb(), FORGOTTEN, forgotten)));
    }
    return rows;
  }

  private String rules() {
    return figures.rules().isEmpty()
        ? null
        : figures.rules().stream().map(Object::toString).collect(Collectors.joining(", "));
  }

  private String tables() {
    SortedSet<String> all = new TreeSet<>(figures.tablesRead());
    all.addAll(figures.tablesWritten());
    return all.isEmpty() ? null : String.join(", ", all);
  }

  private String last() {
    return figures.last() == 0 ? null : Instant.ofEpochMilli(figures.last()).toString();
  }
}
