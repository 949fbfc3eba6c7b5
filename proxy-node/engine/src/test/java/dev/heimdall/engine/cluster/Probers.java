package dev.heimdall.engine.cluster;

import dev.heimdall.engine.dialect.postgres.cluster.PostgresClusters;
import dev.heimdall.engine.pool.PoolSources;
import dev.heimdall.model.ClusterKind;
import dev.heimdall.model.ClusterSettings;

/** The probers of PostgreSQL's clusters; no server is probed. */
final class Probers {
  private Probers() {}

  static Prober postgres() {
    return of(ClusterKind.POSTGRES);
  }

  static Prober aurora() {
    return of(ClusterKind.AURORA);
  }

  private static Prober of(ClusterKind kind) {
    ClusterSettings none = ClusterSettings.defaults();
    return new PostgresClusters()
        .prober(
            PoolSources.source(
                "cluster",
                "jdbc:postgresql://a.example",
                new ClusterSettings(
                    kind,
                    none.arn(),
                    none.reads(),
                    none.consistency(),
                    none.hostPattern(),
                    none.writeEndpoint(),
                    none.readEndpoint(),
                    none.nodes(),
                    none.probe(),
                    none.api(),
                    none.lag(),
                    none.balance(),
                    none.failover())));
  }
}
