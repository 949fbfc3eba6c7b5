package dev.heimdall.engine.boot;

import dev.heimdall.engine.action.LearnedRow;
import dev.heimdall.engine.action.PlanRow;
import dev.heimdall.engine.action.QueueRow;
import dev.heimdall.engine.admin.AdminException;
import dev.heimdall.engine.admin.CachePatternRow;
import dev.heimdall.engine.admin.CacheRow;
import dev.heimdall.engine.admin.ClientRow;
import dev.heimdall.engine.admin.ClusterEventRow;
import dev.heimdall.engine.admin.ClusterNodeRow;
import dev.heimdall.engine.admin.ClusterRow;
import dev.heimdall.engine.admin.ConfigRow;
import dev.heimdall.engine.admin.MemoryRow;
import dev.heimdall.engine.admin.NodeHealth;
import dev.heimdall.engine.admin.NodeView;
import dev.heimdall.engine.admin.PatternRow;
import dev.heimdall.engine.admin.PoolRow;
import dev.heimdall.engine.admin.ProbeResult;
import dev.heimdall.engine.admin.ServedVdb;
import dev.heimdall.engine.admin.ServerRow;
import dev.heimdall.engine.changes.FeedStatus;
import dev.heimdall.engine.client.Client;
import dev.heimdall.engine.config.ConfigurationState;
import dev.heimdall.engine.feed.FeedState;
import dev.heimdall.engine.feed.Push;
import dev.heimdall.engine.memory.CacheUse;
import dev.heimdall.engine.pool.LoopPool;
import dev.heimdall.engine.pool.VdbPools;
import dev.heimdall.engine.pool.WriterWatch;
import dev.heimdall.engine.share.StoreState;
import dev.heimdall.engine.takeover.Remaining;
import dev.heimdall.engine.topology.Topology;
import dev.heimdall.engine.vdb.VdbContext;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.model.Applies;
import dev.heimdall.model.DataSource;
import dev.heimdall.model.SettingValue;
import dev.heimdall.model.TableText;
import dev.heimdall.model.VirtualDatabase;
import io.netty.util.internal.PlatformDependent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Shows the running node to operators, asking each loop for what is its own. */
final class LiveNodeView implements NodeView {
  private static final Duration PAUSE_POLL = Duration.ofMillis(20);

  private final Node node;
  private final LiveRows rows;
  private final PauseOrders pauses = new PauseOrders();

  LiveNodeView(Node node) {
    this.node = node;
    this.rows = new LiveRows(node);
  }

  @Override
  public List<ClusterRow> clusters() {
    List<ClusterRow> rows = new ArrayList<>();
    for (RunningCluster cluster : node.clusters().all()) {
      rows.add(
          new ClusterRow(
              cluster.source().name(),
              cluster.view().topology(),
              cluster.source().cluster().consistency(),
              node.configuration().node().store().reach(cluster.source()),
              cluster.connectedToPeers(),
              cluster.forwarding()));
    }
    for (DataSource source : node.configuration().byArn().pending().values()) {
      rows.add(
          new ClusterRow(
              source.name(),
              Topology.unasked(List.of()),
              source.cluster().consistency(),
              node.configuration().node().store().reach(source),
              false,
              List.of(),
              why(source.name())));
    }
    return rows;
  }

  /** Why nothing is known of a source yet. */
  private String why(String source) {
    return node.arns().why(source, node.configuration().byArn().arns().get(source));
  }

  /** Why a virtual database does not listen yet. */
  private String why(VirtualDatabase waiting) {
    return Stream.concat(Stream.of(waiting.source()), waiting.ruleSources().stream())
        .distinct()
        .filter(node.configuration().byArn().pending()::containsKey)
        .map(source -> "data source " + source + ": " + why(source))
        .collect(Collectors.joining("; "));
  }

  @Override
  public List<ClusterNodeRow> clusterNodes() {
    return node.clusters().all().stream()
        .flatMap(
            cluster ->
                cluster.view().topology().nodes().stream()
                    .map(server -> new ClusterNodeRow(cluster.source().name(), server)))
        .toList();
  }

  @Override
  public List<ClusterEventRow> clusterEvents() {
    return node.clusters().all().stream()
        .flatMap(
            cluster ->
                cluster.tracker().events().stream()
                    .map(event -> new ClusterEventRow(cluster.source().name(), event)))
        .toList();
  }

  @Override
  public Remaining remaining() {
    return node.handover().remaining();
  }

  @Override
  public FeedState topology() {
    return node.clusters().feed().state();
  }

  @Override
  public Push.Outcome topology(Push push) {
    return node.clusters().feed().take(push);
  }

  @Override
  public Optional<StoreState> store() {
    return node.clusters().store(node.configuration().node().store());
  }

