package dev.heimdall.engine.cluster;

import dev.heimdall.model.DataSource;

/** How the clusters of one engine are watched. */
public interface ClusterProtocol {
  /**
   * @param source a cluster of the engine
   */
  Prober prober(DataSource source);
}
