package dev.heimdall.engine.admin;

import dev.heimdall.engine.action.LearnedRow;
import dev.heimdall.engine.action.PlanRow;
import dev.heimdall.engine.action.QueueRow;
import dev.heimdall.engine.cache.CachePatterns;
import dev.heimdall.engine.cache.QueryCache;
import dev.heimdall.engine.cache.Removal;
import dev.heimdall.engine.changes.FeedStatus;
import dev.heimdall.engine.changes.Phase;
import dev.heimdall.engine.config.ConfigurationState;
import dev.heimdall.engine.config.Origin;
import dev.heimdall.engine.feed.FeedState;
import dev.heimdall.engine.feed.Push;
import dev.heimdall.engine.feed.TopologyFeed;
import dev.heimdall.engine.observe.Uncached;
import dev.heimdall.engine.share.KeyEvents;
import dev.heimdall.engine.share.StoreState;
import dev.heimdall.engine.takeover.Remaining;
import dev.heimdall.engine.topology.Topology;
import dev.heimdall.engine.topology.TopologyEvent;
import dev.heimdall.engine.wire.Sqlstate;
import dev.heimdall.model.Consistency;
import dev.heimdall.model.Secret;
import dev.heimdall.model.ServerAddress;
import dev.heimdall.model.StoreReach;
import dev.heimdall.model.StoreSettings;
import dev.heimdall.routing.WriteForwarding;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;

/** A node of fixed rows that notes what it was told to do. */
final class FakeNode implements NodeView {
  List<PatternRow> patterns = List.of();
  private static final Topology TOPOLOGY = Topology.unasked(List.of(new ServerAddress("db", 5432)));

  static final List<WriteForwarding.Of> FORWARDING =
      List.of(
          new WriteForwarding.Of("eu-west-1", "shop-w", new WriteForwarding("enabled", "")),
          new WriteForwarding.Of(
              "us-east-1", "shop-e", new WriteForwarding("disabled", "enabled")));

  static final String KEY = "0123456789abcdef0123456789abcdef";

  volatile TopologyFeed feed =
      new TopologyFeed(
          Optional.of(new Secret(KEY)),
          Optional.empty(),
          Duration.ofSeconds(15),
          Clock.systemUTC());
  volatile ConfigurationState configuration =
      new ConfigurationState(
          new Origin(
              "s3://conf/fleet",
              Optional.of("v7"),
              Optional.of(Instant.EPOCH),
              Optional.of("AWS does not answer"),
              Optional.of(Instant.EPOCH.minusSeconds(60))),
          "0123456789abcdef",
          Instant.EPOCH.plusSeconds(5),
          Optional.of("users/a.json $.pasword: not known"),
          Instant.EPOCH.plusMillis(90_500));
  final List<String> orders = new ArrayList<>();
  final AtomicInteger probes = new AtomicInteger();
  volatile NodeHealth health =
      new NodeHealth(
          true,
          false,
          List.of(),
          List.of(new NodeHealth.VdbHealth("shop", true, null, Duration.ofMinutes(2))));
  volatile CompletionStage<List<PoolRow>> pools = CompletableFuture.completedFuture(somePools());
  volatile CompletionStage<ProbeResult> probe =
      CompletableFuture.completedFuture(new ProbeResult(true, 850, null));
  volatile ServedVdb served;
  volatile CompletableFuture<Integer> paused;
  volatile CompletableFuture<Void> drained = new CompletableFuture<>();

  static List<PoolRow> somePools() {
    return List.of(
        new PoolRow(
            "shop",
            "shop",
            "zoe",
            0,
            1,
            0,
            0,
            0,
            0,
            1,
            0,
            0,
            20,
            0,
            0,
            PoolRow.Mode.SESSION,
            true,
            0,
            0,
            0,
            2,
            90,
            null),
        new PoolRow(
            "shop",
            "shop",
            "ann",
            3,
            40,
            2,
            1,
            3,
            2,
            0,
            1,
            1,
            20,
            60,
            2_250_000,
            PoolRow.Mode.TRANSACTION,
            false,
            5,
            9,
            12,
            30,
            4_000,
            "10.0.0.2:5432"));
  }

  @Override
  public Optional<StoreState> store() {
    return Optional.of(
        new StoreState(
            StoreSettings.defaults(),
            StoreState.Connection.CONNECTED,
            "cache:6379",
            3,
            1,
            KeyEvents.OFF,
            "said so"));
  }

  @Override
  public Remaining remaining() {
    return Remaining.of(4, Map.of("TLS", 1, "pinned: temporary table", 2));
  }

  @Override
  public FeedState topology() {
    return feed.state();
  }

  @Override
  public ConfigurationState configState() {
    return configuration;
  }

  @Override
  public Push.Outcome topology(Push push) {
    return feed.take(push);
  }

  @Override
  public List<ClusterRow> clusters() {
    return List.of(
        new ClusterRow(
            "main",
            TOPOLOGY,
            Consistency.FLEET,
            StoreReach.FLEET,
            true,
            FORWARDING,
            Duration.ofSeconds(30)));
  }

  @Override
  public List<ClusterNodeRow> clusterNodes() {
    return List.of(new ClusterNodeRow("main", TOPOLOGY.nodes().get(0)));
  }

  @Override
  public List<ClusterEventRow> clusterEvents() {
    return List.of(
        new ClusterEventRow(
            "main",
            new TopologyEvent(
                Instant.EPOCH,
                1,
                TopologyEvent.Kind.WRITER,
                TOPOLOGY.nodes().get(0).address(),
                "because",
                Optional.of(Duration.ofMillis(300)))));
  }