  @Override
  public List<MemoryRow> memory() {
    List<MemoryRow> rows = new ArrayList<>();
    Runtime runtime = Runtime.getRuntime();
    long heap = runtime.totalMemory() - runtime.freeMemory();
    rows.add(new MemoryRow("heap", heap, runtime.maxMemory(), null, null));
    rows.add(
        new MemoryRow(
            "network buffers",
            PlatformDependent.usedDirectMemory(),
            PlatformDependent.maxDirectMemory(),
            null,
            null));
    long budgeted = 0;
    for (CacheUse use : node.budget().uses()) {
      String name = "cache " + use.cache().label();
      rows.add(new MemoryRow(name, use.bytes(), use.limit(), use.entries(), use.evictions()));
      budgeted += use.cache().beside() ? 0 : use.bytes();
    }
    rows.add(new MemoryRow("caches together", budgeted, node.budget().bytes(), null, null));
    return rows;
  }

  @Override
  public List<QueueRow> queues() {
    return node.actions().async().queues();
  }

  @Override
  public List<PlanRow> plans() {
    return node.actions().plans().plans();
  }

  @Override
  public List<LearnedRow> learned() {
    return node.actions().learned().learned();
  }

  @Override
  public CompletionStage<List<PoolRow>> pools() {
    return rows.pools();
  }

  @Override
  public CompletionStage<List<ClientRow>> clients() {
    return rows.clients();
  }

  @Override
  public CompletionStage<List<ServerRow>> servers() {
    return rows.servers();
  }

  @Override
  public Optional<ServedVdb> served(String vdb) {
    return Optional.ofNullable(node.vdbContexts().get(vdb)).map(this::served);
  }

  private ServedVdb served(VdbContext context) {
    return new ServedVdb(
        context.settings().vdb(),
        context.pools().plan().source(),
        context.pools().address(),
        node.configuration().users().values().stream()
            .filter(user -> user.vdbs().isEmpty() || user.vdbs().contains(context.name()))
            .toList(),
        node.configuration().node(),
        context.pools().paused());
  }

  @Override
  public List<ConfigRow> config() {
    return SettingValue.of(node.configuration()).stream()
        .map(
            value ->
                new ConfigRow(
                    value.key(),
                    value.value(),
                    value.byDefault().isEmpty() ? null : value.byDefault(),
                    value.applies() != Applies.RESTART))
        .toList();
  }

  @Override
  public ConfigurationState configState() {
    return node.configurationState();
  }

  @Override
  public String nodeId() {
    return Integer.toString(node.number());
  }

  @Override
  public String version() {
    return Version.current();
  }

  @Override
  public NodeHealth health() {
    List<NodeHealth.VdbHealth> vdbs = new ArrayList<>();
    for (VdbContext vdb : node.vdbContexts().values()) {
      ServerError failure = vdb.pools().unreachable();
      vdbs.add(
          new NodeHealth.VdbHealth(
              vdb.name(), failure == null, failure == null ? null : failure.message()));
    }
    boolean nothingServed = vdbs.isEmpty();
    for (VirtualDatabase waiting : node.configuration().byArn().waiting().values()) {
      vdbs.add(new NodeHealth.VdbHealth(waiting.name(), false, why(waiting)));
    }
    vdbs.sort(Comparator.comparing(NodeHealth.VdbHealth::name));
    List<String> reasons = new ArrayList<>();
    boolean draining = node.isDraining();
    if (draining) {
      reasons.add(node.isOut() ? NodeHealth.OUT_OF_SERVICE : "the node is draining");
    } else if (node.warmsUpFirst()) {
      reasons.add("the node is warming up");
    }
    if (nothingServed) {
      vdbs.forEach(
          vdb -> reasons.add("virtual database %s waits: %s".formatted(vdb.name(), vdb.detail())));
    }
    return new NodeHealth(reasons.isEmpty(), draining, reasons, vdbs);
  }

  // ---- actions

  private List<VdbContext> named(String vdb) {
    if (vdb == null) {
      return List.copyOf(node.vdbContexts().values());
    }
    VdbContext found = node.vdbContexts().get(vdb);
    if (found == null) {
      throw new AdminException(
          "3D000",
          "virtual database \""
              + vdb
              + "\" does not exist; there are "
              + String.join(", ", node.vdbContexts().keySet()));
    }
    return List.of(found);
  }

  @Override
  public CompletionStage<Integer> pause(String vdb) {
    List<VdbPools> all = named(vdb).stream().map(VdbContext::pools).toList();
    int paused = pauses.begin(all);
    CompletableFuture<Integer> quiet = new CompletableFuture<>();
    quiet.whenComplete((count, problem) -> pauses.end(all, problem == null));
    awaitQuiet(all, paused, quiet);
    return quiet;
  }

