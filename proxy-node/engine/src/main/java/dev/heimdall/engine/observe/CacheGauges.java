package dev.heimdall.engine.observe;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.snapshots.Labels;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;

/** Metrics of results that are kept: here, and by the nodes for each other. */
final class CacheGauges {
  private static final List<String> BREAKER_STATES = List.of("closed", "open", "half_open");

  private final PrometheusMeterRegistry registry;
  private final Supplier<NodeGauges.Caches> caches;
  private final Set<Tags> registered = new HashSet<>();
  private final MultiGauge results;
  private final MultiGauge bytes;
  private final MultiGauge limit;
  private final MultiGauge waiting;
  private final MultiGauge connected;
  private final MultiGauge breakers;
  private final MultiGauge tracked;
  private final MultiGauge keys;
  private final MultiGauge inFlight;

  CacheGauges(PrometheusMeterRegistry registry, Supplier<NodeGauges.Caches> caches) {
    this.registry = registry;
    this.caches = caches;
    results = gauge("heimdall.query.cache.results", null, "Results that are kept");
    bytes = gauge("heimdall.query.cache.used", "bytes", "What kept results and their keys weigh");
    limit =
        gauge("heimdall.query.cache.max", "bytes", "What kept results and their keys may weigh");
    waiting =
        gauge(
            "heimdall.query.cache.waiting",
            null,
            "Statements that wait for the result of an equal one");
    connected =
        gauge("heimdall.far.cache.connected", null, "1 while the shared store is connected");
    breakers = gauge("heimdall.far.cache.breaker", null, "1 for the state that the breaker is in");
    tracked =
        gauge("heimdall.far.cache.tracked", null, "1 while it is known which keys the store holds");
    keys =
        gauge("heimdall.far.cache.keys", null, "Keys of which it is known that the store has them");
    inFlight =
        gauge("heimdall.far.cache.in.flight", null, "Requests that the store has not answered");
    counter("heimdall.far.cache.deletes", "Results whose deletion was sent", far(f -> f.deletes()));
    counter(
        "heimdall.far.cache.probes",
        "Gets to see whether the store is well again",
        far(f -> f.probes()));
    registry
        .getPrometheusRegistry()
        .register(
            new LatencyCollector(
                "heimdall_far_cache_get_duration_seconds",
                "Time that the shared store took to answer gets",
                () ->
                    Map.of(
                        Labels.EMPTY,
                        caches
                            .get()
                            .far()
                            .map(NodeGauges.FarCache::times)
                            .orElse(LatencySnapshot.none()))));
  }

  private static ToLongFunction<NodeGauges.Caches> far(ToLongFunction<NodeGauges.FarCache> of) {
    return now -> now.far().map(far -> of.applyAsLong(far)).orElse(0L);
  }

  private MultiGauge gauge(String name, String unit, String description) {
    return MultiGauge.builder(name).baseUnit(unit).description(description).register(registry);
  }

  private void counter(String name, String description, ToLongFunction<NodeGauges.Caches> of) {
    counter(name, description, Tags.empty(), of);
  }

  private void counter(
      String name, String description, Tags tags, ToLongFunction<NodeGauges.Caches> of) {
    if (registered.add(tags.and("meter", name))) {
      FunctionCounter.builder(name, caches, now -> of.applyAsLong(now.get()))
          .description(description)
          .tags(tags)
          .register(registry);
    }
  }

  /** Virtual databases that have no cache any more keep their counters, and nothing else. */
  void update() {
    NodeGauges.Caches now = caches.get();
    rows(results, now, NodeGauges.NearCache::results);
    rows(bytes, now, NodeGauges.NearCache::bytes);
    rows(limit, now, NodeGauges.NearCache::limit);
    rows(waiting, now, NodeGauges.NearCache::waiting);
    now.near().forEach(this::counters);
    byOutcome("heimdall.far.cache.gets", "Gets by outcome", now.gets(), NodeGauges.Caches::gets);
    byOutcome("heimdall.far.cache.puts", "Puts by outcome", now.puts(), NodeGauges.Caches::puts);
    one(connected, now, far -> far.connected() ? 1L : 0L);
    one(tracked, now, far -> far.tracked() ? 1L : 0L);
    one(keys, now, NodeGauges.FarCache::keys);
    one(inFlight, now, NodeGauges.FarCache::inFlight);
    breakers.register(breakers(now), true);
  }

  private static void rows(
      MultiGauge gauge, NodeGauges.Caches now, ToLongFunction<NodeGauges.NearCache> of) {
    List<MultiGauge.Row<?>> rows = new ArrayList<>();
    for (NodeGauges.NearCache near : now.near()) {
      rows.add(MultiGauge.Row.of(Tags.of("vdb", near.vdb()), of.applyAsLong(near)));
    }
    gauge.register(rows, true);
  }

  private static void one(
      MultiGauge gauge, NodeGauges.Caches now, Function<NodeGauges.FarCache, Long> of) {
    List<MultiGauge.Row<?>> rows = new ArrayList<>();
    now.far().ifPresent(far -> rows.add(MultiGauge.Row.of(Tags.empty(), of.apply(far))));
    gauge.register(rows, true);
  }

  private static List<MultiGauge.Row<?>> breakers(NodeGauges.Caches now) {
    List<MultiGauge.Row<?>> rows = new ArrayList<>();
    now.far()
        .ifPresent(
            far ->
                far.breakers()
                    .forEach(
                        (of, is) -> {
                          for (String state : BREAKER_STATES) {
                            rows.add(
                                MultiGauge.Row.of(
                                    Tags.of("of", of, "state", state), state.equals(is) ? 1 : 0));
                          }
                        }));
    return rows;
  }

  private void counters(NodeGauges.NearCache seen) {
    Tags vdb = Tags.of("vdb", seen.vdb());
    counter(
        "heimdall.query.cache.stored",
        "Results that were kept",
        vdb,
        now -> near(now, seen.vdb(), NodeGauges.NearCache::stored));
    counter(
        "heimdall.query.cache.waited",
        "Statements that were served the result of an equal one",
        vdb,
        now -> near(now, seen.vdb(), NodeGauges.NearCache::waited));
    for (String result : seen.compared().keySet()) {
      counter(
          "heimdall.query.cache.compared",
          "Results that rules had compared with what the server answers",
          vdb.and("result", result),
          now -> near(now, seen.vdb(), near -> near.compared().getOrDefault(result, 0L)));
    }
    counter(
        "heimdall.query.cache.far.outdated",
        "Results of other nodes that were found and not served, as their tables were written since",
        vdb,
        now -> near(now, seen.vdb(), NodeGauges.NearCache::farOutdated));
    for (String reason : seen.removed().keySet()) {
      counter(
          "heimdall.query.cache.removed",
          "Results that were let go of, and why",
          vdb.and("reason", reason),
          now -> near(now, seen.vdb(), near -> near.removed().getOrDefault(reason, 0L)));
    }
  }

  private static long near(
      NodeGauges.Caches now, String vdb, ToLongFunction<NodeGauges.NearCache> of) {
    return now.near().stream().filter(near -> near.vdb().equals(vdb)).mapToLong(of).sum();
  }

  private void byOutcome(
      String name,
      String description,
      Map<String, Long> seen,
      Function<NodeGauges.Caches, Map<String, Long>> of) {
    for (String outcome : seen.keySet()) {
      counter(
          name,
          description,
          Tags.of("outcome", outcome),
          now -> of.apply(now).getOrDefault(outcome, 0L));
    }
  }
}
