package dev.heimdall.engine.admin;

import com.sun.management.OperatingSystemMXBean;
import dev.heimdall.engine.observe.Metrics;
import dev.heimdall.engine.observe.VdbTotals;
import dev.heimdall.engine.report.Section;
import io.netty.util.internal.PlatformDependent;
import java.lang.management.ManagementFactory;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/**
 * The report's section of what the node has done since it started, by virtual database: counters,
 * from which managers have rates, a histogram of response times, and how the pools are used.
 */
public final class FiguresSection implements Section {
  private final NodeView node;
  private final Metrics metrics;
  private final long started = System.currentTimeMillis();
  private final long startedNanos = System.nanoTime();

  public FiguresSection(NodeView node, Metrics metrics) {
    this.node = node;
    this.metrics = metrics;
  }

  @Override
  public String name() {
    return "figures";
  }

  @Override
  public CompletionStage<Map<String, Object>> content() {
    return node.pools().thenApply(this::content);
  }

  private Map<String, Object> content(List<PoolRow> pools) {
    Map<String, Object> content = new LinkedHashMap<>();
    content.put("started", started);
    content.put("upMillis", TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startedNanos));
    content.put("cpuMicros", cpuMicros());
    content.put("buffersUsed", PlatformDependent.usedDirectMemory());
    content.put("buffersMax", PlatformDependent.maxDirectMemory());
    Map<String, VdbTotals> totals = VdbTotals.of(metrics);
    Map<String, Object> vdbs = new LinkedHashMap<>();
    for (NodeHealth.VdbHealth vdb : node.health().vdbs()) {
      Map<String, Object> entry = new LinkedHashMap<>();
      VdbTotals counted = totals.get(vdb.name());
      if (counted != null) {
        entry.putAll(counted.counts());
        entry.put("times", counted.times().pairs());
        entry.put("responseTimes", counted.responses().pairs());
      }
      levels(entry, pools.stream().filter(pool -> pool.vdb().equals(vdb.name())).toList());
      vdbs.put(vdb.name(), entry);
    }
    content.put("vdbs", vdbs);
    return content;
  }

  /** The processor time of the process; 0 where Java does not know it. */
  private static long cpuMicros() {
    return ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
        ? Math.max(0, TimeUnit.NANOSECONDS.toMicros(system.getProcessCpuTime()))
        : 0;
  }

  private static void levels(Map<String, Object> entry, List<PoolRow> pools) {
    long clients = 0;
    long waiting = 0;
    long inUse = 0;
    long open = 0;
    long size = 0;
    for (PoolRow pool : pools) {
      clients += pool.clientsActive() + pool.clientsIdle() + pool.clientsWaiting();
      waiting += pool.clientsWaiting();
      inUse += pool.serversActive();
      open += pool.serversActive() + pool.serversIdle() + pool.serversReset() + pool.serversLogin();
      size += pool.size();
    }
    entry.put("clients", clients);
    entry.put("waiting", waiting);
    entry.put("inUse", inUse);
    entry.put("open", open);
    entry.put("size", size);
  }
}
