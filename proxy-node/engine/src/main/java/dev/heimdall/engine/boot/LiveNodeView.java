package dev.heimdall.engine.boot;

import dev.heimdall.engine.action.LearnedRow;
import dev.heimdall.engine.action.PlanRow;
import dev.heimdall.engine.action.QueueRow;
import dev.heimdall.engine.action.RuleActions;
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
import dev.heimdall.engine.config.ConfigurationState;
import dev.heimdall.engine.feed.FeedState;
import dev.heimdall.engine.feed.Push;
import dev.heimdall.engine.memory.CacheUse;
import dev.heimdall.engine.memory.MemoryBudget;
import dev.heimdall.engine.share.StoreState;
import dev.heimdall.engine.takeover.Remaining;
import dev.heimdall.engine.vdb.VdbContext;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.model.Applies;
import dev.heimdall.model.SettingValue;
import dev.heimdall.model.VirtualDatabase;
import io.netty.util.internal.PlatformDependent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Shows the running node to operators, asking each loop for what is its own. */
final class LiveNodeView implements NodeView {
  private final LiveRows rows;
  private final LiveClusters clusters;
  private final OperatorOrders orders;
  private final Readiness readiness;
  private final RunningVdbs vdbs;
  private final ConfigurationChanges configuration;
  private final RuleActions actions;
  private final MemoryBudget budget;
  private final int number;

  /**
   * @param number its own in the fleet
   */
  LiveNodeView(
      LiveRows rows,
      LiveClusters clusters,
      OperatorOrders orders,
      Readiness readiness,
      RunningVdbs vdbs,
      ConfigurationChanges configuration,
      RuleActions actions,
      MemoryBudget budget,
      int number) {
    this.rows = rows;
    this.clusters = clusters;
    this.orders = orders;
    this.readiness = readiness;
    this.vdbs = vdbs;
    this.configuration = configuration;
    this.actions = actions;
    this.budget = budget;
    this.number = number;
  }

  @Override
  public List<ClusterRow> clusters() {
    return clusters.all();
  }

  @Override
  public List<ClusterNodeRow> clusterNodes() {
    return clusters.nodes();
  }

  @Override
  public List<ClusterEventRow> clusterEvents() {
    return clusters.events();
  }

  @Override
  public Remaining remaining() {
    return readiness.handover().remaining();
  }

  @Override
  public FeedState topology() {
    return clusters.documents();
  }

  @Override
  public Push.Outcome topology(Push push) {
    return clusters.take(push);
  }

  @Override
  public Optional<StoreState> store() {
    return clusters.store();
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
    for (CacheUse use : budget.uses()) {
      String name = "cache " + use.cache().label();
      rows.add(new MemoryRow(name, use.bytes(), use.limit(), use.entries(), use.evictions()));
      budgeted += use.cache().beside() ? 0 : use.bytes();
    }
    rows.add(new MemoryRow("caches together", budgeted, budget.bytes(), null, null));
    return rows;
  }

  @Override
  public List<QueueRow> queues() {
    return actions.async().queues();
  }

  @Override
  public List<PlanRow> plans() {
    return actions.plans().plans();
  }

  @Override
  public List<LearnedRow> learned() {
    return actions.learned().learned();
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
    return Optional.ofNullable(vdbs.contexts().get(vdb)).map(this::served);
  }

  private ServedVdb served(VdbContext context) {
    return new ServedVdb(
        context.settings().vdb(),
        context.pools().plan().source(),
        context.pools().address(),
        configuration.current().users().values().stream()
            .filter(user -> user.vdbs().isEmpty() || user.vdbs().contains(context.name()))
            .toList(),
        configuration.current().node(),
        context.pools().paused());
  }

  @Override
  public List<ConfigRow> config() {
    return SettingValue.of(configuration.current()).stream()
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
    return configuration.state();
  }

  @Override
  public String nodeId() {
    return Integer.toString(number);
  }

  @Override
  public String version() {
    return Version.current();
  }

  @Override
  public NodeHealth health() {
    List<NodeHealth.VdbHealth> seen = new ArrayList<>();
    for (VdbContext vdb : vdbs.contexts().values()) {
      ServerError failure = vdb.pools().unreachable();
      seen.add(
          new NodeHealth.VdbHealth(
              vdb.name(),
              failure == null,
              failure == null ? null : failure.message(),
              vdb.settings().vdb().pool().queueTimeout()));
    }
    boolean nothingServed = seen.isEmpty();
    for (VirtualDatabase waiting : configuration.current().byArn().waiting().values()) {
      seen.add(
          new NodeHealth.VdbHealth(
              waiting.name(), false, clusters.why(waiting), waiting.pool().queueTimeout()));
    }
    seen.sort(Comparator.comparing(NodeHealth.VdbHealth::name));
    List<String> reasons = new ArrayList<>();
    boolean draining = readiness.drain().hasBegun();
    if (draining) {
      reasons.add(readiness.drain().isOut() ? NodeHealth.OUT_OF_SERVICE : "the node is draining");
    } else if (readiness.warmsUpFirst()) {
      reasons.add("the node is warming up");
    }
    if (nothingServed) {
      seen.forEach(
          vdb -> reasons.add("virtual database %s waits: %s".formatted(vdb.name(), vdb.detail())));
    }
    return new NodeHealth(reasons.isEmpty(), draining, reasons, seen);
  }

  @Override
  public CompletionStage<Integer> pause(String vdb) {
    return orders.pause(vdb);
  }

  @Override
  public CompletionStage<Integer> resume(String vdb) {
    return orders.resume(vdb);
  }

  @Override
  public List<CacheRow> cache() {
    return vdbs.contexts().values().stream()
        .filter(context -> context.cache() != null)
        .map(context -> new CacheRow(context.name(), context.cache().figures()))
        .toList();
  }

  @Override
  public List<FeedStatus> changes() {
    return clusters.changes();
  }

  @Override
  public List<CachePatternRow> cachePatterns() {
    return vdbs.contexts().values().stream()
        .filter(context -> context.cache() != null)
        .flatMap(
            context ->
                context.cache().patterns().figures().stream()
                    .map(figures -> new CachePatternRow(context.name(), figures)))
        .toList();
  }

  @Override
  public List<PatternRow> patterns() {
    return vdbs.contexts().values().stream()
        .map(VdbContext::patterns)
        .filter(Objects::nonNull)
        .flatMap(patterns -> PatternRow.of(patterns).stream())
        .toList();
  }

  @Override
  public CompletionStage<Integer> flushCache(String table) {
    return orders.flushCache(table);
  }

  @Override
  public CompletionStage<Integer> reconnect(String vdb) {
    return orders.reconnect(vdb);
  }

  @Override
  public CompletionStage<Integer> kill(long clientId) {
    return orders.kill(clientId);
  }

  @Override
  public CompletionStage<Integer> cancel(long clientId) {
    return orders.cancel(clientId);
  }

  @Override
  public CompletionStage<Integer> reload() {
    return configuration.reload();
  }

  @Override
  public CompletionStage<Void> drain() {
    return readiness.drain().end(Duration.ZERO);
  }

  @Override
  public CompletionStage<ProbeResult> probe(String vdb) {
    return orders.probe(vdb);
  }
}
