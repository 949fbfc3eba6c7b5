package dev.heimdall.engine.admin;

import dev.heimdall.engine.changes.Phase;
import dev.heimdall.engine.config.ConfigurationState;
import dev.heimdall.engine.feed.FeedState;
import dev.heimdall.engine.feed.Push;
import dev.heimdall.engine.observe.EventLog;
import dev.heimdall.engine.observe.LoopWatch;
import dev.heimdall.engine.observe.Metrics;
import dev.heimdall.engine.observe.NodeGauges;
import dev.heimdall.engine.observe.TrafficLabels;
import dev.heimdall.engine.share.StoreState;
import dev.heimdall.engine.topology.NodeState;
import dev.heimdall.engine.topology.TopologyNode;
import dev.heimdall.routing.PushSignature;
import dev.heimdall.routing.threads.StandStill;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** Meaning of each path of the HTTP endpoint. Called and answered on the listener's own thread. */
final class HttpEndpoints {
  static final String TOPOLOGY = "/topology";
  static final List<String> PATHS =
      List.of("/livez", "/readyz", "/status", "/metrics", "/drain", TOPOLOGY);

  private static final Duration LOOP_HANGS = Duration.ofSeconds(10);
  private static final HttpReply LIVE = HttpReply.json(200, Map.of("live", true));

  private static final long STOOD_STILL = StandStill.NOTICED.toNanos();

  /** So many late looks in a row say that a loop is silent all the same. */
  private static final int LOOKS = 20;

  private final NodeView node;
  private final Metrics metrics;
  private final LoopWatch loops;
  private final EventLog log;
  private final ScheduledExecutorService thread;
  private final Duration patience;
  private final long startedNanos = System.nanoTime();

  private final Map<String, CompletableFuture<ProbeResult>> probes = new HashMap<>();
  private CompletableFuture<HttpReply> statusUnderWay;

  /**
   * @param patience how long loops and probes may take before a reply goes out without them
   */
  HttpEndpoints(
      NodeView node,
      Metrics metrics,
      LoopWatch loops,
      EventLog log,
      ScheduledExecutorService thread,
      Duration patience) {
    this.node = node;
    this.metrics = metrics;
    this.loops = loops;
    this.log = log;
    this.thread = thread;
    this.patience = patience;
  }

  /** Never completes exceptionally, and on the listener's thread. */
  CompletionStage<HttpReply> answer(
      String method, String path, HttpHeaders headers, byte[] body, InetSocketAddress peer) {
    if (!PATHS.contains(path)) {
      return now(HttpReply.error(404, "No such path. There are: " + String.join(", ", PATHS)));
    }
    List<String> methods =
        switch (path) {
          case "/drain" -> List.of("POST");
          case TOPOLOGY -> List.of("GET", "HEAD", "POST");
          default -> List.of("GET", "HEAD");
        };
    if (!methods.contains(method)) {
      return now(HttpReply.methodNotAllowed(path, String.join(", ", methods)));
    }
    CompletionStage<HttpReply> reply;
    try {
      reply =
          switch (path) {
            case "/livez" -> live();
            case "/readyz" -> now(ready());
            case "/status" -> status();
            case "/metrics" -> scrape(headers.get(HttpHeaderNames.ACCEPT, ""));
            case TOPOLOGY ->
                now(method.equals("POST") ? pushed(headers, body) : Documents.shown(node));
            default -> now(drain(headers, peer));
          };
    } catch (RuntimeException e) {
      reply = CompletableFuture.failedFuture(e);
    }
    return reply.exceptionally(e -> HttpReply.error(500, "The node could not answer: " + e));
  }

  /**
   * A node that stood still finds its loops silent, which turn when it runs again: as with the
   * servers that are probed, a second look decides, and one that is late proves nothing.
   */
  private CompletionStage<HttpReply> live() {
    if (loops.stalled(LOOP_HANGS).isEmpty()) {
      return now(LIVE);
    }
    CompletableFuture<HttpReply> reply = new CompletableFuture<>();
    lookAgain(reply, LOOKS);
    return reply;
  }

