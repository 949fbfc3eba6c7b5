package dev.heimdall.engine.admin;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import dev.heimdall.engine.action.PlanRow;
import dev.heimdall.engine.analytics.PatternFigures;
import dev.heimdall.engine.analytics.QueryPatterns;
import dev.heimdall.engine.analytics.ReadSample;
import dev.heimdall.engine.report.Section;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/**
 * The report's section of statements by their pattern: those that take the most time, as counted
 * since the node knows them. It is large, and so not in every report: for some seconds of each ten
 * it is in all of them, so that each manager gets it, and otherwise it is empty.
 */
public final class PatternsSection implements Section {
  static final int MOST = 200;

  /** Size limit of the whole section, in characters of its JSON. */
  static final int MOST_CHARACTERS = 112 << 10;

  private static final int MOST_TEXT = 2_000;
  private static final int MOST_PLAN = 4_000;
  private static final int MOST_NAMES = 20;
  private static final int MOST_REASONS = 4;

  /** About what a name and a number take. */
  private static final int FIELD = 24;

  /** About what a number in a list takes, or what is around a text there. */
  private static final int ELEMENT = 7;

  private static final long EVERY_MILLIS = 10_000;

  /** Longer than the time between two reports. */
  private static final long SHOWN_MILLIS = 2_600;

  /** Reports that are further apart than this might miss that time: they have it always. */
  private static final long SELDOM_MILLIS = 2_200;

  private final NodeView node;
  private final LongSupplier millis;

  /** Reports to several managers are made one after the other, of about the same moment. */
  private Map<String, Object> last = Map.of();

  private long lastAt;
  private long askedAt;

  public PatternsSection(NodeView node) {
    this(node, System::currentTimeMillis);
  }

  PatternsSection(NodeView node, LongSupplier millis) {
    this.node = node;
    this.millis = millis;
  }

  @Override
  public String name() {
    return "patterns";
  }

  @Override
  public synchronized CompletionStage<Map<String, Object>> content() {
    long now = millis.getAsLong();
    boolean seldom = now - askedAt > SELDOM_MILLIS;
    askedAt = now;
    boolean shown = seldom || now % EVERY_MILLIS < SHOWN_MILLIS;
    return CompletableFuture.completedFuture(shown ? current(now) : Map.of());
  }

  private Map<String, Object> current(long now) {
    if (last.isEmpty() || now - lastAt >= SHOWN_MILLIS) {
      last = gathered();
      lastAt = now;
    }
    return last;
  }

  private Map<String, Object> gathered() {
    List<PatternRow> rows = node.patterns();
    Map<String, PlanRow> plans = new HashMap<>();
    node.plans().forEach(plan -> plans.put(plan.vdb() + " " + plan.fingerprint(), plan));
    List<Map<String, Object>> patterns = new ArrayList<>();
    List<PatternFigures> top =
        rows.stream()
            .map(PatternRow::figures)
            .filter(figures -> !figures.fingerprint().isEmpty())
            .sorted(QueryPatterns.BY_TIME)
            .limit(MOST)
            .toList();
    int room = MOST_CHARACTERS;
    for (PatternFigures figures : top) {
      Map<String, Object> entry =
          entry(figures, plans.get(figures.vdb() + " " + figures.fingerprint()));
      room -= characters(entry);
      if (room < 0) {
        break;
      }
      patterns.add(entry);
    }
    Map<String, Object> content = new LinkedHashMap<>();
    content.put("vdbs", vdbs(rows));
    content.put("patterns", patterns);
    return content;
  }