  private void awaitQuiet(List<VdbPools> all, int paused, CompletableFuture<Integer> quiet) {
    if (quiet.isDone()) {
      return;
    }
    if (all.stream().allMatch(pools -> !pools.paused() || pools.held() == 0)) {
      quiet.complete(paused);
    } else {
      CompletableFuture.delayedExecutor(
              PAUSE_POLL.toMillis(), TimeUnit.MILLISECONDS, node.offLoop())
          .execute(() -> awaitQuiet(all, paused, quiet));
    }
  }

  @Override
  public CompletionStage<Integer> resume(String vdb) {
    int resumed = 0;
    for (VdbContext context : named(vdb)) {
      if (pauses.resume(context.pools())) {
        resumed++;
      }
    }
    return CompletableFuture.completedFuture(resumed);
  }

  @Override
  public List<CacheRow> cache() {
    return node.vdbContexts().values().stream()
        .filter(context -> context.cache() != null)
        .map(context -> new CacheRow(context.name(), context.cache().figures()))
        .toList();
  }

  @Override
  public List<FeedStatus> changes() {
    return node.clusters().all().stream().flatMap(cluster -> cluster.changes().stream()).toList();
  }

  @Override
  public List<CachePatternRow> cachePatterns() {
    return node.vdbContexts().values().stream()
        .filter(context -> context.cache() != null)
        .flatMap(
            context ->
                context.cache().patterns().figures().stream()
                    .map(figures -> new CachePatternRow(context.name(), figures)))
        .toList();
  }

  @Override
  public List<PatternRow> patterns() {
    return node.vdbContexts().values().stream()
        .map(VdbContext::patterns)
        .filter(Objects::nonNull)
        .flatMap(patterns -> PatternRow.of(patterns).stream())
        .toList();
  }

  @Override
  public CompletionStage<Integer> flushCache(String table) {
    List<VdbContext> cached =
        node.vdbContexts().values().stream().filter(context -> context.cache() != null).toList();
    List<String> tables = table == null ? List.of() : List.of(TableText.usual(table));
    Set<WriterWatch> watches = new LinkedHashSet<>();
    for (VdbContext context : cached) {
      if (table == null) {
        context.cache().clear();
      }
      if (context.pools().watch() != null) {
        watches.add(context.pools().watch());
      }
    }
    // As if they had been written: by that nothing of before is taken from the shared store.
    CompletableFuture<?>[] told =
        watches.stream()
            .map(watch -> watch.view().committed(tables, table == null).told())
            .toArray(CompletableFuture[]::new);
    return CompletableFuture.allOf(told).thenApply(done -> cached.size());
  }

  @Override
  public CompletionStage<Integer> reconnect(String vdb) {
    ToLongFunction<VdbContext> open =
        context -> context.pools().loopPools().stream().mapToLong(p -> p.counts().all()).sum();
    List<VdbContext> contexts = named(vdb);
    int count = (int) contexts.stream().mapToLong(open).sum();
    return CompletableFuture.allOf(
            contexts.stream()
                .map(context -> context.pools().reconnect())
                .toArray(CompletableFuture[]::new))
        .thenApply(done -> count);
  }

  @Override
  public CompletionStage<Integer> kill(long clientId) {
    client(clientId).killFromAnyThread();
    return CompletableFuture.completedFuture(1);
  }

  @Override
  public CompletionStage<Integer> cancel(long clientId) {
    CompletableFuture<Integer> sent = new CompletableFuture<>();
    client(clientId).cancelFromAnyThread(() -> sent.complete(1));
    return sent;
  }

  private Client client(long clientId) {
    Client client = clientId <= Integer.MAX_VALUE ? node.client((int) clientId) : null;
    if (client == null) {
      throw new AdminException(
          "42704", "client " + clientId + " does not exist; SHOW CLIENTS lists the ids");
    }
    return client;
  }

  @Override
  public CompletionStage<Integer> reload() {
    return node.reloadAndTell();
  }

  @Override
  public CompletionStage<Void> drain() {
    return node.beginDrain();
  }

  // ---- probe

  @Override
  public CompletionStage<ProbeResult> probe(String vdb) {
    VdbContext context = named(vdb).get(0);
    long began = System.nanoTime();
    CompletableFuture<ProbeResult> result = new CompletableFuture<>();
    for (LoopPool pool : context.pools().loopPools()) {
      pool.context()
          .loop()
          .execute(
              () -> {
                pool.context().beginEvent();
                try {
                  new PoolProbe(context.pools(), pool, began, result).start();
                } finally {
                  pool.context().endEvent();
                }
              });
      return result;
    }
    result.complete(ProbeResult.NOTHING_SENT);
    return result;
  }
}