  @Override
  public List<MemoryRow> memory() {
    return List.of(
        new MemoryRow("heap", 5_000, 10_000, null, null),
        new MemoryRow("cache rules", 300, 2_000, 12L, 34L));
  }

  @Override
  public List<QueueRow> queues() {
    return List.of(new QueueRow("main", 3, "waiting", Duration.ofSeconds(2)));
  }

  @Override
  public List<PlanRow> plans() {
    return List.of();
  }

  @Override
  public List<LearnedRow> learned() {
    return List.of();
  }

  @Override
  public CompletionStage<List<PoolRow>> pools() {
    return pools;
  }

  @Override
  public CompletionStage<List<ClientRow>> clients() {
    Instant since = Instant.parse("2026-01-02T03:04:05.678Z");
    return CompletableFuture.completedFuture(
        List.of(
            new ClientRow(
                12,
                "shop",
                "shop",
                "ann",
                "psql",
                "10.0.0.7",
                40312,
                "TLSv1.3",
                ClientRow.State.IDLE_IN_TRANSACTION,
                null,
                "temporary table",
                3L,
                4711,
                since,
                since.plusSeconds(1),
                0,
                0,
                17,
                2,
                "UPDATE orders SET paid = ? WHERE id = ?"),
            new ClientRow(
                9,
                null,
                null,
                null,
                null,
                "10.0.0.8",
                40313,
                null,
                ClientRow.State.LOGIN,
                null,
                null,
                null,
                null,
                since,
                null,
                1_000_001,
                0,
                0,
                0,
                null)));
  }

  @Override
  public CompletionStage<List<ServerRow>> servers() {
    return CompletableFuture.completedFuture(
        List.of(
            new ServerRow(
                3,
                "shop",
                "shop",
                "ann",
                "10.0.1.5",
                5432,
                ServerRow.State.PINNED,
                4711,
                12L,
                Instant.parse("2026-01-02T03:00:00Z"),
                Duration.ZERO,
                null,
                99,
                4,
                null,
                "18.6")));
  }

  @Override
  public Optional<ServedVdb> served(String vdb) {
    return Optional.ofNullable(served).filter(each -> each.vdb().name().equals(vdb));
  }

  @Override
  public List<ConfigRow> config() {
    return List.of(
        new ConfigRow("vdbs.shop.pool.size", "20", "20", true),
        new ConfigRow("node.loops", "2", "0", false));
  }

  @Override
  public String nodeId() {
    return "node-1";
  }

  @Override
  public String version() {
    return "1.2.3";
  }

  @Override
  public NodeHealth health() {
    return health;
  }

  @Override
  public CompletionStage<ProbeResult> probe(String vdb) {
    probes.incrementAndGet();
    return probe;
  }

  @Override
  public CompletionStage<Integer> pause(String vdb) {
    return paused != null ? paused : order("pause", vdb);
  }

  @Override
  public CompletionStage<Integer> resume(String vdb) {
    return order("resume", vdb);
  }

  @Override
  public CompletionStage<Integer> reconnect(String vdb) {
    return order("reconnect", vdb);
  }

  @Override
  public List<CacheRow> cache() {
    return List.of(
        new CacheRow(
            "shop",
            new QueryCache.Figures(
                12,
                3400,
                64 << 20,
                30,
                10,
                15,
                Map.of(
                    Removal.WRITTEN, 2L,
                    Removal.CLUSTER, 0L,
                    Removal.EXPIRED, 0L,
                    Removal.SIZE, 1L,
                    Removal.FLUSHED, 0L),
                3,
                4,
                5,
                6,
                0,
                Optional.empty())));
  }

  @Override
  public List<FeedStatus> changes() {
    return List.of(
        new FeedStatus(
            "main",
            "stream",
            "shop",
            Phase.AWAY,
            Optional.of(new ServerAddress("db", 5432)),
            "cannot be reached",
            1000,
            7,
            3,
            1,
            -1));
  }

  @Override
  public List<PatternRow> patterns() {
    return patterns;
  }

  @Override
  public List<CachePatternRow> cachePatterns() {
    return List.of(
        new CachePatternRow("shop", new CachePatterns.Figures("select ?", 1, 1, Uncached.NEW, 1)),
        new CachePatternRow(
            "shop", new CachePatterns.Figures("select a from b", 30, 10, Uncached.NOT_THERE, 8)));
  }

  @Override
  public CompletionStage<Integer> flushCache(String table) {
    orders.add("flush " + table);
    return CompletableFuture.completedFuture(1);
  }

  @Override
  public CompletionStage<Integer> cancel(long clientId) {
    orders.add("cancel " + clientId);
    return CompletableFuture.completedFuture(1);
  }

  @Override
  public CompletionStage<Integer> kill(long clientId) {
    orders.add("kill " + clientId);
    return clientId == 12
        ? CompletableFuture.completedFuture(1)
        : CompletableFuture.failedFuture(
            new AdminException(
                Sqlstate.UNDEFINED_OBJECT, "no client has the id " + clientId, "look"));
  }

  @Override
  public CompletionStage<Integer> reload() {
    orders.add("reload");
    return CompletableFuture.completedFuture(2);
  }

  @Override
  public CompletionStage<Void> drain() {
    orders.add("drain");
    health = new NodeHealth(false, true, List.of("draining: 3 clients left"), health.vdbs());
    return drained;
  }

  private CompletionStage<Integer> order(String verb, String vdb) {
    orders.add(verb + " " + vdb);
    if (vdb == null || vdb.equals("shop") || vdb.equals("My shop")) {
      return CompletableFuture.completedFuture(vdb == null ? 3 : 1);
    }
    return CompletableFuture.failedFuture(
        new AdminException(Sqlstate.UNDEFINED_DATABASE, "no virtual database " + vdb));
  }
}