  private void lookAgain(CompletableFuture<HttpReply> reply, int left) {
    long due = System.nanoTime() + STOOD_STILL;
    thread.schedule(
        () -> {
          List<LoopWatch.Stalled> stalled = loops.stalled(LOOP_HANGS);
          if (stalled.isEmpty()) {
            reply.complete(LIVE);
          } else if (left > 0 && System.nanoTime() - due > STOOD_STILL) {
            lookAgain(reply, left - 1);
          } else {
            reply.complete(silent(stalled));
          }
        },
        STOOD_STILL,
        TimeUnit.NANOSECONDS);
  }

  private static HttpReply silent(List<LoopWatch.Stalled> stalled) {
    Map<String, Object> content = new LinkedHashMap<>();
    content.put("live", false);
    content.put("reasons", stalled.stream().map(HttpEndpoints::words).toList());
    return HttpReply.json(503, content);
  }

  private HttpReply ready() {
    NodeHealth health = node.health();
    Map<String, Object> content = new LinkedHashMap<>();
    content.put("ready", health.ready());
    content.put("draining", health.draining());
    content.put("reasons", health.reasons());
    return HttpReply.json(health.ready() ? 200 : 503, content);
  }

  /** However many ask at the same time, the pools are probed once. */
  private CompletionStage<HttpReply> status() {
    if (statusUnderWay != null) {
      return statusUnderWay;
    }
    CompletableFuture<HttpReply> report = report();
    statusUnderWay = report;
    report.whenComplete((reply, problem) -> statusUnderWay = null);
    return report;
  }

  private CompletableFuture<HttpReply> report() {
    NodeHealth health = node.health();
    probes.keySet().retainAll(health.vdbs().stream().map(NodeHealth.VdbHealth::name).toList());
    CompletableFuture<List<PoolRow>> pools = within(node.pools(), List.of());
    Map<String, CompletableFuture<ProbeResult>> asked = new LinkedHashMap<>();
    for (NodeHealth.VdbHealth vdb : health.vdbs()) {
      asked.put(
          vdb.name(),
          within(
              probe(vdb.name()),
              new ProbeResult(
                  false,
                  patience.toNanos() / 1000,
                  "no answer within " + patience.toMillis() + " ms")));
    }
    List<CompletableFuture<?>> all = new ArrayList<>(asked.values());
    all.add(pools);
    return CompletableFuture.allOf(all.toArray(CompletableFuture[]::new))
        .thenApplyAsync(nothing -> report(health, pools.join(), asked), thread);
  }

  /** A probe that is still under way is waited for again: they must not pile up in the queue. */
  private CompletableFuture<ProbeResult> probe(String vdb) {
    CompletableFuture<ProbeResult> earlier = probes.get(vdb);
    if (earlier != null && !earlier.isDone()) {
      return earlier;
    }
    CompletableFuture<ProbeResult> probe;
    try {
      probe =
          node.probe(vdb)
              .toCompletableFuture()
              .exceptionally(problem -> new ProbeResult(false, 0, problem.toString()));
    } catch (AdminException gone) {
      probe = CompletableFuture.completedFuture(new ProbeResult(false, 0, gone.getMessage()));
    }
    probes.put(vdb, probe);
    return probe;
  }

