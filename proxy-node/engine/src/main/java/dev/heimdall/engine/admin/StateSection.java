package dev.heimdall.engine.admin;

import dev.heimdall.engine.report.Section;
import dev.heimdall.engine.topology.RegionLag;
import dev.heimdall.engine.topology.TopologyEvent;
import dev.heimdall.routing.WriteForwarding;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/** The report's section of how the node is: health, configuration, pools and clusters. */
public final class StateSection implements Section {
  /** Beyond these, the busiest ones are reported. */
  private static final int MOST_POOLS = 200;

  /** Of each cluster, the last ones. */
  private static final int MOST_EVENTS = 20;

  private final NodeView node;

  public StateSection(NodeView node) {
    this.node = node;
  }

  @Override
  public String name() {
    return "state";
  }

  @Override
  public CompletionStage<Map<String, Object>> content() {
    return node.pools().thenApply(this::content);
  }

  private Map<String, Object> content(List<PoolRow> pools) {
    NodeHealth health = node.health();
    Map<String, Object> content = new LinkedHashMap<>();
    content.put("uptimeSeconds", ManagementFactory.getRuntimeMXBean().getUptime() / 1000);
    content.put("ready", health.ready());
    content.put("draining", health.draining());
    content.put("outOfService", health.reasons().contains(NodeHealth.OUT_OF_SERVICE));
    content.put("reasons", health.reasons());
    content.put(
        "clients",
        pools.stream()
            .mapToLong(pool -> pool.clientsActive() + pool.clientsIdle() + pool.clientsWaiting())
            .sum());
    content.put("configuration", new ConfigStateRow(node.configState()).content());
    content.put("memory", memory());
    content.put("vdbs", vdbs(health, pools));
    content.put("poolsLeftOut", Math.max(0, pools.size() - MOST_POOLS));
    content.put("clusters", clusters());
    return content;
  }

  private static Map<String, Object> memory() {
    Runtime runtime = Runtime.getRuntime();
    Map<String, Object> content = new LinkedHashMap<>();
    content.put("heapUsed", runtime.totalMemory() - runtime.freeMemory());
    content.put("heapMax", runtime.maxMemory());
    return content;
  }

  private static List<Map<String, Object>> vdbs(NodeHealth health, List<PoolRow> pools) {
    List<PoolRow> shown =
        pools.stream()
            .sorted(
                Comparator.comparingLong(
                        (PoolRow pool) ->
                            pool.clientsActive() + pool.clientsWaiting() + pool.clientsIdle())
                    .reversed()
                    .thenComparing(PoolRow::database)
                    .thenComparing(PoolRow::user))
            .limit(MOST_POOLS)
            .toList();
    List<Map<String, Object>> vdbs = new ArrayList<>();
    for (NodeHealth.VdbHealth vdb : health.vdbs()) {
      Map<String, Object> entry = new LinkedHashMap<>();
      entry.put("name", vdb.name());
      entry.put("reachable", vdb.reachable());
      if (vdb.detail() != null) {
        entry.put("detail", vdb.detail());
      }
      entry.put("queueTimeoutMillis", vdb.queueTimeout().toMillis());
      entry.put(
          "pools",
          shown.stream()
              .filter(pool -> pool.vdb().equals(vdb.name()))
              .map(StateSection::pool)
              .toList());
      vdbs.add(entry);
    }
    return vdbs;
  }

  private static Map<String, Object> pool(PoolRow pool) {
    Map<String, Object> content = new LinkedHashMap<>();
    content.put("database", pool.database());
    content.put("user", pool.user());
    if (pool.server() != null) {
      content.put("server", pool.server());
    }
    content.put("clientsActive", pool.clientsActive());
    content.put("clientsIdle", pool.clientsIdle());
    content.put("clientsWaiting", pool.clientsWaiting());
    content.put("clientsPinned", pool.clientsPinned());
    content.put("serversActive", pool.serversActive());
    content.put("serversIdle", pool.serversIdle());
    content.put("serversLogin", pool.serversLogin());
    content.put("size", pool.size());
    content.put("maxConnections", pool.maxConnections());
    content.put("maxWaitMicros", pool.maxWaitMicros());
    content.put("paused", pool.paused());
    return content;
  }

