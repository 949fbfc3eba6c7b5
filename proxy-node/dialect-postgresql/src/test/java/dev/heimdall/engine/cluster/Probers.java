package dev.heimdall.engine.cluster;

import dev.heimdall.engine.dialect.postgres.cluster.PostgresClusters;
import dev.heimdall.engine.pool.PoolSources;
import dev.heimdall.model.ClusterKind;
import dev.heimdall.model.ClusterSettings;

/** The probers of clusters; no server is probed. */
final class Probers {
  private Probers() {}

  static Prober postgres() {
    return of(ClusterKind.POSTGRES);
  }

  static Prober aurora() {
    return of(ClusterKind.AURORA);
  }

  private static Prober of(ClusterKind kind) {
    return new PostgresClusters()
        .prober(
            PoolSources.source(
                "cluster",
                "jdbc:postgresql://a.example",
                PoolSources.cluster(kind, ClusterSettings.defaults().failover())));
  }
}
