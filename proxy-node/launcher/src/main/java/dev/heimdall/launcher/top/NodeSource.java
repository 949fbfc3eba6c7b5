package dev.heimdall.launcher.top;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * A node, by its metrics: rates are differences between two looks. Its statements are none of
 * these, and come from its console.
 */
final class NodeSource implements Source {
  private static final List<String> SERVER_COLUMNS =
      List.of("SERVER", "CLUSTER", "ROLE", "STATE", "LAG", "IN USE", "OPEN", "WAITING");

  private final Http http;
  private final String url;
  private final Optional<Console> console;
  private Optional<Samples> before = Optional.empty();

  NodeSource(Http http, String url, Optional<Console> console) {
    this.http = http;
    this.url = url;
    this.console = console;
  }

  @Override
  public boolean knowsRates() {
    return before.isPresent();
  }

  @Override
  public Screen look() throws IOException, InterruptedException {
    Samples now = new Samples(http.get("/metrics"), System.nanoTime());
    if (now.of("heimdall_build_info").isEmpty()) {
      throw new IOException("%s is not the HTTP endpoint of a node".formatted(url));
    }
    // A node that was started anew counts from 0 again.
    Optional<Samples> earlier =
        before.filter(
            old -> old.sum("process_uptime_seconds") <= now.sum("process_uptime_seconds"));
    before = Optional.of(now);
    List<Grid> grids = new ArrayList<>();
    grids.add(Tables.queries("VIRTUAL DATABASE", vdbs(now, earlier)));
    grids.add(servers(now));
    if (console.isPresent()) {
      grids.add(console.get().statements());
    }
    return new Screen(head(now), grids);
  }

  private List<String> head(Samples now) {
    String state =
        now.sum("heimdall_draining") > 0
            ? "draining"
            : now.sum("heimdall_ready") > 0 ? "ready" : "not ready";
    return List.of(
        "heimdall top   %s   version %s   up %s   %s"
            .formatted(
                url,
                now.of("heimdall_build_info").get(0).label("version"),
                Numbers.duration(now.sum("process_uptime_seconds")),
                state),
        "processor %s   heap %s   network buffers %s"
            .formatted(
                Numbers.percent(100 * now.sum("process_cpu_usage")),
                Numbers.bytes(
                    now.sum("jvm_memory_used_bytes", one -> one.label("area").equals("heap"))),
                Numbers.bytes(now.sum("heimdall_direct_memory_used_bytes"))));
  }

  private static List<List<String>> vdbs(Samples now, Optional<Samples> before) {
    List<List<String>> rows = new ArrayList<>();
    var names =
        now.labels("vdb", "heimdall_queries_total", "heimdall_vdb_reachable", "heimdall_pool_size");
    if (names.size() > 1) {
      rows.add(vdb("all", now, before, one -> true));
    }
    for (String name : names) {
      rows.add(vdb(name, now, before, one -> one.label("vdb").equals(name)));
    }
    return rows;
  }

  private static List<String> vdb(
      String name, Samples now, Optional<Samples> before, Predicate<Samples.Sample> meant) {
    double seconds = before.map(now::secondsSince).orElse(Double.NaN);
    Counted counted = new Counted(now, before, meant);
    double queries = counted.more("heimdall_queries_total");
    double waited = counted.more("heimdall_response_time_seconds_total");
    double responses = counted.more("heimdall_responses_total");
    double hits = counted.more("heimdall_query_cache_hits_total");
    double server = counted.more("heimdall_query_time_seconds_total");
    double sent = queries - hits;
    double reads = counted.more("heimdall_reads_total");
    return List.of(
        name,
        Numbers.rate(queries / seconds),
        Numbers.millis(responses > 0 ? 1000 * waited / responses : Double.NaN),
        Numbers.millis(1000 * counted.percentile("heimdall_response_duration_seconds", 0.99)),
        Numbers.millis(sent > 0 ? 1000 * server / sent : Double.NaN),
        Numbers.percent(reads, reads + counted.more("heimdall_writes_total")),
        Numbers.percent(counted.more("heimdall_transaction_queries_total"), queries),
        Numbers.percent(hits, hits + counted.more("heimdall_query_cache_misses_total")),
        Numbers.rate(counted.more("heimdall_errors_total") / seconds),
        Numbers.whole(clients(now, meant)),
        Numbers.whole(state(now, "heimdall_pool_clients", "waiting", meant)),
        Numbers.whole(state(now, "heimdall_pool_servers", "active", meant)),
        Numbers.whole(zero(now.sum("heimdall_pool_servers", meant))),
        Numbers.whole(zero(now.sum("heimdall_pool_size", meant))));
  }