  private List<Map<String, Object>> clusters() {
    List<Map<String, Object>> clusters = new ArrayList<>();
    for (ClusterRow cluster : node.clusters()) {
      Map<String, Object> entry = new LinkedHashMap<>();
      entry.put("source", cluster.source());
      entry.put("consistency", cluster.consistency().spelling());
      entry.put("connectedToPeers", cluster.connectedToPeers());
      entry.put("queueTimeoutMillis", cluster.queueTimeout().toMillis());
      if (!cluster.topology().global().regions().isEmpty()) {
        entry.put(
            "regions",
            cluster.topology().global().regions().stream().map(StateSection::region).toList());
      }
      if (!cluster.writeForwarding().isEmpty()) {
        entry.put(
            "writeForwarding",
            cluster.writeForwarding().stream().map(StateSection::forwarding).toList());
      }
      if (cluster.notProbed() != null) {
        entry.put("notProbed", cluster.notProbed());
      }
      entry.put(
          "nodes",
          node.clusterNodes().stream()
              .filter(row -> row.source().equals(cluster.source()))
              .map(StateSection::server)
              .toList());
      List<Map<String, Object>> events =
          node.clusterEvents().stream()
              .filter(row -> row.source().equals(cluster.source()))
              .map(ClusterEventRow::event)
              .sorted(Comparator.comparing(TopologyEvent::at).reversed())
              .limit(MOST_EVENTS)
              .map(StateSection::event)
              .toList();
      entry.put("events", events);
      clusters.add(entry);
    }
    return clusters;
  }

  private static Map<String, Object> server(ClusterNodeRow row) {
    Map<String, Object> content = new LinkedHashMap<>();
    content.put("address", row.node().address().toString());
    content.put("name", row.node().name());
    content.put("role", row.node().role().spelling());
    content.put("state", row.node().state().spelling());
    row.node().region().ifPresent(region -> content.put("region", region));
    row.node().zone().ifPresent(zone -> content.put("zone", zone));
    Long bytes = row.lagBytes();
    if (bytes != null) {
      content.put("lagBytes", bytes);
    }
    Long millis = row.lagMillis();
    if (millis != null) {
      content.put("lagMillis", millis);
    }
    if (row.node().stopped()) {
      content.put("stopped", true);
    }
    content.put("why", row.node().why());
    return content;
  }

  private static Map<String, Object> region(RegionLag lag) {
    Map<String, Object> content = new LinkedHashMap<>();
    content.put("region", lag.region());
    content.put("writes", lag.primary());
    if (lag.durabilityMillis() >= 0) {
      content.put("durabilityLagMillis", lag.durabilityMillis());
    }
    if (lag.rpoMillis() >= 0) {
      content.put("rpoLagMillis", lag.rpoMillis());
    }
    return content;
  }

  private static Map<String, Object> forwarding(WriteForwarding.Of of) {
    Map<String, Object> content = new LinkedHashMap<>();
    content.put("region", of.region());
    content.put("cluster", of.cluster());
    if (!of.forwarding().local().isEmpty()) {
      content.put("local", of.forwarding().local());
    }
    if (!of.forwarding().global().isEmpty()) {
      content.put("global", of.forwarding().global());
    }
    return content;
  }

  private static Map<String, Object> event(TopologyEvent event) {
    Map<String, Object> content = new LinkedHashMap<>();
    content.put("at", event.at().toString());
    content.put("kind", event.kind().spelling());
    content.put("alarming", event.kind().alarming());
    content.put("server", event.server().toString());
    content.put("cause", event.cause());
    event.lasted().ifPresent(lasted -> content.put("lastedMillis", lasted.toMillis()));
    return content;
  }
}
