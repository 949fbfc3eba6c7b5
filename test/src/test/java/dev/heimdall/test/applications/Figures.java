package dev.heimdall.test.applications;

/**
 * Counts of a node while an application was walked through.
 *
 * @param unserved reads that the cache might have answered, had it had, or kept, their results
 */
record Figures(
    double clients,
    double serverConnections,
    double queries,
    double onReplicas,
    double hits,
    double unserved) {
  static final Figures NONE = new Figures(0, 0, 0, 0, 0, 0);

  @Override
  public String toString() {
    return "%.0f clients over %.0f server connections; %.0f statements, %.0f of them on replicas, %.0f of %.0f cacheable reads from the cache"
        .formatted(clients, serverConnections, queries, onReplicas, hits, hits + unserved);
  }
}
