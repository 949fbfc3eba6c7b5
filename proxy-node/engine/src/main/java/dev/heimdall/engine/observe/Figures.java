package dev.heimdall.engine.observe;

import dev.heimdall.routing.threads.DaemonThreads;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Works the figures of virtual databases out, once an interval on a thread of its own, from what
 * the loops have counted: the loops themselves have nothing to do with it.
 */
public final class Figures implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger("heimdall.node");

  private final Metrics metrics;
  private final Supplier<? extends Collection<String>> vdbs;
  private final Consumer<List<VdbFigures>> told;
  private final LongSupplier nanoClock;
  private final ScheduledExecutorService executor =
      Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("heimdall-figures"));

  private Map<String, VdbCounts> before = Map.of();
  private long since;

  /**
   * @param vdbs the names of those that there are
   * @param told gets the figures of each interval, on the thread that works them out
   */
  public Figures(
      Metrics metrics,
      Supplier<? extends Collection<String>> vdbs,
      Consumer<List<VdbFigures>> told) {
    this(metrics, vdbs, told, System::nanoTime);
  }

  Figures(
      Metrics metrics,
      Supplier<? extends Collection<String>> vdbs,
      Consumer<List<VdbFigures>> told,
      LongSupplier nanoClock) {
    this.metrics = metrics;
    this.vdbs = vdbs;
    this.told = told;
    this.nanoClock = nanoClock;
    this.since = nanoClock.getAsLong();
  }

  /** Begins. */
  public void start(Duration interval) {
    executor.scheduleAtFixedRate(
        this::round, interval.toNanos(), interval.toNanos(), TimeUnit.NANOSECONDS);
  }

  private void round() {
    try {
      next();
    } catch (RuntimeException e) {
      // Nothing known leads here; but a clock that has stopped would not be missed by anybody.
      LOG.error("working out the figures of virtual databases has failed", e);
    }
  }

  /** Works out the figures since the last time. */
  void next() {
    long now = nanoClock.getAsLong();
    Duration interval = Duration.ofNanos(Math.max(1, now - since));
    Map<String, VdbCounts> counts = metrics.countsByVdb();
    List<VdbFigures> figures = new ArrayList<>();
    Map<String, VdbCounts> kept = new HashMap<>();
    for (String vdb : vdbs.get()) {
      VdbCounts count = counts.getOrDefault(vdb, VdbCounts.NONE);
      VdbCounts earlier = before.getOrDefault(vdb, VdbCounts.NONE);
      figures.add(VdbFigures.of(vdb, count.minus(earlier), interval));
      kept.put(vdb, count);
    }
    before = kept;
    since = now;
    metrics.observe(figures);
    told.accept(figures);
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }
}