  /** Of all patterns, those that are not in the report as well. */
  private static List<Map<String, Object>> vdbs(List<PatternRow> rows) {
    Map<String, List<PatternFigures>> byVdb =
        rows.stream()
            .map(PatternRow::figures)
            .collect(
                Collectors.groupingBy(
                    PatternFigures::vdb, LinkedHashMap::new, Collectors.toList()));
    List<Map<String, Object>> vdbs = new ArrayList<>();
    byVdb.forEach(
        (name, figures) -> {
          Map<String, Object> entry = new LinkedHashMap<>();
          entry.put("name", name);
          entry.put("patterns", figures.stream().filter(f -> !f.fingerprint().isEmpty()).count());
          entry.put("calls", figures.stream().mapToLong(PatternFigures::calls).sum());
          entry.put("micros", figures.stream().mapToLong(PatternFigures::micros).sum());
          vdbs.add(entry);
        });
    return vdbs;
  }

  private static Map<String, Object> entry(PatternFigures figures, PlanRow plan) {
    Map<String, Object> entry = new LinkedHashMap<>();
    entry.put("vdb", figures.vdb());
    entry.put("text", cut(figures.text(), MOST_TEXT));
    entry.put("since", figures.since());
    entry.put("last", figures.last());
    entry.put("calls", figures.calls());
    entry.put("micros", figures.micros());
    entry.put("mostMicros", figures.mostMicros());
    entry.put("waitMicros", figures.waitMicros());
    entry.put("responseTimes", figures.responses().pairs());
    entry.put("errors", figures.errors());
    entry.put("bytes", figures.bytes());
    entry.put("hits", figures.hits());
    entry.put("byRule", figures.byRule());
    entry.put("replica", figures.replica());
    entry.put(
        "uncached",
        reasons(figures.uncached(), reason -> reason.label(), reason -> reason.words()));
    entry.put(
        "onWriter",
        reasons(figures.onWriter(), reason -> reason.label(), reason -> reason.words()));
    entry.put(
        "rules",
        figures.rules().stream()
            .limit(MOST_NAMES)
            .map(
                rule ->
                    Map.<String, Object>of(
                        "list", rule.list(), "number", rule.number(), "action", rule.action()))
            .toList());
    ReadSample sample = figures.sample();
    if (sample.reads() > 0) {
      entry.put(
          "sample",
          List.of(
              sample.reads(),
              sample.sampled(),
              sample.suited(),
              sample.byKey(),
              sample.pairs(),
              sample.equal()));
    }
    if (figures.unfit() != null) {
      entry.put("unfit", figures.unfit().label());
    }
    if (figures.keyed()) {
      entry.put("keyed", true);
    }
    if (!figures.keys().isEmpty()) {
      entry.put("keys", figures.keys());
    }
    if (figures.writesAny()) {
      entry.put("writesAny", true);
    }
    entry.put("reads", names(figures.tablesRead()));
    entry.put("writes", names(figures.tablesWritten()));
    if (plan != null) {
      entry.put(
          "plan",
          Map.of(
              "taken", plan.taken().toString(),
              "format", plan.format(),
              "text", cut(plan.plan(), MOST_PLAN)));
    }
    return entry;
  }

  private static List<String> names(Collection<String> names) {
    return names.stream().limit(MOST_NAMES).toList();
  }

  private static <E> List<Map<String, Object>> reasons(
      Map<E, Long> reasons, Function<E, String> label, Function<E, String> words) {
    return reasons.entrySet().stream()
        .sorted(Map.Entry.<E, Long>comparingByValue(Comparator.reverseOrder()))
        .limit(MOST_REASONS)
        .map(
            reason ->
                Map.<String, Object>of(
                    "reason", label.apply(reason.getKey()),
                    "words", words.apply(reason.getKey()),
                    "count", reason.getValue()))
        .toList();
  }

  private static String cut(String text, int most) {
    return text.length() <= most ? text : text.substring(0, most) + " …";
  }

  /** Of its texts, as JSON writes them. */
  private static int characters(Object value) {
    if (value instanceof Map<?, ?> map) {
      return map.values().stream().mapToInt(each -> FIELD + characters(each)).sum();
    }
    if (value instanceof Collection<?> all) {
      return all.stream().mapToInt(each -> ELEMENT + characters(each)).sum();
    }
    return value instanceof String text
        ? JsonStringEncoder.getInstance().quoteAsUTF8(text).length
        : 0;
  }
}
