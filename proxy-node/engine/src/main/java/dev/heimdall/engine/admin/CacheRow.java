package dev.heimdall.engine.admin;

import dev.heimdall.engine.cache.QueryCache;
import dev.heimdall.engine.cache.far.FarFigures;
import dev.heimdall.engine.cache.far.Miss;
import dev.heimdall.engine.cache.far.PutOutcome;
import dev.heimdall.engine.observe.NodeGauges;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Cache statistics of a virtual database. */
public record CacheRow(String vdb, QueryCache.Figures figures) {
  /** Of a hundred statements that were looked for, so many were there. */
  long hitPercent() {
    long asked = figures.hits() + figures.misses();
    return asked == 0 ? 0 : 100 * figures.hits() / asked;
  }

  /**
   * State of the cache entries that the nodes keep for each other: {@code off} where they keep
   * none.
   */
  String far() {
    return figures
        .far()
        .map(far -> !far.connected() ? "away" : far.reads().equals("closed") ? "on" : "not asked")
        .orElse("off");
  }

  /** Metrics of these. */
  static NodeGauges.Caches gauges(List<CacheRow> rows) {
    Optional<FarFigures> far =
        rows.stream().flatMap(row -> row.figures().far().stream()).findFirst();
    Map<String, Long> gets = new HashMap<>();
    gets.put("hit", far.map(FarFigures::hits).orElse(0L));
    for (Miss miss : Miss.values()) {
      gets.put(miss.spelling(), far.map(f -> f.misses().get(miss)).orElse(0L));
    }
    Map<String, Long> puts = new HashMap<>();
    for (PutOutcome outcome : PutOutcome.values()) {
      puts.put(outcome.spelling(), far.map(f -> f.puts().get(outcome)).orElse(0L));
    }
    return new NodeGauges.Caches(
        rows.stream().map(CacheRow::near).toList(), far.map(CacheRow::gauges), gets, puts);
  }

  private NodeGauges.NearCache near() {
    Map<String, Long> removed = new HashMap<>();
    figures.removed().forEach((why, count) -> removed.put(why.spelling(), count));
    return new NodeGauges.NearCache(
        vdb,
        figures.entries(),
        figures.bytes(),
        figures.limit(),
        figures.stored(),
        figures.farOutdated(),
        removed,
        figures.waiting(),
        figures.waited(),
        Map.of("same", figures.same(), "different", figures.different()));
  }

  private static NodeGauges.FarCache gauges(FarFigures far) {
    return new NodeGauges.FarCache(
        far.connected(),
        far.tracked(),
        far.keys(),
        far.inFlight(),
        Map.of("reads", far.reads(), "writes", far.writes()),
        far.deletes(),
        far.probes(),
        far.times());
  }

  long farMicros() {
    return figures.far().map(far -> far.times().percentile(99)).orElse(0L);
  }
}