  private HttpReply report(
      NodeHealth health, List<PoolRow> pools, Map<String, CompletableFuture<ProbeResult>> probes) {
    Map<String, Object> content = new LinkedHashMap<>();
    content.put("node", node.nodeId());
    content.put("version", node.version());
    content.put("uptimeSeconds", (System.nanoTime() - startedNanos) / 1_000_000_000L);
    content.put("ready", health.ready());
    content.put("draining", health.draining());
    content.put("reasons", health.reasons());
    content.put(
        "stalledLoops", loops.stalled(LOOP_HANGS).stream().map(HttpEndpoints::words).toList());
    List<Map<String, Object>> vdbs = new ArrayList<>();
    for (NodeHealth.VdbHealth vdb : health.vdbs()) {
      Map<String, Object> entry = new LinkedHashMap<>();
      entry.put("name", vdb.name());
      entry.put("reachable", vdb.reachable());
      if (vdb.detail() != null) {
        entry.put("detail", vdb.detail());
      }
      ProbeResult probe = probes.get(vdb.name()).join();
      if (!probe.equals(ProbeResult.NOTHING_SENT)) {
        entry.put("probe", words(probe));
      }
      entry.put(
          "pools",
          pools.stream()
              .filter(pool -> pool.vdb().equals(vdb.name()))
              .map(HttpEndpoints::words)
              .toList());
      vdbs.add(entry);
    }
    content.put("vdbs", vdbs);
    content.put("configuration", new ConfigStateRow(node.configState()).content());
    node.store().ifPresent(store -> content.put("store", words(store)));
    content.put("topology", Documents.summary(node.topology()));
    return HttpReply.json(200, content);
  }

  private CompletionStage<HttpReply> scrape(String accept) {
    boolean openMetrics = accept.contains("application/openmetrics-text");
    return within(node.pools(), List.of())
        .thenApplyAsync(
            pools -> {
              metrics.observe(gauges(node, pools));
              return HttpReply.text(
                  openMetrics ? Metrics.OPEN_METRICS : Metrics.PROMETHEUS_TEXT,
                  metrics.scrape(openMetrics));
            },
            thread);
  }

  private HttpReply drain(HttpHeaders headers, InetSocketAddress peer) {
    if (!peer.getAddress().isLoopbackAddress()) {
      return HttpReply.error(403, "/drain is for callers on this machine only");
    }
    if (headers.contains(HttpHeaderNames.ORIGIN) || headers.contains("X-Forwarded-For")) {
      // A page in a browser on this machine, or a client behind a relay on it.
      return HttpReply.error(403, "/drain takes no requests from web pages or through relays");
    }
    log.adminCommand("(http)", peer, "POST /drain", "drain begins");
    node.drain();
    return HttpReply.json(202, Map.of("draining", true));
  }

  private HttpReply pushed(HttpHeaders headers, byte[] body) {
    Push.Outcome outcome =
        node.topology(
            new Push(
                Optional.ofNullable(headers.get(PushSignature.TIMESTAMP)),
                Optional.ofNullable(headers.get(PushSignature.NONCE)),
                Optional.ofNullable(headers.get(PushSignature.SIGNATURE)),
                body));
    return Documents.answered(outcome);
  }

  /** The stage's value, or the substitute when it fails or takes too long. */
  private <T> CompletableFuture<T> within(CompletionStage<T> stage, T substitute) {
    return stage
        .toCompletableFuture()
        .copy()
        .completeOnTimeout(substitute, patience.toMillis(), TimeUnit.MILLISECONDS)
        .exceptionally(problem -> substitute);
  }

