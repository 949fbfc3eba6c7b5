package dev.heimdall.engine.observe;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Metrics of the servers of clusters. */
final class ClusterGauges {
  private final MeterRegistry registry;
  private final MultiGauge up;
  private final MultiGauge lagBytes;
  private final MultiGauge lagSeconds;
  private final MultiGauge regionLag;
  private final MultiGauge regionRpo;
  private final MultiGauge fenced;
  private final Map<String, Integer> fences = new TreeMap<>();
  private final MultiGauge poolServers;
  private final MultiGauge poolWaiting;

  ClusterGauges(MeterRegistry registry) {
    this.registry = registry;
    up =
        MultiGauge.builder("heimdall.cluster.node.up")
            .description("1 for a server that answers and can be used")
            .register(registry);
    lagBytes =
        MultiGauge.builder("heimdall.cluster.node.lag.bytes")
            .description("How much a server has not replayed that the writer has written")
            .register(registry);
    lagSeconds =
        MultiGauge.builder("heimdall.cluster.node.lag.seconds")
            .description("How long ago that was written which a server has not replayed")
            .register(registry);
    regionLag =
        MultiGauge.builder("heimdall.cluster.region.lag.seconds")
            .description("How far a region's storage is behind the one that writes")
            .register(registry);
    regionRpo =
        MultiGauge.builder("heimdall.cluster.region.rpo.seconds")
            .description("How much of what was committed a region lacks")
            .register(registry);
    fenced =
        MultiGauge.builder("heimdall.cluster.fenced")
            .description("1 while nothing outside its region confirms the writer")
            .register(registry);
    poolServers =
        MultiGauge.builder("heimdall.cluster.pool.servers")
            .description("Connections to each server of a cluster by state")
            .register(registry);
    poolWaiting =
        MultiGauge.builder("heimdall.cluster.pool.waiting")
            .description("Clients in the queue for a connection to a server of a cluster")
            .register(registry);
  }

  /** Counts events of a cluster. */
  void count(String source, String event, long times) {
    Counter.builder("heimdall.cluster.events")
        .description("Events of clusters, as SHOW EVENTS has them")
        .tags("source", source, "event", event)
        .register(registry)
        .increment(times);
  }

  /** True if the writer of a cluster is fenced; empty where none can be. */
  synchronized void fence(String source, Optional<Boolean> closed) {
    Integer before =
        closed.isPresent() ? fences.put(source, closed.get() ? 1 : 0) : fences.remove(source);
    if (!Optional.ofNullable(before).equals(closed.map(one -> one ? 1 : 0))) {
      List<MultiGauge.Row<?>> rows = new ArrayList<>();
      fences.forEach((name, value) -> rows.add(MultiGauge.Row.of(Tags.of("source", name), value)));
      fenced.register(rows, true);
    }
  }

  /** Servers that are gone are forgotten, and so are unknown numbers. */
  void update(
      List<NodeGauges.ClusterNode> nodes,
      List<NodeGauges.Region> regions,
      List<NodeGauges.Pool> pools) {
    updatePools(pools);
    updateRegions(regions);
    List<MultiGauge.Row<?>> ups = new ArrayList<>();
    List<MultiGauge.Row<?>> bytes = new ArrayList<>();
    List<MultiGauge.Row<?>> seconds = new ArrayList<>();
    for (NodeGauges.ClusterNode node : nodes) {
      Tags tags = Tags.of("source", node.source(), "node", node.address(), "role", node.role());
      ups.add(MultiGauge.Row.of(tags, node.up() ? 1 : 0));
      if (node.lagBytes() >= 0) {
        bytes.add(MultiGauge.Row.of(tags, node.lagBytes()));
      }
      if (node.lagMillis() >= 0) {
        seconds.add(MultiGauge.Row.of(tags, node.lagMillis() * 1e-3));
      }
    }
    up.register(ups, true);
    lagBytes.register(bytes, true);
    lagSeconds.register(seconds, true);
  }

  private void updateRegions(List<NodeGauges.Region> regions) {
    List<MultiGauge.Row<?>> lags = new ArrayList<>();
    List<MultiGauge.Row<?>> rpos = new ArrayList<>();
    for (NodeGauges.Region region : regions) {
      Tags tags = Tags.of("source", region.source(), "region", region.name());
      if (region.lagMillis() >= 0) {
        lags.add(MultiGauge.Row.of(tags, region.lagMillis() * 1e-3));
      }
      if (region.rpoMillis() >= 0) {
        rpos.add(MultiGauge.Row.of(tags, region.rpoMillis() * 1e-3));
      }
    }
    regionLag.register(lags, true);
    regionRpo.register(rpos, true);
  }

  private void updatePools(List<NodeGauges.Pool> pools) {
    List<MultiGauge.Row<?>> servers = new ArrayList<>();
    List<MultiGauge.Row<?>> waiting = new ArrayList<>();
    for (NodeGauges.Pool pool : pools) {
      if (pool.server() != null) {
        Tags tags = Metrics.tags(pool.key()).and("server", pool.server());
        servers.add(MultiGauge.Row.of(tags.and("state", "active"), pool.serversActive()));
        servers.add(MultiGauge.Row.of(tags.and("state", "idle"), pool.serversIdle()));
        servers.add(MultiGauge.Row.of(tags.and("state", "reset"), pool.serversReset()));
        servers.add(MultiGauge.Row.of(tags.and("state", "login"), pool.serversLogin()));
        waiting.add(MultiGauge.Row.of(tags, pool.clientsWaiting()));
      }
    }
    poolServers.register(servers, true);
    poolWaiting.register(waiting, true);
  }
}
