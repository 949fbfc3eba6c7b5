package dev.heimdall.engine.observe;

import dev.heimdall.engine.memory.BudgetedCache;
import dev.heimdall.engine.memory.CacheUse;
import dev.heimdall.engine.memory.MemoryBudget;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.BaseUnits;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.netty.util.internal.PlatformDependent;
import io.prometheus.metrics.model.snapshots.Labels;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * All numbers of the node. The loops count into their {@link LoopMetrics}; this class sums over
 * them, for {@code SHOW STATS} as {@link #totals()} and for a scraper as Prometheus text.
 */
public final class Metrics implements AutoCloseable {
  /** The content type of {@link #scrape(boolean)} without OpenMetrics. */
  public static final String PROMETHEUS_TEXT = "text/plain; version=0.0.4; charset=utf-8";

  /** The content type of {@link #scrape(boolean)} with OpenMetrics. */
  public static final String OPEN_METRICS =
      "application/openmetrics-text; version=1.0.0; charset=utf-8";

  /**
   * Number of combinations of virtual database, database and user that have counters of their own.
   */
  public static final int DEFAULT_LABEL_SETS = 256;

  private final int labelSets;
  private final Map<NodeCounter, LongAdder> offLoop = adders(NodeCounter.class);
  private final Map<Refusal, LongAdder> refusedOffLoop = adders(Refusal.class);
  private final Set<TrafficLabels> admitted = ConcurrentHashMap.newKeySet();
  private final List<LoopMetrics> loops;
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final JvmGcMetrics garbageCollection = new JvmGcMetrics();
  private final Set<TrafficLabels> registered = new HashSet<>();
  private final AtomicReference<NodeGauges> gauges = new AtomicReference<>(NodeGauges.none());
  private final ClusterGauges clusters = new ClusterGauges(registry);
  private final ConfigGauges config = new ConfigGauges(registry, () -> gauges.get().config());
  private final ChangeGauges changes = new ChangeGauges(registry, () -> gauges.get().changes());
  private final TakeOverGauges takeOver = new TakeOverGauges(registry);
  private final FeedGauges feed = new FeedGauges(registry, () -> gauges.get().feed());
  private final AtomicReference<List<VdbFigures>> figures = new AtomicReference<>(List.of());
  private final VdbGauges vdbs = new VdbGauges(registry);
  private final CacheGauges caches = new CacheGauges(registry, () -> gauges.get().caches());
  private final MultiGauge portOpen;
  private final MultiGauge portOpenToAll;
  private final MultiGauge reachable;
  private final MultiGauge poolClients;
  private final MultiGauge poolServers;
  private final MultiGauge poolSize;
  private final MultiGauge poolMaxWait;
  private final MultiGauge poolPaused;
  private final MultiGauge poolPrepared;
  private final MultiGauge poolPreparedBytes;

  /**
   * @param version the node's version, shown as a label
   * @param loopCount how many event loops carry traffic, at least 1
   * @param labelSets how many combinations of virtual database, database and user get counters of
   *     their own, at least 1; all further ones of a virtual database share one
   */
  public Metrics(String version, int loopCount, int labelSets) {
    if (loopCount < 1 || labelSets < 1) {
      throw new IllegalArgumentException(
          "At least one loop and one label set, not " + loopCount + " and " + labelSets);
    }
    this.labelSets = labelSets;
    this.loops = IntStream.range(0, loopCount).mapToObj(i -> new LoopMetrics(this::admit)).toList();
    this.portOpen = multi("heimdall.port.open", null, "1 for a port that clients can reach");
    this.portOpenToAll =
        multi("heimdall.port.open.to.all", null, "1 for a port that everybody can reach");
    this.reachable = multi("heimdall.vdb.reachable", null, "1 while a server can be reached");
    this.poolClients = multi("heimdall.pool.clients", null, "Client connections by state");
    this.poolServers = multi("heimdall.pool.servers", null, "Server connections by state");
    this.poolSize = multi("heimdall.pool.size", null, "Most server connections the pool may open");
    this.poolMaxWait =
        multi("heimdall.pool.max.wait", "seconds", "Age of the longest wait in the queue");
    this.poolPrepared =
        multi("heimdall.pool.prepared.statements", null, "Statements held prepared on servers");
    this.poolPreparedBytes =
        multi(
            "heimdall.pool.prepared", "bytes", "Texts of the statements held prepared on servers");
    this.poolPaused = multi("heimdall.pool.paused", null, "1 while the pool is paused");
    registerNode(version);
    registerLoops();
    registerProcess();
    registry
        .getPrometheusRegistry()
        .register(
            new LatencyCollector(
                "heimdall_query_duration_seconds",
                "Time from a statement's being sent to a server to its last reply byte",
                () -> byVdb(PoolTotals::queryTimes)));
    registry
        .getPrometheusRegistry()
        .register(
            new LatencyCollector(
                "heimdall_response_duration_seconds",
                "Time from a statement's arrival to its last reply byte, all waits included",
                () -> byVdb(PoolTotals::responseTimes)));
    registry
        .getPrometheusRegistry()
        .register(
            new LatencyCollector(
                "heimdall_pool_wait_duration_seconds",
                "Time statements waited for a server connection, of those that had to",
                () -> byVdb(PoolTotals::waitTimes)));
  }

  private Map<Labels, LatencySnapshot> byVdb(Function<PoolTotals, LatencySnapshot> times) {
    Map<Labels, LatencySnapshot> sums = new TreeMap<>();
    for (PoolTotals pool : totals()) {
      sums.merge(Labels.of("vdb", pool.key().vdb()), times.apply(pool), LatencySnapshot::plus);
    }
    return sums;
  }

  /** The counters of one loop, numbered from 0. */
  public LoopMetrics loop(int index) {
    return loops.get(index);
  }

  /**
   * Counts one event of the node on any thread; on a loop, {@link LoopMetrics#count} is cheaper.
   */
  public void count(NodeCounter counter) {
    count(counter, 1);
  }

  /** As {@link #count(NodeCounter)}, for so many events. */
  public void count(NodeCounter counter, long times) {
    offLoop.get(counter).add(times);
  }

  /** Counts events of a cluster, on any thread; 0 has them known before the first. */
  public void clusterEvents(String source, String event, long times) {
    clusters.count(source, event, times);
  }

  /** True if the writer of a cluster is fenced, on any thread; empty where none can be. */
  public void clusterFence(String source, Optional<Boolean> fenced) {
    clusters.fence(source, fenced);
  }

  /** Counts a client that did not get in, on any thread. */
  public void refused(Refusal reason) {
    refusedOffLoop.get(reason).increment();
  }

  /** A counter of the node, wherever it was counted. */
  public long total(NodeCounter counter) {
    return offLoop.get(counter).sum() + loops.stream().mapToLong(loop -> loop.read(counter)).sum();
  }

  /** Number of clients that were not admitted for this reason. */
  public long total(Refusal reason) {
    return refusedOffLoop.get(reason).sum()
        + loops.stream().mapToLong(loop -> loop.read(reason)).sum();
  }

  /** The counters by virtual database, database and user, in that order. */
  public List<PoolTotals> totals() {
    List<PoolTotals> totals = new ArrayList<>();
    for (TrafficLabels key : admitted) {
      totals.add(total(key));
    }
    totals.sort(
        Comparator.comparing(
            PoolTotals::key,
            Comparator.comparing(TrafficLabels::vdb)
                .thenComparing(TrafficLabels::database)
                .thenComparing(TrafficLabels::user)));
    return totals;
  }

  /** Takes over what the node looks like now, for the next scrape. */
  public void observe(NodeGauges now) {
    gauges.set(now);
  }

  /** The memory that the node's caches share; to be called once. */
  public void observe(MemoryBudget budget) {
    for (BudgetedCache cache : BudgetedCache.values()) {
      cache("used", BaseUnits.BYTES, "What its entries weigh", budget, cache, CacheUse::bytes);
      cache("max", BaseUnits.BYTES, "What they may weigh", budget, cache, CacheUse::limit);
      cache("entries", null, "Entries of a cache", budget, cache, CacheUse::entries);
      FunctionCounter.builder("heimdall.cache.evictions", budget, now -> now.use(cache).evictions())
          .description("Entries that had to go for want of room")
          .tags("cache", cache.label())
          .register(registry);
    }
  }

  private void cache(
      String name,
      String unit,
      String description,
      MemoryBudget budget,
      BudgetedCache cache,
      ToLongFunction<CacheUse> value) {
    Gauge.builder("heimdall.cache." + name, () -> value.applyAsLong(budget.use(cache)))
        .description(description)
        .baseUnit(unit)
        .tags("cache", cache.label())
        .register(registry);
  }

  /** Takes over the figures of an interval that is over. */
  void observe(List<VdbFigures> now) {
    figures.set(List.copyOf(now));
  }

  /** Counts of each virtual database. */
  Map<String, VdbCounts> countsByVdb() {
    Map<String, VdbCounts> counts = new HashMap<>();
    for (LoopMetrics loop : loops) {
      for (PoolMetrics pool : loop.all()) {
        counts.merge(pool.key().vdb(), VdbCounts.of(pool), VdbCounts::plus);
      }
    }
    return counts;
  }

  List<LoopMetrics> loops() {
    return loops;
  }

  /** Takes over what is known of ports that clients connect to, until it is known better. */
  public synchronized void portsSeen(Map<Integer, Boolean> open, Map<Integer, Boolean> openToAll) {
    portOpen.register(flags("port", open), true);
    portOpenToAll.register(flags("port", openToAll), true);
  }

  /**
   * Everything as text for Prometheus.
   *
   * @param openMetrics whether in the OpenMetrics format rather than the older one
   */
  public synchronized String scrape(boolean openMetrics) {
    registerNewPools();
    updatePoolGauges(gauges.get());
    feed.update();
    changes.update();
    config.update();
    takeOver.update(gauges.get().remaining());
    clusters.update(gauges.get().nodes(), gauges.get().regions(), gauges.get().pools());
    vdbs.update(figures.get());
    caches.update();
    return registry.scrape(openMetrics ? OPEN_METRICS : PROMETHEUS_TEXT);
  }

  @Override
  public void close() {
    garbageCollection.close();
    registry.close();
  }

  /** Bounds the number of label sets, so that passing users through cannot flood the scraper. */
  private TrafficLabels admit(TrafficLabels key) {
    if (admitted.contains(key)) {
      return key;
    }
    synchronized (admitted) {
      TrafficLabels other = new TrafficLabels(key.vdb(), TrafficLabels.OTHER, TrafficLabels.OTHER);
      TrafficLabels counted =
          admitted.size() < labelSets
              ? key
              : admitted.size() < 2 * labelSets || admitted.contains(other)
                  ? other
                  : new TrafficLabels(
                      TrafficLabels.OTHER, TrafficLabels.OTHER, TrafficLabels.OTHER);
      admitted.add(counted);
      return counted;
    }
  }

  private PoolTotals total(TrafficLabels key) {
    LatencySnapshot queries = LatencySnapshot.none();
    LatencySnapshot waits = LatencySnapshot.none();
    LatencySnapshot responses = LatencySnapshot.none();
    for (LoopMetrics loop : loops) {
      PoolMetrics pool = loop.find(key);
      if (pool != null) {
        queries = queries.plus(pool.queryTimes());
        waits = waits.plus(pool.waitTimes());
        responses = responses.plus(pool.responseTimes());
      }
    }
    return new PoolTotals(
        key,
        sum(key, PoolCounter.TRANSACTIONS),
        sum(key, PoolCounter.TRANSACTION_MICROS),
        sum(key, PoolCounter.QUERIES),
        sum(key, PoolCounter.QUERY_MICROS),
        sum(key, PoolCounter.WAITS),
        sum(key, PoolCounter.WAIT_MICROS),
        sum(key, PoolCounter.WAIT_TIMEOUTS),
        sum(key, PoolCounter.SERVER_ASSIGNMENTS),
        sum(key, PoolCounter.BYTES_IN),
        sum(key, PoolCounter.BYTES_OUT),
        sum(key, PoolCounter.LOGINS),
        sum(key, PoolCounter.LOGIN_FAILURES),
        sum(key, PoolCounter.ERRORS),
        sum(key, PoolCounter.PREPARED_HITS),
        sum(key, PoolCounter.PREPARED_PARSES),
        sum(key, PoolCounter.STATE_REPLAYS),
        sum(key, PoolCounter.PINS),
        sum(key, PoolCounter.CANCELS),
        sum(key, PoolCounter.PIPELINED),
        sum(key, PoolCounter.PIPELINE_QUEUED),
        sum(key, PoolCounter.PIPELINE_REPEATED),
        unshared(key),
        queries,
        waits,
        responses);
  }

  private Map<Unshared, Long> unshared(TrafficLabels key) {
    Map<Unshared, Long> reasons = new EnumMap<>(Unshared.class);
    for (Unshared reason : Unshared.values()) {
      reasons.put(reason, sum(key, pool -> pool.read(reason)));
    }
    return reasons;
  }

  private long sum(TrafficLabels key, PoolCounter counter) {
    return sum(key, pool -> pool.read(counter));
  }

  private long sum(TrafficLabels key, ToLongFunction<PoolMetrics> of) {
    long sum = 0;
    for (LoopMetrics loop : loops) {
      PoolMetrics pool = loop.find(key);
      sum += pool == null ? 0 : of.applyAsLong(pool);
    }
    return sum;
  }

  private void registerNode(String version) {
    Gauge.builder("heimdall.build.info", () -> 1)
        .description("Always 1; the label tells the version")
        .tags("version", version)
        .register(registry);
    Gauge.builder("heimdall.ready", () -> gauges.get().ready() ? 1 : 0)
        .description("1 while the node accepts clients")
        .register(registry);
    Gauge.builder("heimdall.draining", () -> gauges.get().draining() ? 1 : 0)
        .description("1 from the beginning of a drain")
        .register(registry);
    for (NodeCounter counter : NodeCounter.values()) {
      FunctionCounter.builder(counter.meter, this, metrics -> metrics.total(counter))
          .description(counter.description)
          .register(registry);
    }
    for (Refusal reason : Refusal.values()) {
      FunctionCounter.builder("heimdall.clients.refused", this, metrics -> metrics.total(reason))
          .description("Clients that did not get in")
          .tags("reason", reason.label())
          .register(registry);
    }
  }

  private void registerLoops() {
    for (int i = 0; i < loops.size(); i++) {
      Gauge.builder("heimdall.loop.lag", loops.get(i), loop -> loop.lagMicros() * 1e-6)
          .description("How late the event loop came to its last scheduled task")
          .baseUnit("seconds")
          .tags("loop", Integer.toString(i))
          .register(registry);
    }
  }

  private void registerProcess() {
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    garbageCollection.bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
    new FileDescriptorMetrics().bindTo(registry);
    Gauge.builder("heimdall.direct.memory.used", PlatformDependent::usedDirectMemory)
        .description("Direct memory that Netty holds for buffers, pooled ones included")
        .baseUnit(BaseUnits.BYTES)
        .register(registry);
    Gauge.builder("heimdall.direct.memory.max", PlatformDependent::maxDirectMemory)
        .description("Direct memory that Netty may hold at most")
        .baseUnit(BaseUnits.BYTES)
        .register(registry);
  }

  private void registerNewPools() {
    for (TrafficLabels key : admitted) {
      if (registered.add(key)) {
        for (PoolCounter counter : PoolCounter.values()) {
          double scale = counter.scale();
          FunctionCounter.builder(counter.meter, this, metrics -> metrics.sum(key, counter) * scale)
              .description(counter.description)
              .baseUnit(counter.unit)
              .tags(tags(key))
              .register(registry);
        }
        for (Unshared reason : Unshared.values()) {
          FunctionCounter.builder(
                  "heimdall.unshared", this, metrics -> metrics.sum(key, p -> p.read(reason)))
              .description("Statements that got a server connection of their own, and why")
              .tags(tags(key).and("reason", reason.label()))
              .register(registry);
        }
        for (Uncached reason : Uncached.values()) {
          FunctionCounter.builder(
                  "heimdall.uncached", this, metrics -> metrics.sum(key, p -> p.read(reason)))
              .description("Statements that a rule wants cached and that were not, and why")
              .tags(tags(key).and("reason", reason.label()))
              .register(registry);
        }
        for (OnWriter reason : OnWriter.values()) {
          FunctionCounter.builder(
                  "heimdall.writer.reads", this, metrics -> metrics.sum(key, p -> p.read(reason)))
              .description("Reads of a cluster that were sent to its writer, and why")
              .tags(tags(key).and("reason", reason.label()))
              .register(registry);
        }
        for (Unreplayed reason : Unreplayed.values()) {
          FunctionCounter.builder(
                  "heimdall.transactions.unreplayed",
                  this,
                  metrics -> metrics.sum(key, p -> p.read(reason)))
              .description("Transactions lost with their server that were not replayed, and why")
              .tags(tags(key).and("reason", reason.label()))
              .register(registry);
        }
      }
    }
  }

  private void updatePoolGauges(NodeGauges now) {
    reachable.register(flags("vdb", now.reachable()), true);
    Collection<NodeGauges.Pool> pools =
        now.pools().stream()
            .collect(
                Collectors.toMap(
                    NodeGauges.Pool::key,
                    Function.identity(),
                    NodeGauges.Pool::and,
                    LinkedHashMap::new))
            .values();
    List<MultiGauge.Row<?>> clients = new ArrayList<>();
    List<MultiGauge.Row<?>> servers = new ArrayList<>();
    for (NodeGauges.Pool pool : pools) {
      Tags tags = tags(pool.key());
      clients.add(MultiGauge.Row.of(tags.and("state", "active"), pool.clientsActive()));
      clients.add(MultiGauge.Row.of(tags.and("state", "idle"), pool.clientsIdle()));
      clients.add(MultiGauge.Row.of(tags.and("state", "waiting"), pool.clientsWaiting()));
      clients.add(MultiGauge.Row.of(tags.and("state", "pinned"), pool.clientsPinned()));
      servers.add(MultiGauge.Row.of(tags.and("state", "active"), pool.serversActive()));
      servers.add(MultiGauge.Row.of(tags.and("state", "idle"), pool.serversIdle()));
      servers.add(MultiGauge.Row.of(tags.and("state", "reset"), pool.serversReset()));
      servers.add(MultiGauge.Row.of(tags.and("state", "login"), pool.serversLogin()));
    }
    poolClients.register(clients, true);
    poolServers.register(servers, true);
    poolSize.register(rows(pools, NodeGauges.Pool::size), true);
    poolMaxWait.register(rows(pools, pool -> pool.maxWaitMicros() * 1e-6), true);
    poolPrepared.register(rows(pools, NodeGauges.Pool::prepared), true);
    poolPreparedBytes.register(rows(pools, NodeGauges.Pool::preparedBytes), true);
    poolPaused.register(rows(pools, pool -> pool.paused() ? 1 : 0), true);
  }

  private static List<MultiGauge.Row<?>> flags(String tag, Map<?, Boolean> flags) {
    return flags.entrySet().stream()
        .map(e -> MultiGauge.Row.of(Tags.of(tag, e.getKey().toString()), e.getValue() ? 1 : 0))
        .<MultiGauge.Row<?>>map(Function.identity())
        .toList();
  }

  private static List<MultiGauge.Row<?>> rows(
      Collection<NodeGauges.Pool> pools, ToDoubleFunction<NodeGauges.Pool> value) {
    List<MultiGauge.Row<?>> rows = new ArrayList<>();
    for (NodeGauges.Pool pool : pools) {
      rows.add(MultiGauge.Row.of(tags(pool.key()), value.applyAsDouble(pool)));
    }
    return rows;
  }

  private static <E extends Enum<E>> Map<E, LongAdder> adders(Class<E> counters) {
    Map<E, LongAdder> adders = new EnumMap<>(counters);
    for (E counter : counters.getEnumConstants()) {
      adders.put(counter, new LongAdder());
    }
    return adders;
  }

  static Tags tags(TrafficLabels key) {
    return Tags.of("vdb", key.vdb(), "database", key.database(), "user", key.user());
  }

  private MultiGauge multi(String name, String unit, String description) {
    return MultiGauge.builder(name).baseUnit(unit).description(description).register(registry);
  }
}