  /** Those that are pinned are among the others. */
  private static double clients(Samples now, Predicate<Samples.Sample> meant) {
    return zero(
        now.sum("heimdall_pool_clients", meant.and(one -> !one.label("state").equals("pinned"))));
  }

  private static double state(
      Samples now, String name, String state, Predicate<Samples.Sample> meant) {
    return zero(now.sum(name, meant.and(one -> one.label("state").equals(state))));
  }

  private static double zero(double value) {
    return Double.isNaN(value) ? 0 : value;
  }

  private static Grid servers(Samples now) {
    List<List<String>> rows = new ArrayList<>();
    for (Samples.Sample server : now.of("heimdall_cluster_node_up")) {
      Predicate<Samples.Sample> same =
          one ->
              one.label("source").equals(server.label("source"))
                  && one.label("node").equals(server.label("node"));
      Predicate<Samples.Sample> pool = one -> one.label("server").equals(server.label("node"));
      rows.add(
          List.of(
              server.label("node"),
              server.label("source"),
              server.label("role"),
              server.value() > 0 ? "up" : "not up",
              server.label("role").equals("writer") ? "" : lag(now, same),
              Numbers.whole(state(now, "heimdall_cluster_pool_servers", "active", pool)),
              Numbers.whole(zero(now.sum("heimdall_cluster_pool_servers", pool))),
              Numbers.whole(zero(now.sum("heimdall_cluster_pool_waiting", pool)))));
    }
    rows.sort((a, b) -> (a.get(1) + " " + a.get(0)).compareTo(b.get(1) + " " + b.get(0)));
    return new Grid(SERVER_COLUMNS, rows);
  }

  private static String lag(Samples now, Predicate<Samples.Sample> same) {
    double seconds = now.sum("heimdall_cluster_node_lag_seconds", same);
    return Double.isNaN(seconds)
        ? Numbers.bytes(now.sum("heimdall_cluster_node_lag_bytes", same))
        : Numbers.millis(seconds * 1000) + " ms";
  }

  /** Increase of counters and histograms since the previous samples. */
  private record Counted(Samples now, Optional<Samples> before, Predicate<Samples.Sample> meant) {
    double more(String name) {
      return before
          .map(old -> Math.max(0, zero(now.sum(name, meant)) - zero(old.sum(name, meant))))
          .orElse(Double.NaN);
    }

    /** In seconds, within its bucket as if all were spread evenly there; NaN of nothing. */
    double percentile(String name, double share) {
      if (before.isEmpty()) {
        return Double.NaN;
      }
      Map<Double, Double> old = before.get().buckets(name, meant);
      Map<Double, Double> more = new TreeMap<>();
      now.buckets(name, meant)
          .forEach((limit, count) -> more.put(limit, count - old.getOrDefault(limit, 0.0)));
      double all = more.values().stream().mapToDouble(count -> count).max().orElse(0);
      double rank = share * all;
      double below = 0;
      double lower = 0;
      for (Map.Entry<Double, Double> bucket : more.entrySet()) {
        if (all > 0 && bucket.getValue() >= rank) {
          double upper = bucket.getKey();
          return Double.isInfinite(upper)
              ? lower
              : lower + (upper - lower) * (rank - below) / (bucket.getValue() - below);
        }
        below = bucket.getValue();
        lower = bucket.getKey();
      }
      return Double.NaN;
    }
  }
}
