package dev.heimdall.engine.observe;

import java.util.Collection;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;

/**
 * The counters of one event loop. All writing methods are called on that loop only; reading is the
 * business of {@link Metrics}.
 */
public final class LoopMetrics {
  private static final int REFUSALS = NodeCounter.values().length;
  private static final int LAG = REFUSALS + Refusal.values().length;

  private final UnaryOperator<TrafficLabels> admit;
  private final Counters counters = new Counters(LAG + 1);
  private final ConcurrentHashMap<TrafficLabels, PoolMetrics> pools = new ConcurrentHashMap<>();

  LoopMetrics(UnaryOperator<TrafficLabels> admit) {
    this.admit = admit;
  }

  /**
   * The counters of these names on this loop, made at first use. To be asked for once a session or
   * pool and kept, after the user is known to exist; names beyond the node's limit of label sets
   * share counters under {@link TrafficLabels#OTHER}, those of each virtual database its own.
   */
  public PoolMetrics pool(String vdb, String database, String user) {
    TrafficLabels key = new TrafficLabels(vdb, database, user);
    PoolMetrics known = pools.get(key);
    return known != null ? known : pools.computeIfAbsent(admit.apply(key), PoolMetrics::new);
  }

  /** Counts one event of the node. */
  public void count(NodeCounter counter) {
    counters.add(counter.ordinal(), 1);
  }

  /** Counts a client that did not get in. */
  public void refused(Refusal reason) {
    counters.add(REFUSALS + reason.ordinal(), 1);
  }

  /** Sets the delay of the loop's last scheduled task. */
  void lag(long micros) {
    counters.set(LAG, micros);
  }

  long lagMicros() {
    return counters.get(LAG);
  }

  long read(NodeCounter counter) {
    return counters.get(counter.ordinal());
  }

  long read(Refusal reason) {
    return counters.get(REFUSALS + reason.ordinal());
  }

  PoolMetrics find(TrafficLabels key) {
    return pools.get(key);
  }

  Collection<PoolMetrics> all() {
    return pools.values();
  }
}
