package dev.heimdall.manager.dashboard;

/** Total activity of some nodes in some time, from which the figures shown of that time follow. */
final class Sum {
  private final double[] counts = new double[Count.values().length];
  private final double[] levels = new double[Level.values().length];
  private final LatencyBuckets times = new LatencyBuckets();
  private double cpuMicros;
  private double nodes;

  /** Number of times that levels were added; over a longer time, levels are means of these. */
  private int moments;

  void add(Delta.Vdb did, double share) {
    for (int i = 0; i < counts.length; i++) {
      counts[i] += did.counts()[i] * share;
    }
    times.add(did.times(), share);
  }

  void addLevels(long[] more) {
    for (int i = 0; i < levels.length; i++) {
      levels[i] += more[i];
    }
  }

  void addCpu(double micros) {
    cpuMicros += micros;
  }

  void addNode() {
    nodes++;
  }

  /** Adds the activity of others at the same time. */
  void beside(Sum other) {
    add(other);
  }

  /** Adds the later activity of the same nodes. */
  void then(Sum other) {
    add(other);
    moments++;
  }

  private void add(Sum other) {
    for (int i = 0; i < counts.length; i++) {
      counts[i] += other.counts[i];
    }
    for (int i = 0; i < levels.length; i++) {
      levels[i] += other.levels[i];
    }
    times.add(other.times);
    cpuMicros += other.cpuMicros;
    nodes += other.nodes;
  }

  int moments() {
    return moments;
  }

  /**
   * Returns the figures to show, by {@link Field}; NaN where there is none.
   *
   * @param seconds how long it took
   */
  double[] shown(double seconds) {
    double[] shown = new double[Field.values().length];
    put(shown, Field.QUERIES, of(Count.QUERIES) / seconds);
    put(shown, Field.TRANSACTIONS, of(Count.TRANSACTIONS) / seconds);
    put(shown, Field.AVERAGE, share(of(Count.RESPONSE_MICROS), of(Count.RESPONSES)) / 1e3);
    put(
        shown,
        Field.SERVER,
        share(of(Count.QUERY_MICROS), of(Count.QUERIES) - of(Count.CACHE_HITS)) / 1e3);
    put(shown, Field.P50, times.percentile(50));
    put(shown, Field.P95, times.percentile(95));
    put(shown, Field.P99, times.percentile(99));
    put(
        shown,
        Field.READ_PERCENT,
        100 * share(of(Count.READS), of(Count.READS) + of(Count.WRITES)));
    put(
        shown,
        Field.TRANSACTION_PERCENT,
        100 * share(of(Count.TRANSACTION_QUERIES), of(Count.QUERIES)));
    put(
        shown,
        Field.CACHE_PERCENT,
        100 * share(of(Count.CACHE_HITS), of(Count.CACHE_HITS) + of(Count.CACHE_MISSES)));
    put(shown, Field.REPLICA_READS, of(Count.REPLICA_READS) / seconds);
    put(shown, Field.ERRORS, of(Count.ERRORS) / seconds);
    put(shown, Field.BYTES, (of(Count.BYTES_IN) + of(Count.BYTES_OUT)) / seconds);
    double divisor = Math.max(1, moments);
    put(shown, Field.CLIENTS, levels[Level.CLIENTS.ordinal()] / divisor);
    put(shown, Field.WAITING, levels[Level.WAITING.ordinal()] / divisor);
    put(shown, Field.IN_USE, levels[Level.IN_USE.ordinal()] / divisor);
    put(shown, Field.OPEN, levels[Level.OPEN.ordinal()] / divisor);
    put(shown, Field.SIZE, levels[Level.SIZE.ordinal()] / divisor);
    put(shown, Field.CPU, cpuMicros / 1e6 / seconds);
    put(shown, Field.NODES, nodes / divisor);
    if (nodes == 0 && of(Count.QUERIES) == 0 && of(Count.RESPONSES) == 0) {
      // No node reports: nothing is known, which is not nothing.
      for (Field field : Field.values()) {
        put(shown, field, field == Field.NODES ? 0 : Double.NaN);
      }
    }
    return shown;
  }

  private double of(Count count) {
    return counts[count.ordinal()];
  }

  /** Less than a thousandth of an event is what is left of rounding. */
  private static double share(double part, double whole) {
    return whole > 1e-3 ? part / whole : Double.NaN;
  }

  private static void put(double[] shown, Field field, double value) {
    shown[field.ordinal()] = value;
  }
}