  private static NodeGauges gauges(NodeView node, List<PoolRow> pools) {
    NodeHealth health = node.health();
    Map<String, Boolean> reachable = new TreeMap<>();
    health.vdbs().forEach(vdb -> reachable.put(vdb.name(), vdb.reachable()));
    return new NodeGauges(
        health.ready(),
        health.draining(),
        reachable,
        node.remaining().byObstacle().entrySet().stream()
            .collect(Collectors.toMap(count -> count.getKey().label(), Map.Entry::getValue)),
        pools.stream()
            .map(
                pool ->
                    new NodeGauges.Pool(
                        new TrafficLabels(pool.vdb(), pool.database(), pool.user()),
                        pool.clientsActive(),
                        pool.clientsIdle(),
                        pool.clientsWaiting(),
                        pool.clientsPinned(),
                        pool.serversActive(),
                        pool.serversIdle(),
                        pool.serversReset(),
                        pool.serversLogin(),
                        pool.size(),
                        pool.maxWaitMicros(),
                        pool.paused(),
                        pool.prepared(),
                        pool.preparedBytes(),
                        pool.server()))
            .toList(),
        node.clusterNodes().stream()
            .map(
                row ->
                    new NodeGauges.ClusterNode(
                        row.source(),
                        row.node().address().toString(),
                        row.node().role().spelling(),
                        row.node().state() == NodeState.UP,
                        orUnknown(row.lagBytes()),
                        orUnknown(row.lagMillis())))
            .toList(),
        node.clusters().stream()
            .flatMap(
                row ->
                    row.topology().global().regions().stream()
                        .map(
                            lag ->
                                new NodeGauges.Region(
                                    row.source(),
                                    lag.region(),
                                    lag.durabilityMillis(),
                                    lag.rpoMillis())))
            .toList(),
        node.changes().stream()
            .map(
                feed ->
                    new NodeGauges.Changes(
                        feed.source(),
                        feed.way(),
                        feed.database(),
                        feed.phase() == Phase.FOLLOWING,
                        feed.changes(),
                        feed.own(),
                        feed.gaps(),
                        feed.behindBytes()))
            .toList(),
        feed(node.topology()),
        config(node.configState()),
        CacheRow.gauges(node.cache()));
  }

  private static long orUnknown(Long known) {
    return known == null ? TopologyNode.UNKNOWN : known;
  }

  private static NodeGauges.Config config(ConfigurationState state) {
    return new NodeGauges.Config(
        state.origin().place(),
        state.origin().version().orElse(""),
        state.hash(),
        state.origin().trouble().isEmpty(),
        state.refused().isEmpty(),
        state.origin().copy().isPresent(),
        state.lookedAgo());
  }

  private static NodeGauges.Feed feed(FeedState state) {
    Map<String, Long> pushes = new TreeMap<>();
    state.pushes().forEach((kind, count) -> pushes.put(kind.label(), count));
    return new NodeGauges.Feed(
        state.documents().stream()
            .map(
                known ->
                    new NodeGauges.Document(
                        known.document().source(),
                        known.by().label(),
                        known.document().version(),
                        state.age(known)))
            .toList(),
        pushes,
        state.byPreviousKey());
  }

  private static String words(LoopWatch.Stalled stalled) {
    return "event loop "
        + stalled.loop()
        + " has not turned for "
        + stalled.silence().toSeconds()
        + " s";
  }

  private static Map<String, Object> words(ProbeResult probe) {
    Map<String, Object> content = new LinkedHashMap<>();
    content.put("ok", probe.ok());
    content.put("micros", probe.micros());
    if (probe.error() != null) {
      content.put("error", probe.error());
    }
    return content;
  }

  private static Map<String, Object> words(StoreState store) {
    Map<String, Object> content = new LinkedHashMap<>();
    content.put("servers", store.settings().servers());
    content.put("mode", store.settings().mode().spelling());
    content.put("state", store.connection().spelling());
    content.put("at", store.at());
    if (store.answerMillis() >= 0) {
      content.put("answerMillis", store.answerMillis());
    }
    content.put("otherNodes", store.others());
    content.put("keyEvents", store.keyEvents().spelling());
    content.put("detail", store.detail());
    return content;
  }

  private static Map<String, Object> words(PoolRow pool) {
    Map<String, Object> content = new LinkedHashMap<>();
    content.put("database", pool.database());
    content.put("user", pool.user());
    if (pool.server() != null) {
      content.put("server", pool.server());
    }
    content.put("clientsActive", pool.clientsActive());
    content.put("clientsIdle", pool.clientsIdle());
    content.put("clientsWaiting", pool.clientsWaiting());
    content.put("serversActive", pool.serversActive());
    content.put("serversIdle", pool.serversIdle());
    content.put("size", pool.size());
    content.put("maxConnections", pool.maxConnections());
    content.put("maxWaitMicros", pool.maxWaitMicros());
    content.put("paused", pool.paused());
    return content;
  }

  private static CompletionStage<HttpReply> now(HttpReply reply) {
    return CompletableFuture.completedFuture(reply);
  }
}
